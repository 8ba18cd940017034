"""Differential privacy accounting: what training spent, and the noise that meets a target."""

import functools
import math

from dp_accounting import (
    DpEvent,
    GaussianDpEvent,
    PoissonSampledDpEvent,
    SelfComposedDpEvent,
    calibrate_dp_mechanism,
    mechanism_calibration,
)
from dp_accounting.pld import PLDAccountant

from interplay.errors import StudyError


def _event(noise_multiplier: float, sampling_rate: float, steps: int) -> DpEvent:
    if sampling_rate >= 1:  # steps releases on all rows are one release with the noise divided by sqrt(steps)
        return GaussianDpEvent(noise_multiplier / math.sqrt(steps))
    return SelfComposedDpEvent(PoissonSampledDpEvent(sampling_rate, GaussianDpEvent(noise_multiplier)), steps)


@functools.lru_cache(maxsize=256)
def epsilon(noise_multiplier: float, sampling_rate: float, steps: int, privacy_delta: float) -> float:
    """The budget spent by `steps` Gaussian steps on Poisson samples.

    The smallest privacy_epsilon such that training is (privacy_epsilon, privacy_delta)-differentially private under
    adding or removing one row, by privacy loss distributions. `noise_multiplier` is the noise's standard deviation
    over the clipping norm; `sampling_rate` in (0, 1] is the chance of a row to be in a batch. Lower is better.

    Reference: Cresswell (2025), Eq. 2; Koskela et al. (2020) for the accounting.

    Example:
        >>> round(epsilon(1.0, 0.032, 640, 1e-5), 2)
        5.22

    Does not show: anything about rows used outside of training, or about a sampler other than Poisson's.
    """
    accountant = PLDAccountant()
    accountant.compose(_event(noise_multiplier, sampling_rate, steps))
    return float(accountant.get_epsilon(privacy_delta))


@functools.lru_cache(maxsize=256)
def noise_for(privacy_epsilon: float, sampling_rate: float, steps: int, privacy_delta: float) -> float:
    """The smallest noise multiplier whose budget is at most `privacy_epsilon`.

    Raises `StudyError` when no noise multiplier below 10,000 meets the target.

    Example:
        >>> noise = noise_for(8.0, 1.0, 400, 1e-4)
        >>> epsilon(noise, 1.0, 400, 1e-4) <= 8.0
        True
    """
    guess = sampling_rate * math.sqrt(2.0 * steps * math.log(1.25 / privacy_delta)) / privacy_epsilon
    bracket = mechanism_calibration.LowerEndpointAndGuess(max(0.2, guess / 4), max(0.4, guess))
    try:
        noise = calibrate_dp_mechanism(
            lambda: PLDAccountant(value_discretization_interval=1e-3),
            lambda value: _event(value, sampling_rate, steps),
            privacy_epsilon,
            privacy_delta,
            bracket,
            tol=1e-4,
        )
    except (ValueError, mechanism_calibration.NoBracketIntervalFoundError) as error:
        raise StudyError(
            "a privacy budget that some noise reaches",
            f"epsilon {privacy_epsilon} with {steps} steps and delta {privacy_delta} ({error})",
            "the dp_sgd intervention",
            "raise privacy_epsilon or lower the number of steps",
        ) from error
    return float(noise)
