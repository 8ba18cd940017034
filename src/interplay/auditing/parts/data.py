"""The data as an audit describes them: sizes, columns and groups, and not a single row."""

from typing import Any

import numpy as np

from interplay.auditing.parts.methods import PARTS
from interplay.data.dataset import Dataset
from interplay.data.encoder import Encoded
from interplay.data.findings import Finding
from interplay.design.plan import Design


def described(dataset: Dataset, encoded: Encoded, design: Design) -> dict[str, Any]:
    """The part "data" of the audit."""
    return {
        "name": dataset.name,
        "rows": len(dataset.labels),
        "label": dataset.label,
        "favourable": dataset.classes[dataset.favourable],
        "parts": [{"name": name, "rows": int(getattr(design.split, name).sum())} for name in PARTS],
        "features": [{"name": feature.name, "kind": feature.kind} for feature in encoded.features],
        "dropped": [{"name": column, "reason": reason} for column, reason in dataset.dropped.items()],
        "missing": [
            {"name": name, "count": count, "values": []}
            for name in dataset.features
            if (count := missing_cells(dataset, name))
        ],
        "groups": [
            {
                "name": name,
                "reference": grouping.names[grouping.reference],
                "sizes": [
                    {"name": group, "rows": int((grouping.codes == code).sum())}
                    for code, group in enumerate(grouping.names)
                ],
            }
            for name, grouping in dataset.groupings.items()
        ],
        "findings": [
            {"level": "warning" if one.level == "warning" else "note", "subject": one.column, "text": one.text}
            for one in findings(dataset, encoded)
        ],
        "fingerprint": dataset.fingerprint,
    }


def findings(dataset: Dataset, encoded: Encoded) -> tuple[Finding, ...]:
    """What to know about the data: of reading them, of inspecting them, and of encoding them."""
    noted = (note.partition(": ") for note in (*encoded.notes, *encoded.warnings))
    return (*dataset.findings, *(Finding("note", column, text) for column, _, text in noted))


def missing_cells(dataset: Dataset, name: str) -> int:
    """How many cells of a feature are missing, declared sentinel values among them."""
    column = dataset.table.columns[name]
    return int(np.isnan(column.values).sum() if column.kind == "numeric" else (column.values < 0).sum())
