"""The audit: what a run gives back."""

from pathlib import Path
from typing import Any

import pandas as pd

from interplay.auditing.folder import write
from interplay.auditing.register_file import FILE as REGISTER
from interplay.report.card import card
from interplay.report.notebook import fragment, text
from interplay.report.page import render
from interplay.report.picture import picture


class Audit:
    """The result of a run: `path` is the run folder, `content` the audit as in audit.json.

    `effects` is a table with one row per effect; `decision` says which treatment was chosen and why; `save` writes the
    report, `picture` the matrix of the 20 interactions, `card` a model card. In a notebook it shows its summary.
    """

    def __init__(self, path: Path, content: dict[str, Any]) -> None:
        self.path = path
        self.content = content

    @property
    def effects(self) -> pd.DataFrame:
        """One row per compared quantity; estimates are oriented so that positive is a change for the worse."""
        return pd.DataFrame(self.content["effects"])

    @property
    def interactions(self) -> pd.DataFrame:
        """One row per directed pair."""
        return pd.DataFrame(self.content["interactions"])

    @property
    def decision(self) -> dict[str, Any]:
        """The chosen treatment (or None), the reasons, what was rejected, and what harm remains."""
        found: dict[str, Any] = self.content["decision"]
        return found

    @property
    def report(self) -> Path:
        """Where the run wrote its report."""
        return self.path / "report.html"

    @property
    def register(self) -> Path:
        """Where people write who answers for each risk, and what is done about it."""
        return self.path / REGISTER

    def save(self, path: str | Path) -> Path:
        """Write the report as one self-contained HTML file."""
        target = Path(path)
        write(target, render(self.content).encode())
        return target

    def picture(self, path: str | Path) -> Path:
        """Write the matrix of the 20 directed interactions as an SVG file."""
        target = Path(path)
        write(target, picture(self.content).encode())
        return target

    def card(self, path: str | Path, treatment: str | None = None) -> Path:
        """Write a model card of a treatment, of the chosen one if none is named, as Markdown with metadata."""
        target = Path(path)
        write(target, card(self.content, treatment).encode())
        return target

    def _repr_html_(self) -> str:
        return fragment(self.content)

    def __repr__(self) -> str:
        return text(self.content)
