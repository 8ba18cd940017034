"""Errors in four parts: what was expected, what was found, where, and what to do next."""

from typing import ClassVar


class InterplayError(Exception):
    """An error a user can act on.

    `expected`, `found`, `where` and `remedy` are plain sentences (no trailing full stop); `where` names a file, line,
    column or run. `exit_code` is what the command line returns.

    Example:
        >>> print(StudyError("a metric of the catalogue", "'acuracy'", "study.toml:7", "write 'accuracy'"))
        expected a metric of the catalogue, found 'acuracy' (study.toml:7). Next: write 'accuracy'.
    """

    exit_code: ClassVar[int] = 5

    def __init__(self, expected: str, found: str, where: str, remedy: str) -> None:
        super().__init__(f"expected {expected}, found {found} ({where}). Next: {remedy}.")
        self.expected = expected
        self.found = found
        self.where = where
        self.remedy = remedy


class StudyError(InterplayError):
    """The study file cannot be read, names something unknown, or contradicts itself."""

    exit_code = 2


class DataError(InterplayError):
    """The data cannot be used as the study says."""

    exit_code = 2


class RefusedCombination(InterplayError):
    """Two interventions cannot act on one model; `remedy` names the alternative."""

    exit_code = 2


class RunError(InterplayError):
    """The run folder cannot be written or read back."""

    exit_code = 2


class ModelError(InterplayError):
    """A model that somebody else made cannot be fitted or asked as an audit needs it."""

    exit_code = 2


class IntegrityError(InterplayError):
    """What was approved is not what is there: an approval does not fit its data or study, or was changed."""

    exit_code = 4


class MachineError(InterplayError):
    """The device or the memory that was asked for is not there, or not enough."""

    exit_code = 2


class DiscoveryError(InterplayError):
    """A file in a room of the house does not define exactly one thing."""
