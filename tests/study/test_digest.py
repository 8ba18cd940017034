from collections.abc import Iterator
from typing import Any

from interplay.study import Study
from interplay.study.digest import digest
from interplay.study.dump import from_json, to_json


def least(**changes: Any) -> Study:
    return Study(**{"name": "loans", "data": {"source": "mortgage"}, **changes})


def test_the_digest_of_a_study_is_known() -> None:
    """Stored run folders are found by it; a new value here makes every stored run start again."""
    assert digest(least()) == "b47dc8830c238b5a0806663d1186cddf13f4a2d62b8a678b5d8abfb921d1c4e8"


def test_a_network_of_the_program_counts() -> None:
    assert len({digest(least()), digest(least(), network="a"), digest(least(), network="b"), digest(least(), "a")}) == 4


def _changed(tables: Any) -> Iterator[Any]:
    """The same tables with one value changed, for every value."""
    for key, value in tables.items() if isinstance(tables, dict) else enumerate(tables):
        others = [*_changed(value)] if isinstance(value, dict | list) else [_other(value)]
        for other in others:
            copy = tables.copy()
            copy[key] = other
            yield copy


def _other(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return value + "x"
    return None


def test_every_declared_value_counts(full: Study) -> None:
    tables = {key: one for key, one in to_json(full).items() if key != "gate"}
    seen = {digest(full)}
    possible = 0
    for changed in _changed(tables):
        try:
            study = from_json(changed)
        except Exception:
            continue  # not every changed value makes a study
        if study != full:
            possible += 1
            seen.add(digest(study))
    assert possible > 25
    assert len(seen) == possible + 1


def test_what_a_model_is_held_against_does_not_count_and_what_it_is_does(full: Study) -> None:
    tables = to_json(full)
    gated = from_json({**tables, "gate": {"cells": ["accuracy"], "approval": "approval.json"}})
    moved, other = (
        from_json({**tables, "model": {**tables["model"], "kind": "fitted", "path": path}})
        for path in ("/here/model.onnx", "/here/other.onnx")
    )
    there = from_json({**tables, "model": {**tables["model"], "kind": "fitted", "path": "/there/model.onnx"}})
    assert digest(gated) == digest(full)
    assert digest(moved, "data") == digest(there, "data") and digest(moved, "data") != digest(other, "data")


def test_adding_and_taking_away_counts(full: Study) -> None:
    tables = to_json(full)
    added = from_json({**tables, "tolerances": {**tables["tolerances"], "log_loss": 0.1}})
    taken = from_json({**tables, "limits": []})
    swapped = from_json({**tables, "priorities": {"ranking": ["privacy", "utility"]}})
    assert len({digest(one) for one in (full, added, taken, swapped)}) == 4


def _reversed(value: Any) -> Any:
    return {key: _reversed(value[key]) for key in reversed(value)} if isinstance(value, dict) else value


def test_the_order_of_keys_does_not_count(full: Study) -> None:
    chosen = to_json(full.model_copy(update={"groups": full.groups.model_copy(update={"mitigate": "race"})}))
    assert digest(from_json(_reversed(chosen))) == digest(from_json(chosen))


def test_the_first_attribute_counts_where_it_is_the_one_mitigated_for() -> None:
    first = least(groups={"attributes": {"race": {}, "sex": {}}})
    other = least(groups={"attributes": {"sex": {}, "race": {}}})
    named = least(groups={"attributes": {"sex": {}, "race": {}}, "mitigate": "race"})
    assert digest(first) != digest(other)
    assert digest(first) == digest(named)


def test_equal_numbers_are_equal() -> None:
    whole = least(interventions=[{"name": "dp_sgd", "parameters": {"privacy_epsilon": 8}}])
    float_ = least(interventions=[{"name": "dp_sgd", "parameters": {"privacy_epsilon": 8.0}}])
    truth = least(interventions=[{"name": "dp_sgd", "parameters": {"privacy_epsilon": True}}])
    assert digest(whole) == digest(float_)
    assert digest(least(data={"source": "a", "favourable": 1})) != digest(
        least(data={"source": "a", "favourable": True})
    )
    assert digest(truth) != digest(least(interventions=[{"name": "dp_sgd", "parameters": {"privacy_epsilon": 1}}]))


def test_the_data_count_by_their_fingerprint_and_not_by_their_folder() -> None:
    here, there = least(data={"source": "/a/loans.csv"}), least(data={"source": "/b/loans.csv"})
    assert digest(here) != digest(there)
    assert digest(here, "f1") == digest(there, "f1")
    assert digest(here, "f1") != digest(here, "f2")
    assert digest(here, "f1") != digest(least(data={"source": "/a/other.csv"}), "f1")
    assert digest(here, "f1") != digest(here)


def test_any_text_has_a_digest() -> None:
    assert len(digest(least(name="\ud800 é \U0001f600", purpose='"\\\n'))) == 64
