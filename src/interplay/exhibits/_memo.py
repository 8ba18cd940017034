"""The exhibits of one treatment, each made when it is first asked for."""

from collections.abc import Mapping
from functools import partial
from typing import Any, TypeVar

from interplay.estimates import NotMeasurable
from interplay.evidence import Evidence, Exhibit, Rows
from interplay.exhibits._catalogue import makers
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import NO_PROBABILITIES, Members
from interplay.interventions import Makers
from interplay.sums import Sums

Kind = TypeVar("Kind", bound=Exhibit)
NEEDS_TRAINING = NotMeasurable(
    "it needs models trained in the same way on other halves: give a factory that makes an untrained model instead of a "
    "trained one"
)

_Made = tuple[Any, frozenset[type[Exhibit]]]


class Memo:
    """Exhibits by kind, made once, with a record of what each was made from.

    `members` is None where nothing was trained. A memo for a treatment with a layer on top
    lies on that of the models beneath (`under`): it makes what the layer replaces (`replaced`) and whatever was made from
    that, and shares the rest.
    """

    def __init__(
        self,
        members: Members | None,
        setting: EvaluationSetting,
    ) -> None:
        self.members = members
        self.setting = setting
        self._made: dict[type[Exhibit], _Made] = {}
        self._under: Memo | None = None
        self._replaced: Makers = {}
        self._asking: list[set[type[Exhibit]]] = []

    def give(self, exhibits: Mapping[type[Exhibit], Exhibit | NotMeasurable]) -> None:
        """Exhibits that are there already."""
        self._made |= {kind: (exhibit, frozenset()) for kind, exhibit in exhibits.items()}

    def layered(self, replaced: Makers) -> "Memo":
        """The exhibits with a layer on top; the same where it replaces nothing."""
        if not replaced:
            return self
        above = Memo(self.members, self.setting)
        above._under, above._replaced = self, replaced
        return above

    def ask(self, kind: type[Kind]) -> Kind | NotMeasurable:
        """The exhibit of this kind, or why there is none."""
        return self._asked(kind, self)

    def evidence(self, rows: Rows, sums: dict[bytes, Sums] | None = None) -> Evidence:
        """What a metric may look at."""
        return Evidence(rows, {kind: partial(self.ask, kind) for kind in self._kinds()}, sums)

    def _kinds(self) -> set[type[Exhibit]]:
        beneath = self._under._kinds() if self._under is not None else set(makers())
        return beneath | set(self._made) | set(self._replaced)

    def _known(self, kind: type[Exhibit]) -> _Made:
        if kind not in self._made:
            shared = self._shared(kind)
            self._made[kind] = self._make(kind) if shared is None else shared
        return self._made[kind]

    def _shared(self, kind: type[Exhibit]) -> _Made | None:
        """What the models beneath have, where nothing that the layer replaces is in it."""
        if self._under is None or kind in self._replaced:
            return None
        found = self._under._known(kind)
        return None if found[1] & self._replaced.keys() else found

    def _make(self, kind: type[Exhibit]) -> _Made:
        self._asking.append(set())
        try:
            exhibit = self._made_anew(kind)
        finally:
            asked = frozenset(self._asking.pop())
        return exhibit, asked

    def _made_anew(self, kind: type[Exhibit]) -> Any:
        if kind in self._replaced:
            # A layer is fitted on what lies beneath it.
            return self._replaced[kind](self._beneath)
        if kind.needs_training and self.setting.design.is_given:
            return NEEDS_TRAINING
        maker = makers().get(kind)
        if maker is None:
            return NotMeasurable(f"this treatment has no {kind.__name__}")
        if self.members is None and maker.looks_at_members:
            return NotMeasurable(f"without a trained model there is no {kind.__name__}")
        if self.setting.family.decides_only and maker.looks_at_members and maker.needs_probabilities:
            return NO_PROBABILITIES
        return maker.make(self.members, self.ask, self.setting)  # type: ignore[arg-type]

    def _beneath(self, kind: type[Kind]) -> Kind | NotMeasurable:
        """That of the models beneath."""
        return self._asked(kind, self._under or self)

    def _asked(self, kind: type[Kind], of: "Memo") -> Kind | NotMeasurable:
        """An exhibit of this memo or of the one beneath; what is being made here is made from it."""
        exhibit, made_from = of._known(kind)
        for asking in self._asking[-1:]:
            asking |= {kind, *made_from}
        found: Kind | NotMeasurable = exhibit
        return found
