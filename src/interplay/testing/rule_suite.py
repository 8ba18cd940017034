"""The laws of rules that decide."""

import numpy as np

from interplay.estimates import NotMeasurable
from interplay.evidence import DecisionRule, Exhibit
from interplay.interventions import PredictionIntervention
from interplay.testing.evidence import random_facts
from interplay.testing.intervention_suite import InterventionSuite
from interplay.testing.release_suite import held_out


class PredictionInterventionSuite(InterventionSuite):
    """Laws of any rule on top of trained models. Define the fixture `intervention`; `reads` are exhibits of your own."""

    reads: tuple[type[Exhibit], ...] = ()

    def _rule(self, intervention: PredictionIntervention) -> DecisionRule:
        facts = random_facts(rows=600, more=self.reads)
        made = intervention.makers(held_out(facts))[DecisionRule](facts.evidence().ask)
        assert isinstance(made, DecisionRule), made
        return made

    def test_there_is_a_cut_for_every_member_and_row(self, intervention: PredictionIntervention) -> None:
        facts, rule = random_facts(rows=600), self._rule(intervention)
        if rule.cuts is not None:
            assert rule.cuts.shape == facts.rows.counted.shape
            assert not np.isnan(rule.cuts).any()

    def test_it_decides_for_labels_that_there_are(self, intervention: PredictionIntervention) -> None:
        facts = random_facts(rows=600)
        logs = np.log(np.full((*facts.rows.counted.shape, 2), 0.5))
        margins = np.linspace(-3, 3, 600)[None].repeat(len(logs), axis=0)
        decided = self._rule(intervention).decided(logs, margins, facts.rows.favourable)
        assert set(np.unique(decided)) <= {0, 1}

    def test_the_same_again(self, intervention: PredictionIntervention) -> None:
        np.testing.assert_array_equal(self._rule(intervention).cuts, self._rule(intervention).cuts)

    def test_without_scores_it_says_why_there_is_none(self, intervention: PredictionIntervention) -> None:
        facts = random_facts(rows=600)
        nothing = facts.evidence(kinds=()).ask
        found = intervention.rule(nothing, held_out(facts))
        assert isinstance(found, NotMeasurable) and found.reason
