"""A robustness number is withheld where another attack finds more than the one that follows gradients."""

import pytest

from interplay.audit.parts.methods import _masking
from interplay.engine import jnp
from interplay.estimates import NotMeasurable
from interplay.evidence import AdversarialScores, Attacked, Distances, MaskingChecks
from interplay.exhibits import Memo
from interplay.families.network.members import NetworkMembers
from interplay.models.function import Function
from interplay.models.rescaled import Rescaled
from tests.measurement.worlds import bank, control_of, ready

STRONG = MaskingChecks(200, 400, 4.0, 0.7, 0.7, 0.7, 0.1, 0.1, 0.0)


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
    assert checks.by_gradient - 0.01 <= checks.by_both_starts <= checks.by_gradient < 0.9
    assert checks.wide_by_gradient <= checks.wide_by_search + 0.01 <= 0.05


def test_scores_without_slope_are_found_out_and_their_robustness_is_withheld(trained) -> None:
    setting, members = trained
    memo = Memo(_on_stairs(members), setting)
    for kind in (AdversarialScores, Attacked, Distances):
        withheld = memo.ask(kind)
        assert isinstance(withheld, NotMeasurable)
        assert "gradients are masked (100% of the rows have no slope)" in withheld.reason


def test_other_starts_and_a_larger_radius_are_reasons_too() -> None:
    starts = MaskingChecks(200, 400, 4.0, 0.7, 0.7, 0.65, 0.1, 0.1, 0.0)
    wider = MaskingChecks(200, 400, 4.0, 0.7, 0.7, 0.7, 0.8, 0.1, 0.0)
    assert "the attack has not converged" in starts.reason
    assert wider.reason.startswith("within a radius of 4 the attack leaves 80.0%")
    assert STRONG.reason == ""


def test_what_cannot_be_moved_by_anybody_is_not_called_masked() -> None:
    constant = MaskingChecks(200, 400, 4.0, 0.6, 0.6, 0.6, 0.6, 0.6, 1.0)
    assert constant.reason == ""


def test_the_report_says_what_the_checks_found_and_where_numbers_are_withheld() -> None:
    passed = {"treatment": "control", "tuning": "tuned", **vars(STRONG), "by_search": 0.695}
    failed = {"treatment": "dp_sgd", "tuning": "as_applied", "withheld": "gradients are masked"}
    told, withheld = _masking([passed, failed])
    assert "flips at most 0.5% more of them, other random starts at most 0.0%" in told
    assert withheld == "dp_sgd (as applied): gradients are masked."
    assert _masking([failed]) == [withheld]
    assert _masking([]) == []
