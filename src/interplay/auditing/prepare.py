"""A study made ready: its data read and encoded and every run laid out, before anything is trained."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from interplay import catalogue
from interplay.auditing.decidable import refuse_undecidable
from interplay.data.dataset import Dataset
from interplay.data.encoder import Encoded, Encoder, fit
from interplay.data.load import load as load_data
from interplay.data.nearest import suggestion
from interplay.design.asked import asked
from interplay.design.cost import Cost, cost, cost_at_most
from interplay.design.forecast import Forecast, forecast
from interplay.design.guarantees import guarantee_faults
from interplay.design.members import member_faults
from interplay.design.plan import Design, plan
from interplay.design.ranking import removal_faults
from interplay.errors import RefusedCombination
from interplay.exhibits import EvaluationSetting, evaluation_setting
from interplay.families import Family, TrainingSetting, families, family_of, training_setting
from interplay.models.network import Network
from interplay.study import Study
from interplay.study.check import check
from interplay.study.digest import digest
from interplay.study.faults import Fault, raise_first
from interplay.study.positions import Positions
from interplay.training.train import TuningRows


@dataclass(frozen=True, eq=False)
class Prepared:
    """A study with its data read, encoded and laid out; nothing is trained."""

    study: Study
    dataset: Dataset
    encoder: Encoder
    encoded: Encoded
    design: Design
    family: Family
    digest: str

    @property
    def network(self) -> Network:
        """The network that is trained, where the family is one of networks."""
        found: Network = self.family.network  # type: ignore[attr-defined]
        return found

    @property
    def expected(self) -> Cost:
        """What the run is expected to cost."""
        return cost(self.design, **self._sizes)

    @property
    def at_most(self) -> Cost:
        """The same if every treatment gets all the members that may be added."""
        return cost_at_most(self.design, **self._sizes)

    @property
    def _sizes(self) -> dict[str, Any]:
        """What the cost of a design follows from besides."""
        family = self.family
        sizes = {"columns": len(self.encoded.columns), "classes": len(self.dataset.classes)}
        return {**sizes, "operations": family.operations, "fitting": family.fitting(self.design.half)}

    @property
    def forecast(self) -> Forecast:
        """What the literature expects of the study's interactions."""
        return forecast(self.design.factors.all, self.design.comparisons, asked(self.design.factors), self.digest)

    def training_setting(self) -> TrainingSetting:
        """What training needs; made once."""
        return self._shop

    @cached_property
    def _shop(self) -> TrainingSetting:
        return training_setting(self.design, self.family, self.dataset, self.encoded)

    def setting(self) -> EvaluationSetting:
        """What evaluating needs."""
        return self.setting_of(self.design)

    def setting_of(self, design: Design) -> EvaluationSetting:
        """The same for a design with other members."""
        return evaluation_setting(design, self.family, self.dataset, self.encoder, self.encoded)

    def tuning_rows(self) -> TuningRows:
        """The rows on which learning rates are judged."""
        held_out = np.flatnonzero(self.design.split.tuning)
        weights = None if self.dataset.weights is None else self.dataset.weights[held_out]
        return TuningRows(self.encoded.matrix[held_out], self.dataset.labels[held_out], weights)


def prepare(
    study: Study, frame: Any = None, where: Positions | str = "the study", network: Network | None = None
) -> Prepared:
    """Check a study, read its data, and plan every run; `where` lets errors name the line of the study file.

    `network` is trained instead of the one that the model section describes. Raises RefusedCombination where it cannot
    be trained with the study's interventions.
    """
    check(study, catalogue.metrics(), catalogue.interventions(), where)
    kind = _kind(study, where, network)
    dataset = _with_trained_rows(load_data(study.data, study.groups, frame), kind, network)
    design = plan(study, dataset)
    raise_first(member_faults(study, design.members), where)
    raise_first(guarantee_faults(design), where)
    raise_first(removal_faults(study, design.factors), where)
    refuse_undecidable(study, design, dataset, where)
    encoder = fit(
        dataset.table,
        dataset.features,
        design.pool,
        dataset.immutable,
        study.data.largest_change,
        study.data.most_categories,
    )
    encoded = encoder.encode(dataset.table)
    family = _family(kind, design, dataset, encoded, where, network)
    design = design if family.tunes else _untuned(design)
    known = digest(study, dataset.fingerprint, family.identity)
    return Prepared(study, dataset, encoder, encoded, design, family, known)


def _untuned(design: Design) -> Design:
    """The same with one rate, where models have none that is chosen here."""
    model = design.study.model.model_copy(update={"learning_rate": None, "learning_rates": (1.0,)})
    return replace(design, study=design.study.model_copy(update={"model": model}))


def _kind(study: Study, where: Positions | str, network: Network | None) -> type[Family]:
    """The family of a study's model, or of the one that a program gives."""
    named, known = study.model.kind, families()
    if network is not None:
        return family_of(network)
    if named not in known:
        raise_first([Fault(("model", "kind"), "a family of models", repr(named), suggestion(named, known))], where)
    return known[named]


def _with_trained_rows(dataset: Dataset, kind: type[Family], network: Network | None) -> Dataset:
    """With the rows that a given model says it was trained on, where the study names no column of them."""
    trained = None if network is None else kind.trained_rows(network, dataset.rows)
    return dataset if trained is None or dataset.trained is not None else replace(dataset, trained=trained)


def _family(
    kind: type[Family],
    design: Design,
    dataset: Dataset,
    encoded: Encoded,
    where: Positions | str,
    network: Network | None,
) -> Family:
    """The models of a study, once they can be trained with its interventions."""
    given = network is not None
    family = kind.of(network, design, dataset, encoded) if given else kind.build(design, dataset, encoded, where)
    for one in design.factors.training.values():
        if reason := family.refuses(one):
            why, _, alternative = reason.rpartition("; ")
            raise RefusedCombination(
                f"interventions that can act on {family.words}",
                why or reason,
                f"{one.name!r}",
                alternative or "take it out",
            )
    return family
