"""Fitted models: classifiers that somebody has trained already, measured as they are and attacked by a search."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from interplay.arrays import Array, Bool, Float
from interplay.attacks.search import QUERIES
from interplay.data.dataset import Dataset
from interplay.data.encoder import Encoded
from interplay.design.plan import Design
from interplay.errors import RunError, StudyError
from interplay.families._family import NO_PROBABILITIES, AttackWords, Family, Members, Order, Stack
from interplay.families._setting import TrainingSetting
from interplay.families.estimator.deciding import BY_DECISIONS, DECISIONS_ONLY, DecidingMembers
from interplay.families.estimator.frames import TableFrames
from interplay.families.estimator.members import EstimatorMembers
from interplay.families.fitted.answers import GivenOnTable
from interplay.families.fitted.contract import contract
from interplay.families.fitted.given import GivenModel
from interplay.families.fitted.sources import given_by
from interplay.interventions import Intervention
from interplay.study.positions import Positions

OPERATIONS = 20_000.0
"""What scoring a row costs about as much as; for planning."""


class FittedFamily(Family):
    """One model that is trained already; every member of it is the model itself."""

    tunes: ClassVar[bool] = False
    refits: ClassVar[bool] = False

    def __init__(self, model: GivenOnTable) -> None:
        self.model = model

    @classmethod
    def build(cls, design: Design, dataset: Dataset, encoded: Encoded, where: Positions | str) -> Self:
        beside = Path(where.file).parent if isinstance(where, Positions) else None
        return cls._checked(given_by(design.study.model, beside), dataset, encoded)

    @classmethod
    def takes(cls, given: object) -> bool:
        return isinstance(given, GivenModel)

    @classmethod
    def trained_rows(cls, given: object, rows: int) -> Bool[Array, " row"] | None:
        return given.rows_trained_on(rows) if isinstance(given, GivenModel) else None

    @classmethod
    def of(cls, given: Any, design: Design, dataset: Dataset, encoded: Encoded) -> Self:
        if not design.is_given:
            found = f"kind = {design.study.model.kind!r} and a model that is trained already"
            raise StudyError('kind = "fitted" under [model]', found, "the study, [model]", 'write kind = "fitted"')
        return cls._checked(given, dataset, encoded)

    @classmethod
    def _checked(cls, given: GivenModel, dataset: Dataset, encoded: Encoded) -> Self:
        frames = TableFrames(dataset.table, dataset.features, encoded)
        model = GivenOnTable(given, frames, dataset.classes)
        contract(model)
        return cls(model)

    @property
    def decides_only(self) -> bool:
        return self.model.decides_only

    @property
    def words(self) -> str:
        kind = "trained already, of decisions only" if self.decides_only else "trained already"
        return f"{self.model.given.called}, {kind}, on {len(self.model.frames.columns)} columns"

    @property
    def operations(self) -> float:
        return OPERATIONS

    @property
    def statements(self) -> Sequence[str]:
        return (
            f"Measured is one model as it was given: {self.words}. Nothing of it is trained, tuned or refitted here.",
            "Intervals count the evaluated rows only. Every sentence is about this model, not about how it was made: one that is "
            "trained again in the same way may fall on the other side of a tolerance.",
            *((DECISIONS_ONLY,) if self.decides_only else ()),
        )

    @property
    def attack(self) -> AttackWords:
        if self.decides_only:
            return BY_DECISIONS
        return AttackWords("search without gradients", ("search",), {"queries a row": QUERIES})

    def trained_by(self, design: Design) -> str:
        del design
        return "by somebody else"

    def fitting(self, rows: int) -> float | None:
        del rows
        return 0.0

    @property
    def identity(self) -> str:
        return self.model.digest

    def refuses(self, intervention: Intervention) -> str | None:
        why = f"{intervention.title} acts in training, and this model is trained already"
        return f"{why}; give a factory that makes an untrained one"

    def train(
        self, setting: TrainingSetting, orders: Sequence[Order], progress: Callable[[int], None] = lambda _: None
    ) -> tuple[GivenOnTable, ...]:
        del setting
        for _ in orders:
            progress(1)
        return tuple(self.model for _ in orders)

    def scores(self, stack: Stack, inputs: Float[Array, "row column"]) -> Float[Array, "member row label"]:
        if self.decides_only:
            raise NotImplementedError(NO_PROBABILITIES.reason)
        found = self.model.scores(inputs)
        return np.stack([found for _ in stack])

    def pack(self, stack: Stack) -> Mapping[str, Array]:
        digest = np.frombuffer(bytes.fromhex(self.model.digest), dtype=np.uint8)
        return {f"[{place}].model": digest for place in range(len(stack))}

    def unpack(self, arrays: Mapping[str, Array]) -> tuple[GivenOnTable, ...]:
        for digest in arrays.values():
            if np.asarray(digest, dtype=np.uint8).tobytes().hex() != self.model.digest:
                step = "run the study anew in another folder"
                raise RunError("the model that was measured before", "another one", self.model.given.called, step)
        return tuple(self.model for _ in arrays)

    def joined(self, stacks: Sequence[Stack]) -> tuple[GivenOnTable, ...]:
        return tuple(model for stack in stacks for model in stack)

    def taken(self, stack: Stack, places: Sequence[int]) -> tuple[GivenOnTable, ...]:
        return tuple(stack[place] for place in places)

    def refitted(
        self, stack: Stack, scale: Float[Array, " member"], intercepts: Float[Array, "member label"]
    ) -> Members:
        return DecidingMembers(stack) if self.decides_only else EstimatorMembers(self, (stack,), scale, intercepts)
