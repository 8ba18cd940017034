"""What COMPARE hands on: all effects and the positive controls."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from interplay.effects.control import Control
from interplay.effects.effect import Effect

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Effects:
    """Every effect, in the order of the planned comparisons (re-tuned ones first), and the positive controls by name.

    `controls` are those of the re-tuned treatments.
    """

    effects: tuple[Effect, ...]
    controls: Mapping[str, Control]

    def frame(self) -> "pd.DataFrame":
        """One row for each effect, with treatments by name and aspects as words."""
        import pandas as pd  # takes a third of a second, which `interplay decide` does not have

        return pd.DataFrame([_row(effect) for effect in self.effects], columns=list(Effect.__dataclass_fields__))

    def to_json(self) -> str:
        """The same as JSON text, which `from_json` reads back."""
        return _adapter.dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> "Effects":
        """Read back what `to_json` wrote."""
        return _adapter.validate_json(text)


_adapter = TypeAdapter(Effects)


def _row(effect: Effect) -> dict[str, object]:
    return {
        **asdict(effect),
        "source": " + ".join(aspect.value for aspect in effect.source),
        "target": effect.target.value,
        "treatment": effect.treatment.name,
        "baseline": "zero" if effect.baseline is None else effect.baseline.name,
        "applied": " + ".join(effect.applied),
    }
