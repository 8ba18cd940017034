"""What a named data set is, and finding the file of one that another package ships."""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from interplay.data.sections import DataSection, GroupSection
from interplay.data.table import Table
from interplay.errors import DataError


@dataclass(frozen=True)
class Sentinel:
    """Values that stand for "missing" in a column, and how one can tell."""

    values: tuple[int | float | str, ...]
    reason: str


@dataclass(frozen=True, eq=False)
class NamedData:
    """A data set that needs no description in the study.

    `load` reads the table; the rest are the choices a study would make: the label, the class a person hopes for, the
    groups, and with a reason for each column what is `drop`ped, what stands for "missing", what an attacker cannot
    change (`immutable`), and what to be careful with (`cautions`). A study may override them.
    """

    title: str
    load: Callable[[DataSection], Table]
    label: str
    favourable: str | None
    provenance: str
    groups: Mapping[str, GroupSection] = field(default_factory=dict)
    drop: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, Sentinel] = field(default_factory=dict)
    immutable: Mapping[str, str] = field(default_factory=dict)
    cautions: Mapping[str, str] = field(default_factory=dict)


def packaged(package: str, inside: str, remedy: str) -> Path:
    """The path of a file in an installed package, found without running the package's code.

    Raises DataError with the remedy where the package or the file is absent.
    """
    spec = importlib.util.find_spec(package)
    for folder in spec.submodule_search_locations or [] if spec else []:
        path = Path(folder) / inside
        if path.exists():
            return path
    found = f"the package has no {inside}" if spec else "it is not installed"
    raise DataError(f"the package {package}, which ships the data", found, f"package {package}", remedy)


def no_options(section: DataSection) -> None:
    """Raise DataError where a study gives options to a data set that has none."""
    if section.options:
        found = ", ".join(section.options)
        raise DataError("no options", found, f"data.options of {section.source!r}", "remove data.options")
