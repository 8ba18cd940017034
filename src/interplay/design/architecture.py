"""The network that a study's model section describes."""

from interplay.models.dense import Dense
from interplay.models.network import Network
from interplay.study.model import ModelSection


def network_of(model: ModelSection, columns: int, labels: int) -> Network:
    """The declared architecture for `columns` encoded columns and `labels` classes."""
    return Dense((columns, *model.hidden, labels))
