from typing import Any

from interplay.aspects import Aspect
from interplay.design.treatment import Treatment
from interplay.effects.adaptive_members import Attention, look
from interplay.effects.compare import compare
from interplay.statistics.group_sequential import Looks

A, B, C, D, E = (Treatment((name,)) for name in ("decided", "open", "rows_only", "unimportant", "stronger"))
PLANNED = Looks((5, 8, 12, 16, 20))


def looked(kit: Any, limited: tuple[str, ...] = (), strengths: tuple[str, ...] = ("stronger",)) -> Any:
    """Five members of five treatments: harm shown, open for want of members, open for want of rows, open on a metric that
    nothing depends on, and open at a strength that is no candidate.
    """
    errors = {A: (0.06, 0.002, 0.001), B: (0.02, 0.012, 0.002), C: (0.018, 0.0005, 0.02)}
    errors |= dict.fromkeys((D, E), errors[B])
    metric = {one: "collapse" if one == D else "balanced_accuracy" for one in errors}
    cells = {(kit.control, "tuned", name): kit.plain(0.8, 0.0, 0.0, 5) for name in ("balanced_accuracy", "collapse")}
    cells |= {
        (one, "tuned", metric[one]): kit.plain(0.8 + (shift if one == D else -shift), *rest, 5)
        for one, (shift, *rest) in errors.items()
    }
    planned = [kit.comparison(metric[one], treatment=one, applied=one.interventions) for one in errors]
    measured = kit.measurements(cells)
    effects = compare(measured, planned, {"collapse": 0.02}, PLANNED).effects
    assert [effect.cause is not None for effect in effects] == [False, True, True, True, True]
    return look(effects, Attention(measured.metrics, limited, (), strengths), [kit.control, A, B, C, D, E], 5)


def test_only_what_matters_is_open_and_may_be_settled_grows(kit: Any) -> None:
    found = looked(kit)
    assert found.growing == (kit.control, B)
    assert (found.members, found.matter, found.undecided, found.futile) == (5, 3, 2, 1)


def test_why_the_others_rest_is_said(kit: Any) -> None:
    resting = {one.treatment: (one.matter, one.undecided) for one in looked(kit).resting}
    assert resting == {A: (1, 0), C: (1, 1), D: (0, 0), E: (0, 0)}


def test_a_limited_metric_matters_although_it_is_no_headline(kit: Any) -> None:
    assert looked(kit, ("collapse",)).growing == (kit.control, B, D)


def test_a_strength_matters_where_it_is_a_candidate(kit: Any) -> None:
    assert looked(kit, strengths=()).growing == (kit.control, B, E)


def test_primary_probes_matter_on_any_metric_and_membership_attacks_never_do(kit: Any) -> None:
    for metric, grows in (("collapse", True), ("membership_risk", False)):
        measured = kit.pair(kit.plain(0.52, 0.012, 0.002, 5), kit.plain(0.5, 0.0, 0.0, 5), metric)
        probe = kit.comparison(metric, Aspect.PRIVACY, probe="privacy_to_fairness/x", primary=True)
        effects = compare(measured, [probe], {metric: 0.02}, PLANNED).effects
        assert effects[0].cause is not None
        found = look(effects, Attention(measured.metrics, (metric,), ()), [kit.control, kit.treated], 5)
        assert bool(found.growing) is grows


def test_futility_is_said(kit: Any) -> None:
    measured = kit.pair(kit.plain(0.782, 0.0005, 0.02, 5), kit.plain(0.8, 0.0, 0.0, 5))
    effect = compare(measured, [kit.comparison()], {}, PLANNED).effects[0]
    assert effect.chance_settled < 0.1 and effect.members == 5
    assert "the chance that 20 members would settle it is" in effect.reason
    last = compare(measured, [kit.comparison()], {}, Looks((3, 5))).effects[0]
    assert last.chance_settled is None and "the chance that" not in last.reason


def test_nothing_open_grows_nothing(kit: Any) -> None:
    measured = kit.pair(kit.plain(0.7, 0.001, 0.001, 5), kit.plain(0.8, 0.0, 0.0, 5))
    planned = [kit.comparison(target=Aspect.UTILITY, probe="privacy_to_fairness/x", primary=True)]
    effects = compare(measured, planned, {}, PLANNED).effects
    assert look(effects, Attention(measured.metrics, (), ()), [kit.control, kit.treated], 5).growing == ()
