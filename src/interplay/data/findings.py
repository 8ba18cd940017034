"""What an inspection of the data found."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["warning", "note", "dropped"]


@dataclass(frozen=True)
class Finding:
    """One thing a person should know about a column, or about the table when `column` is empty.

    "dropped" means that the column is not a feature any more, and `text` is the reason.
    """

    level: Level
    column: str
    text: str
