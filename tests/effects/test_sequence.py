from typing import Any

from interplay.aspects import Aspect
from interplay.design.treatment import Treatment
from interplay.effects.compare import compare
from interplay.effects.looks import Looks
from interplay.effects.sequence import Attention, look

A, B, C, D = (Treatment((name,)) for name in ("decided", "open", "rows_only", "unimportant"))
PLANNED = Looks((5, 8, 12, 16, 20))


def looked(kit: Any, limited: tuple[str, ...] = ()) -> Any:
    """Five members of four treatments: harm shown, open for want of members, open for want of rows, open and secondary."""
    errors = {A: (0.06, 0.002, 0.001), B: (0.02, 0.012, 0.002), C: (0.018, 0.0005, 0.02), D: (0.02, 0.012, 0.002)}
    cells = {(kit.control, "tuned", "accuracy"): kit.plain(0.8, 0.0, 0.0, 5)}
    cells |= {(one, "tuned", "accuracy"): kit.plain(0.8 - shift, *rest, 5) for one, (shift, *rest) in errors.items()}
    planned = [
        kit.comparison(
            treatment=one, applied=one.interventions, probe=f"privacy_to_fairness/{one.name}", primary=one != D
        )
        for one in errors
    ]
    measured = kit.measurements(cells)
    effects = compare(measured, planned, {}, PLANNED).effects
    return look(effects, Attention(measured.metrics, limited, ()), [kit.control, A, B, C, D], 5)


def test_only_what_matters_is_open_and_may_be_settled_grows(kit: Any) -> None:
    found = looked(kit)
    assert found.growing == (kit.control, B)
    assert (found.members, found.matter, found.undecided, found.futile) == (5, 3, 2, 1)


def test_a_limited_metric_matters_without_a_probe(kit: Any) -> None:
    assert looked(kit, ("accuracy",)).growing == (kit.control, B, D)


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
