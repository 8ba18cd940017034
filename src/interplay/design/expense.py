"""What each training intervention costs with a network, in words, before anything runs."""

from collections.abc import Iterator

from interplay.design.factors import Factors
from interplay.interventions import GradientIntervention, InputIntervention, Intervention
from interplay.interventions.adversarial_training import AdversarialTraining
from interplay.models.computation import called
from interplay.models.dense import Dense
from interplay.models.network import Network
from interplay.models.reference import Referenced

NORMS_ALONE = 1.4
"""Clipping without forming gradients, and the noise, against plain training; from 1.1 for dense to 2 for convolutions."""
FORMED = 10.0
"""What forming one number of a row's gradient costs against a multiply-add; measured between 5 and 50."""


def in_words(network: Network, columns: int) -> str:
    """A network in one line: its kind, its parameters, and the multiply-adds that score one row.

    Example:
        >>> in_words(Dense((20, 16, 2)), 20)
        'dense network 20-16-2: 370 parameters, 352 multiply-adds per row'
    """
    kind = f"dense network {'-'.join(map(str, network.widths))}" if isinstance(network, Dense) else called(network)
    told = f"{kind}: {network.size:,} parameters, {network.operations(columns):,.0f} multiply-adds per row"
    if isinstance(network, Referenced) and network.reference is not None:
        told += f"; batch normalisation by {network.reference.shape[0]} reference rows, scored in every call"
    return told


def expenses(factors: Factors, network: Network, columns: int, rows: int) -> tuple[str, ...]:
    """What the training interventions cost with a network, against training without any; those that cost most are told.

    `rows` are the rows of a batch that are computed at once. The numbers are rough: right within a factor of three, and
    of five where a gradient is formed for every row.

    Example:
        >>> from interplay.interventions.dp_sgd import DpSgd
        >>> both = Factors({"dp_sgd": DpSgd(), "adversarial_training": AdversarialTraining()}, {})
        >>> for line in expenses(both, Dense((20, 16, 2)), 20, 144):
        ...     print(line)
        dp_sgd: norms of the rows' gradients without forming them, about 1.4 times plain training
        adversarial_training: 7 attack steps, about 8 times plain training
    """
    return tuple(
        f"{name}: {told}" for name, one in factors.training.items() for told in _told(one, network, columns, rows)
    )


def _told(one: Intervention, network: Network, columns: int, rows: int) -> Iterator[str]:
    if isinstance(one, AdversarialTraining):
        starts = "" if one.copies == 1 else f" for each of {one.copies} copies"
        passes = one.copies * (1 + one.attack_steps) + one.clean_copy
        yield f"{one.attack_steps} attack steps{starts}, about {passes} times plain training"
    elif isinstance(one, InputIntervention):
        yield "moves every row in every step; how much that costs is not known here"
    elif isinstance(one, GradientIntervention) and network.forms_gradients:
        times = NORMS_ALONE + FORMED * network.size / max(network.operations(columns), 1.0)
        yield (
            f"forms one gradient per row ({network.size:,} parameters x {rows:,} rows = "
            f"{_bytes(4 * network.size * rows)} at once), about {times:.0f} times plain training"
        )
    elif isinstance(one, GradientIntervention):
        yield f"norms of the rows' gradients without forming them, about {NORMS_ALONE} times plain training"


def _bytes(count: int) -> str:
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.1f} MB"
