"""The register as a file that people write into: their columns are never made up and never lost."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from interplay.report.names import defused

FILE = "register.csv"

MACHINE = (
    "id",
    "status",
    "score",
    "likelihood",
    "severity",
    "pair",
    "probe",
    "treatment",
    "concerns_chosen",
    "metric",
    "contrast",
    "group",
    "group_share",
    "estimate",
    "low",
    "high",
    "tolerance",
    "verdict",
    "probability_deployed",
    "probability_claim",
    "likelihood_claim",
    "exceedance",
    "weight",
    "remark",
    "mechanism",
    "mitigation",
    "data_hash",
)
"""The columns that every run writes anew."""

PERSON = ("owner", "risk_treatment", "risk_treatment_text", "due", "residual", "note")
"""The columns that only people write."""

RISK_TREATMENTS = ("accept", "mitigate", "avoid", "transfer")


@dataclass(frozen=True)
class Kept:
    """What a register file holds: by id, what the machine wrote last and what people wrote.

    `added` are columns that people added. `delimiter` and `marked` (a byte order mark) are how the file was saved;
    `content` are its bytes, None when there is no file.
    """

    machine: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    person: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    added: tuple[str, ...] = ()
    delimiter: str = ","
    marked: bool = False
    content: bytes | None = None

    def filled(self, identity: str) -> bool:
        """Whether a person wrote anything about this risk."""
        return any(self.person.get(identity, {}).values())


def written(rows: Sequence[Mapping[str, str]], kept: Kept) -> bytes:
    """The file for these rows, in the dialect in which it was saved last; machine columns are defused."""
    columns = (*MACHINE, *PERSON, *kept.added)
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, delimiter=kept.delimiter)
    writer.writerow(columns)
    for row in rows:
        cells = {name: defused(row.get(name, "")) if name in MACHINE else row.get(name, "") for name in columns}
        writer.writerow([cells[name] for name in columns])
    return lines.getvalue().encode("utf-8-sig" if kept.marked else "utf-8", "replace")
