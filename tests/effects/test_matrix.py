from dataclasses import replace
from typing import Any

import pytest

from interplay.aspects import DIRECTED_PAIRS, Aspect
from interplay.effects.compare import compare
from interplay.effects.matrix import PairVerdict, matrix
from interplay.effects.results import Effects
from interplay.interactions import Interaction, Probe, Unmeasured

PROBE = Probe("accuracy", "claim", "mechanism", ("dp_sgd",), "accuracy", (), "", "", expects="harm")
OTHER = Probe(
    "race",
    "claim",
    "mechanism",
    ("dp_sgd",),
    "accuracy_disparity",
    (),
    "",
    "",
    context=("split_conformal",),
    expects="harm",
)
LATER = Unmeasured("later", "claim", "a human study", (), expects="harm")


def interaction(source: Aspect, target: Aspect, *probes: Probe | Unmeasured) -> Interaction:
    return Interaction(source, target, "3.1", "summary", probes)


PAIRS = (
    interaction(Aspect.PRIVACY, Aspect.FAIRNESS, PROBE, LATER),
    interaction(Aspect.FAIRNESS, Aspect.PRIVACY, OTHER),
    interaction(Aspect.UNCERTAINTY, Aspect.FAIRNESS, LATER),
)
WORSE, CLEAR, BETTER, OPEN, HALF = 0.05, 0.0, -0.05, None, 0.02


def audited(kit: Any, *changes: float | None, works: bool = True, primary: bool = True) -> Effects:
    """One privacy-to-fairness probe for each planted change of the accuracy, on treatments of their own."""
    cells, planned, collapse = {}, [], {}
    for place, change in enumerate(changes):
        treated = type(kit.treated)((f"dp_sgd{place}",))
        error = (0.05, 0.05) if change is None else (0.004, 0.004)
        cells[treated, "tuned", "accuracy"] = kit.plain(0.8 - (change or 0.0), *error)
        cells[kit.control, "tuned", "accuracy"] = kit.plain(0.8)
        cells[treated, "tuned", "membership_risk"] = kit.plain(0.5 if works else 0.6, 0.001)
        cells[kit.control, "tuned", "membership_risk"] = kit.plain(0.6)
        own = {"treatment": treated, "applied": (f"dp_sgd{place}",)}
        planned.append(kit.comparison(**own, probe="privacy_to_fairness/accuracy", primary=primary))
        planned.append(kit.comparison("membership_risk", Aspect.PRIVACY, **own, control_of=f"dp_sgd{place}"))
    return compare(kit.measurements(cells, collapse), planned, {})


def pair(found: tuple[PairVerdict, ...], source: Aspect, target: Aspect) -> PairVerdict:
    return next(one for one in found if (one.source, one.target) == (source, target))


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ((WORSE, CLEAR, BETTER), "harm"),
        ((CLEAR, CLEAR), "no_material_harm"),
        ((CLEAR, BETTER), "improvement"),
        ((CLEAR, OPEN), "inconclusive"),
        ((BETTER, OPEN), "inconclusive"),
        ((HALF, OPEN, CLEAR), "harm_undetermined"),
    ],
)
def test_rules(kit: Any, changes: tuple[float | None, ...], verdict: str) -> None:
    effects = audited(kit, *changes)
    found = pair(matrix(effects, PAIRS), Aspect.PRIVACY, Aspect.FAIRNESS)
    assert found.verdict == verdict
    assert [effects.effects[place].probe for place in found.effects] == ["privacy_to_fairness/accuracy"] * len(changes)
    assert verdict.replace("_", " ") in found.sentence


def test_did_nothing_here(kit: Any) -> None:
    found = pair(matrix(audited(kit, CLEAR, CLEAR, works=False), PAIRS), Aspect.PRIVACY, Aspect.FAIRNESS)
    assert found.verdict == "did_nothing_here"


def test_all_withheld_or_absent(kit: Any) -> None:
    planned = [
        kit.comparison("membership_risk", Aspect.PRIVACY, probe="privacy_to_fairness/x", primary=True),
    ]
    cells = {
        (kit.treated, "tuned", "membership_risk"): kit.plain(0.5, 0.001),
        (kit.control, "tuned", "membership_risk"): kit.plain(0.5),
    }
    withheld = compare(kit.measurements(cells, {(kit.treated, "tuned"): "one class"}), planned, {})
    assert pair(matrix(withheld, PAIRS), Aspect.PRIVACY, Aspect.FAIRNESS).verdict == "withheld"
    absent = compare(kit.measurements({}), planned, {})
    assert pair(matrix(absent, PAIRS), Aspect.PRIVACY, Aspect.FAIRNESS).verdict == "not_measurable"


def test_all_twenty_pairs_in_order(kit: Any) -> None:
    found = matrix(audited(kit, CLEAR), PAIRS)
    assert [(one.source, one.target) for one in found] == list(DIRECTED_PAIRS)
    assert len(found) == 20


def test_what_is_missing_and_what_is_not_listed(kit: Any) -> None:
    found = matrix(audited(kit, CLEAR), PAIRS)
    later = pair(found, Aspect.UNCERTAINTY, Aspect.FAIRNESS)
    assert (later.verdict, later.sentence) == ("not_yet_measurable", "not yet measurable: a human study")
    absent = pair(found, Aspect.FAIRNESS, Aspect.PRIVACY)
    assert absent.verdict == "not_in_this_study"
    assert "list dp_sgd with split_conformal to measure it" in absent.sentence
    assert pair(found, Aspect.ROBUSTNESS, Aspect.PRIVACY).verdict == "not_yet_measurable"


@pytest.mark.parametrize("change", [CLEAR, BETTER, OPEN, HALF])
def test_secondary_probes_without_a_shown_harm_do_not_decide(kit: Any, change: float | None) -> None:
    found = pair(matrix(audited(kit, change, primary=False), PAIRS), Aspect.PRIVACY, Aspect.FAIRNESS)
    assert (found.verdict, found.primary, found.harms) == ("not_in_this_study", "not_in_this_study", ())
    assert len(found.effects) == 1


def fairness(effects: Effects, **more: Any) -> Effects:
    """The same with the target that the pair has."""
    return Effects(tuple(replace(one, target=Aspect.FAIRNESS, **more) for one in effects.effects), effects.controls)


def test_a_harm_outside_of_the_primary_probes_is_not_hidden(kit: Any) -> None:
    clear, worse = (fairness(audited(kit, change, primary=False)).effects[0] for change in (CLEAR, WORSE))
    primary = replace(clear, primary=True, family="confirmatory")
    for outside in (worse, replace(worse, probe=""), replace(worse, probe="", applied=("a", "b"))):
        found = pair(matrix(Effects((primary, outside), {}), PAIRS), Aspect.PRIVACY, Aspect.FAIRNESS)
        assert (found.verdict, found.primary, found.harms) == ("harm", "no_material_harm", (1,))
        assert "harm outside of the primary probes (corrected in the secondary family, where 10 %" in found.sentence
        assert "5.0 points lower" in found.sentence
        assert "the primary probes alone: no material harm (1 of 1 primary comparisons)" in found.sentence


@pytest.mark.parametrize(
    "other",
    [
        {"tuning": "as_applied"},
        {"source": (Aspect.PRIVACY, Aspect.ROBUSTNESS), "applied": ("dp_sgd", "adversarial_training"), "probe": ""},
        {"applied": ("dp_sgd privacy_epsilon=1",), "probe": ""},
        {"target": Aspect.UTILITY, "probe": ""},
    ],
)
def test_what_other_interventions_or_strengths_do_is_no_harm_of_the_pair(kit: Any, other: dict[str, Any]) -> None:
    clear, worse = (fairness(audited(kit, change, primary=False)).effects[0] for change in (CLEAR, WORSE))
    found = matrix(Effects((replace(clear, primary=True), replace(worse, **other)), {}), PAIRS)
    assert pair(found, Aspect.PRIVACY, Aspect.FAIRNESS).verdict == "no_material_harm"


def test_what_is_open_outside_of_the_primary_probes_is_counted(kit: Any) -> None:
    clear = replace(fairness(audited(kit, CLEAR, primary=False)).effects[0], primary=True)
    unsettled = fairness(audited(kit, OPEN, primary=False), metric="brier").effects[0]
    found = pair(matrix(Effects((clear, unsettled, unsettled), {}), PAIRS), Aspect.PRIVACY, Aspect.FAIRNESS)
    assert (found.verdict, found.open_metrics) == ("no_material_harm", ("brier",))


def test_a_pair_is_clear_by_its_largest_p_and_all_pairs_by_holm(kit: Any) -> None:
    found = audited(kit, CLEAR, CLEAR)
    marked = [replace(one, clear_p=p) for one, p in zip(found.effects[::2], (0.01, 0.03), strict=True)]
    other = replace(marked[0], probe="fairness_to_privacy/race", clear_p=0.001)
    verdicts = matrix(Effects((*marked, other), {}), PAIRS)
    private, fairer = (
        pair(verdicts, *places) for places in [(Aspect.PRIVACY, Aspect.FAIRNESS), (Aspect.FAIRNESS, Aspect.PRIVACY)]
    )
    assert (private.clear_p, private.clear_holm_p) == (0.03, 0.03)
    assert (fairer.clear_p, fairer.clear_holm_p) == (0.001, 0.002)
    assert pair(verdicts, Aspect.UNCERTAINTY, Aspect.FAIRNESS).clear_p is None


def test_what_pursues_nothing_says_where_a_harm_comes_from_and_makes_none(kit: Any) -> None:
    clear = {"probe": "privacy_to_fairness/accuracy", "primary": True}
    stopped = type(kit.treated)(("shorter_training",))
    own = {"treatment": stopped, "applied": ("shorter_training",), "source": ()}
    cells = {
        (kit.control, "tuned", "accuracy"): kit.plain(0.8),
        (kit.treated, "tuned", "accuracy"): kit.plain(0.8, 0.004, 0.004),
        (stopped, "tuned", "accuracy"): kit.plain(0.7, 0.004, 0.004),
    }
    planned = [kit.comparison(**clear), kit.comparison(**own, probe="privacy_to_fairness/why")]
    effects = compare(kit.measurements(cells), planned, {})
    assert [one.verdict for one in effects.effects][1] == "harm"
    found = pair(matrix(effects, PAIRS), Aspect.PRIVACY, Aspect.FAIRNESS)
    assert found.verdict == "no_material_harm"
    assert found.harms == ()
    assert len(found.effects) == 2, "it is shown with the pair"
