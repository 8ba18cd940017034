"""What each training intervention costs with a network, in words, before anything runs."""

from interplay.design.factors import Factors
from interplay.models.computation import called
from interplay.models.dense import Dense
from interplay.models.network import Network
from interplay.models.reference import Referenced


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
        >>> from interplay.interventions.adversarial_training import AdversarialTraining
        >>> from interplay.interventions.dp_sgd import DpSgd
        >>> both = Factors({"dp_sgd": DpSgd(), "adversarial_training": AdversarialTraining()}, {})
        >>> for line in expenses(both, Dense((20, 16, 2)), 20, 144):
        ...     print(line)
        dp_sgd: norms of the rows' gradients without forming them, about 1.4 times plain training
        adversarial_training: 7 attack steps, about 8 times plain training
    """
    told = ((name, one.expense(network, columns, rows)) for name, one in factors.training.items())
    return tuple(f"{name}: {words}" for name, words in told if words)
