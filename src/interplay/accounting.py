"""Differential privacy accounting: what training spent, and the noise that meets a target.

Full batches are one release of the Gaussian mechanism, whose budget has a closed form. Poisson samples need privacy loss
distributions, whose size, and so the time and memory they take, grows without end as the noise shrinks: what would take
longer than `MOST_SECONDS` is refused (`smallest_noise`).
"""

import functools
import math

from dp_accounting import (
    DpEvent,
    GaussianDpEvent,
    PoissonSampledDpEvent,
    SelfComposedDpEvent,
    calibrate_dp_mechanism,
    get_epsilon_gaussian,
    get_sigma_gaussian,
    mechanism_calibration,
)
from dp_accounting.pld import PLDAccountant

from interplay.errors import StudyError

MOST_SECONDS = 10.0
"""What one evaluation of a budget under Poisson sampling may take on one core, by `seconds`."""

LARGEST = 500.0
"""The largest budget of full batches that is stated: exp(500) bounds nothing."""


def _event(noise_multiplier: float, sampling_rate: float, steps: int) -> DpEvent:
    return SelfComposedDpEvent(PoissonSampledDpEvent(sampling_rate, GaussianDpEvent(noise_multiplier)), steps)


@functools.lru_cache(maxsize=256)
def epsilon(noise_multiplier: float, sampling_rate: float, steps: int, privacy_delta: float) -> float:
    """The budget spent by `steps` Gaussian steps on Poisson samples.

    The smallest privacy_epsilon such that training is (privacy_epsilon, privacy_delta)-differentially private under
    adding or removing one row, by privacy loss distributions. `noise_multiplier` is the noise's standard deviation
    over the clipping norm; `sampling_rate` in (0, 1] is the chance of a row to be in a batch. With a rate of 1 all steps
    together are one Gaussian release with the noise divided by sqrt(steps), and the budget is exact. Lower is better.

    Raises `StudyError` for a noise multiplier below `smallest_noise`.

    Reference: Cresswell (2025), Eq. 2; Koskela et al. (2020) for the accounting; Balle and Wang
    (2018) for full batches.

    Example:
        >>> round(epsilon(1.0, 0.032, 640, 1e-5), 2)
        5.22

    Does not show: anything about rows used outside of training, or about a sampler other than Poisson's.
    """
    least = smallest_noise(sampling_rate, steps, privacy_delta)
    if noise_multiplier < least:
        raise StudyError(
            f"a noise multiplier of at least {least:.3g}, the smallest that can be accounted for",
            f"{noise_multiplier:g} with {steps} steps and a sampling rate of {sampling_rate:.3g}",
            "the dp_sgd intervention",
            "raise noise_multiplier, or write 0 for clipping alone, which promises nothing and is never chosen",
        )
    if sampling_rate >= 1:
        return float(get_epsilon_gaussian(noise_multiplier / math.sqrt(steps), privacy_delta))
    accountant = PLDAccountant()
    accountant.compose(_event(noise_multiplier, sampling_rate, steps))
    return float(accountant.get_epsilon(privacy_delta))


def seconds(noise_multiplier: float, sampling_rate: float, steps: int) -> float:
    """About what one evaluation of a budget under Poisson sampling takes on one core.

    seconds = 0.125 * longest + 0.007 * total

    with the longest privacy loss of one step that is looked at, (1 + 20 s) / (2 s ** 2) for a noise multiplier s, and
    the losses of all steps together: the smaller of (n + 6 sqrt(n)) / (2 s ** 2), for the n = steps * sampling_rate steps
    that take a row, and m ** 2 / 2 + 6 m with m = sampling_rate * sqrt(steps * (exp(1 / s ** 2) - 1)). Both factors were
    measured: 0.36 with a rate of 0.25 and 100 steps took 4.8 seconds, 0.2 with 0.1 and 400 took 13, 0.05 with 0.004 and
    one step 52.

    Example:
        >>> [round(seconds(noise, 0.1, 400), 1) for noise in (1.0, 0.3, 0.2, 0.05)]
        [1.4, 7.9, 14.6, 159.1]
    """
    square = noise_multiplier**2
    longest, taken = (1 + 20 * noise_multiplier) / (2 * square), steps * sampling_rate
    one_by_one = (taken + 6 * math.sqrt(taken)) / (2 * square)
    spread = sampling_rate * math.sqrt(steps * math.expm1(min(1 / square, 300.0)))
    return 0.125 * longest + 0.007 * min(one_by_one, spread**2 / 2 + 6 * spread)


@functools.lru_cache(maxsize=256)
def smallest_noise(sampling_rate: float, steps: int, privacy_delta: float) -> float:
    """The smallest noise multiplier that is accounted for.

    Under Poisson sampling the one whose budget takes `MOST_SECONDS` to find; with full batches the one that spends
    `LARGEST`.

    Example:
        >>> round(smallest_noise(0.1, 400, 1e-4), 3), round(smallest_noise(1.0, 400, 1e-4), 3)
        (0.256, 0.71)
    """
    if sampling_rate >= 1:
        return math.sqrt(steps) * float(get_sigma_gaussian(LARGEST, privacy_delta))
    low, high = 1e-2, 1e-2
    while seconds(high, sampling_rate, steps) > MOST_SECONDS:
        low, high = high, 2 * high
    while high > 1.0001 * low:
        middle = math.sqrt(low * high)
        within = seconds(middle, sampling_rate, steps) <= MOST_SECONDS
        low, high = (low, middle) if within else (middle, high)
    return high


@functools.lru_cache(maxsize=256)
def noise_for(privacy_epsilon: float, sampling_rate: float, steps: int, privacy_delta: float) -> float:
    """The smallest noise multiplier whose budget is at most `privacy_epsilon`.

    Nothing below `smallest_noise` is looked at; a target above its budget gets that.

    Raises `StudyError` when no noise multiplier meets the target: none for full batches, none below 10,000 otherwise.

    Example:
        >>> noise = noise_for(8.0, 1.0, 400, 1e-4)
        >>> epsilon(noise, 1.0, 400, 1e-4) <= 8.0
        True
    """
    try:
        if sampling_rate >= 1:
            return _full_batch_noise(privacy_epsilon, steps, privacy_delta)
        return _sampled_noise(privacy_epsilon, sampling_rate, steps, privacy_delta)
    except (ValueError, mechanism_calibration.NoBracketIntervalFoundError) as error:
        raise StudyError(
            "a privacy budget that some noise reaches",
            f"epsilon {privacy_epsilon} with {steps} steps and delta {privacy_delta} ({error})",
            "the dp_sgd intervention",
            "raise privacy_epsilon or lower the number of steps",
        ) from error


def _full_batch_noise(privacy_epsilon: float, steps: int, privacy_delta: float) -> float:
    noise = math.sqrt(steps) * float(get_sigma_gaussian(privacy_epsilon, privacy_delta))
    return max(noise * (1 + 1e-9), smallest_noise(1.0, steps, privacy_delta))  # not above the target by a rounding


def _sampled_noise(privacy_epsilon: float, sampling_rate: float, steps: int, privacy_delta: float) -> float:
    guess = sampling_rate * math.sqrt(2.0 * steps * math.log(1.25 / privacy_delta)) / privacy_epsilon
    least = smallest_noise(sampling_rate, steps, privacy_delta)
    lower = max(0.2, guess / 4, least)
    if lower == least and epsilon(least, sampling_rate, steps, privacy_delta) <= privacy_epsilon:
        return least
    noise = calibrate_dp_mechanism(
        lambda: PLDAccountant(value_discretization_interval=1e-3),
        lambda value: _event(value, sampling_rate, steps),
        privacy_epsilon,
        privacy_delta,
        mechanism_calibration.LowerEndpointAndGuess(lower, max(0.4, guess, 2 * lower)),
        tol=1e-4,
    )
    return float(noise)
