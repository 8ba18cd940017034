"""The data of a study: the table and every choice made about it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from interplay.arrays import Array, Bool, Float, Int
from interplay.data.content import as_bytes
from interplay.data.features import MOST_CATEGORIES
from interplay.data.findings import Finding
from interplay.data.groups import Grouping
from interplay.data.table import Table


@dataclass(frozen=True, eq=False)
class Dataset:
    """A table with its label, features and groups.

    `labels` are positions in `classes`; `favourable` is the position of the class a person hopes for. `dropped` are the
    columns that are no features, and `immutable` those an attacker cannot change, each with the reason. `table` also
    holds the columns that are no features; `person` is the one that names whom a row is about, if the study declares
    it, `time` the one that orders rows in time, and `weights` say how much each row counts, with a mean of one. `trained` are
    the rows that a given model was trained on, where that is declared. Of a column, the `most_categories` most frequent
    categories are told apart. `fingerprint` changes with any value and any choice.
    """

    name: str
    table: Table
    features: tuple[str, ...]
    label: str
    labels: Int[Array, " row"]
    classes: tuple[str, ...]
    favourable: int
    groupings: Mapping[str, Grouping]
    dropped: Mapping[str, str]
    immutable: Mapping[str, str]
    findings: tuple[Finding, ...]
    provenance: str
    person: str | None = None
    time: str | None = None
    weights: Float[Array, " row"] | None = None
    most_categories: int = MOST_CATEGORIES
    trained: Bool[Array, " row"] | None = None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.table.rows

    @property
    def by_class(self) -> Grouping:
        """The rows divided by their label."""
        return Grouping(self.label, self.labels, self.classes, self.favourable)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the content and the choices, in hexadecimal; the same on every machine."""
        digest = hashlib.sha256()
        choices = {
            "features": self.features,
            "label": self.label,
            "classes": self.classes,
            "favourable": self.favourable,
            "immutable": sorted(self.immutable),
            **({} if self.most_categories == MOST_CATEGORIES else {"most_categories": self.most_categories}),
            **({} if self.person is None else {"person": self.person}),
            **({} if self.time is None else {"time": self.time}),
            "groupings": [[one.name, one.names, one.reference] for one in self.groupings.values()],
            "columns": [[one.name, one.kind, one.categories] for one in self.table.columns.values()],
        }
        digest.update(json.dumps(choices).encode())
        for column in self.table.columns.values():
            digest.update(as_bytes(column.values))
        if self.weights is not None:
            digest.update(as_bytes(self.weights))
        if self.trained is not None:
            digest.update(as_bytes(self.trained))
        for codes in (self.labels, *(one.codes for one in self.groupings.values())):
            digest.update(as_bytes(codes))
        return digest.hexdigest()
