"""Where gradients hide what a search finds, the search is added; where a larger radius finds less, numbers are withheld."""

import pytest

from interplay.auditing.parts.methods import _masking
from interplay.engine import jnp
from interplay.estimates import NotMeasurable
from interplay.evidence import AdversarialScores, Distances, MaskingChecks
from interplay.exhibits import Memo
from interplay.families.network.members import NetworkMembers
from interplay.models.function import Function
from interplay.models.rescaled import Rescaled
from tests.measurement.worlds import bank, control_of, ready

STRONG = MaskingChecks(200, 400, 4.0, 0.7, 0.7, 0.1, 0.0)


@pytest.fixture(scope="module", params=[(), (16,)], ids=["logistic", "perceptron"])
def trained(request: pytest.FixtureRequest):
    prepared = ready(bank(), model={"hidden": request.param})
    return prepared.setting(), control_of(prepared)


def _on_stairs(members: NetworkMembers) -> NetworkMembers:
    """The same models with scores in steps, which have no slope; decisions stay nearly all the same."""
    inner = members.network.network

    def logits(parameters, inputs):
        return jnp.round(4 * inner.logits(parameters, inputs)) / 4

    return NetworkMembers(Rescaled(Function("stairs", inner.initial, logits)), members.parameters)


def test_on_ordinary_networks_no_other_attack_finds_more(trained) -> None:
    setting, members = trained
    moved = Memo(members, setting).ask(AdversarialScores)
    assert isinstance(moved, AdversarialScores) and moved.checks is not None
    checks = moved.checks
    assert checks.rows == 200 and checks.flat == 0.0
    assert abs(checks.by_search - checks.by_gradient) <= 0.01
    assert checks.wide_by_search <= 0.05 < checks.by_gradient < 0.9


def test_where_scores_have_no_slope_a_search_takes_the_place_of_gradients(trained) -> None:
    setting, members = trained
    plain = Memo(members, setting).ask(AdversarialScores)
    memo = Memo(_on_stairs(members), setting)
    moved, distances = memo.ask(AdversarialScores), memo.ask(Distances)
    assert isinstance(moved, AdversarialScores) and moved.checks is not None and isinstance(plain, AdversarialScores)
    assert moved.checks.masked and moved.checks.flat == 1.0
    labels = setting.dataset.labels[moved.rows]
    right, known = ((one.log_probabilities.argmax(axis=2) == labels).mean() for one in (moved, plain))
    assert abs(right - known) < 0.03 < moved.checks.by_gradient - known, (
        "steps move few decisions, and hide most attacks"
    )
    assert isinstance(distances, NotMeasurable)
    assert distances.reason.startswith("gradients are masked (100% of the rows have no slope)")


def test_a_larger_radius_that_leaves_more_rows_standing_is_a_reason_to_withhold() -> None:
    wider = MaskingChecks(200, 400, 4.0, 0.7, 0.7, 0.8, 0.0)
    assert wider.reason.startswith("within a radius of 4 a search leaves 80.0%")
    assert STRONG.reason == ""


def test_what_cannot_be_moved_by_anybody_is_not_called_masked() -> None:
    constant = MaskingChecks(200, 400, 4.0, 0.6, 0.6, 0.6, 1.0)
    assert not constant.masked and constant.reason == ""


def test_the_report_says_what_the_checks_found_and_where_numbers_are_withheld() -> None:
    passed = {"treatment": "control", "tuning": "tuned", **vars(STRONG), "by_search": 0.695}
    added = {**passed, "treatment": "trades", "by_search": 0.6}
    failed = {"treatment": "dp_sgd", "tuning": "as_applied", "withheld": "the radius"}
    told, joined, others, withheld = _masking([passed, added, failed])
    assert "a search leaves 10.0% to 10.0% rightly decided" in told
    assert joined.endswith("was added to the attack on all rows, for trades (tuned) (by 10.0%).")
    assert others == "For the other treatments it found at most 0.5% more."
    assert withheld == "dp_sgd (as applied): the radius."
    assert _masking([failed]) == [withheld]
    assert _masking([]) == []
