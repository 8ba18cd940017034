import re
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay import catalogue
from interplay.auditing.judging import effective_rows
from interplay.data.proposals import ColumnSummary, Proposals
from interplay.data.split import AUDIT_SHARE
from interplay.design.resolution import MILD, rows_needed
from interplay.errors import StudyError
from interplay.study import Study
from interplay.study.check import check
from interplay.study.load import load, locate
from interplay.study.starter import audit_share, starter
from interplay.study.starter.aims import COST_OF_USE
from interplay.study.starter.groups import MINIMUM_ROWS
from interplay.study.starter.table import DECIDING_ROWS, LARGEST_AUDIT_SHARE

Loaded = Callable[[str], Study]


def column(name: str, kind: str = "numeric", distinct: int = 40, missing: int = 0, rows: int = 1000) -> ColumnSummary:
    return ColumnSummary(name, kind, distinct, missing, rows)


LOANS = (
    column("approve", "boolean", 2),
    column("race", "categorical", 3),
    column("sex", "boolean", 2),
    column("income", distinct=1000),
    column("age"),
)


def proposals(
    more: Sequence[ColumnSummary] = (), groups: Sequence[str] = ("race", "sex"), rows: int = 1000, **others: Any
) -> Proposals:
    counts = {"no": rows // 2, "yes": rows - rows // 2}
    return Proposals("approve", counts, (*LOANS, *more), dict.fromkeys(groups, ()), **others)


def starting(more: Sequence[ColumnSummary] = (), groups: Sequence[str] = ("race", "sex"), **others: Any) -> str:
    return starter(proposals(more, groups, **others), "loans.csv")


def test_the_defaults(loaded: Loaded, tmp_path: Path) -> None:
    study = loaded(starting())
    assert study.name == "audit of loans"
    assert (study.data.source, study.data.label) == (f"{tmp_path}/loans.csv", "approve")
    assert {name: section.column for name, section in study.groups.attributes.items()} == {"race": "race", "sex": "sex"}
    assert (study.groups.mitigate, study.groups.intersections) == ("race", (("race", "sex"),))
    assert (study.model.hidden, study.model.optimiser, study.model.steps, study.members) == ((16,), "sgd", 400, 16)
    assert [section.name for section in study.interventions] == [
        "reweighing",
        "group_thresholds",
        "dp_sgd",
        "adversarial_training",
        "release_explanations",
        "split_conformal",
        "group_conformal",
    ]
    assert study.interventions[2].parameters == {"privacy_epsilon": 8.0}
    assert (study.tolerances, study.soft_goals, study.data.drop) == ({}, (), {})


@pytest.mark.parametrize("groups", [(), ("race",), ("race", "sex")])
def test_the_catalogue_knows_every_name(groups: tuple[str, ...], written: Callable[[str], Path]) -> None:
    path = written(starting(groups=groups))
    check(load(path), catalogue.metrics(), catalogue.interventions(), locate(path))


@pytest.mark.parametrize("groups", [(), ("race",), ("race", "sex")])
def test_every_commented_example_may_be_used(groups: tuple[str, ...], written: Callable[[str], Path]) -> None:
    doubtful = {"code": "perhaps it names the row"}
    more = {"doubtful": doubtful, "categorical": ("age",), "dates": ("income",), "person": "code"}
    text = re.sub(r"(?m)^#(?! )", "", starting([column("code", "categorical", 600)], groups, **more))
    path = written(text)
    study = load(path)
    assert (len(study.limits), len(study.tolerances), len(study.soft_goals), len(study.interventions)) == (3, 2, 1, 7)
    assert study.data.features == (("race", "sex", "age")[len(groups)],)
    assert (study.data.categorical, study.data.days, study.data.time) == (("age",), ("income",), "income")
    assert (study.data.person, study.data.favourable) == ("code", "yes")
    assert list(study.data.drop)[-1] == "code"
    check(study, catalogue.metrics(), catalogue.interventions(), locate(path))


@pytest.mark.parametrize(("rows", "size"), [(3440, "full"), (3460, 1024), (0, "full")])
def test_the_batch_follows_the_training_rows(rows: int, size: object, loaded: Loaded) -> None:
    text = starter(Proposals("y", {"0": rows}, (column("y"), column("x"))), "a.csv")
    assert loaded(text).model.batch_size == size


def test_it_limits_usefulness_and_leaves_the_ranking_to_people(loaded: Loaded) -> None:
    study = loaded(starting())
    (limit,) = study.limits
    assert (limit.metric, limit.at_most_below_control, limit.at_least) == ("balanced_accuracy", 0.03, None)
    assert not study.priorities.signed
    assert "recommends nothing" in " ".join(starting().replace("#", "").split())


def test_proposals_hold_and_doubts_are_comments(loaded: Loaded) -> None:
    text = starting(
        [column("town", "categorical", 600), column("loan_id"), column("weight")],
        drop={"loan_id": "it seems to name the row"},
        doubtful={"town": "perhaps it names the row"},
        missing={"age": (-999, "inf"), "in come": ("?",)},
        classes={"Yes": ("Yes", "yes")},
        weight="weight",
        wide={"town": 600},
    )
    data = loaded(text).data
    assert data.drop == {"loan_id": "it seems to name the row"}
    assert '\n#town = "perhaps it names the row"\n' in text
    assert data.missing == {"age": (-999, "inf"), "in come": ("?",)}
    assert (data.classes, data.weight, data.most_categories) == ({"Yes": ("Yes", "yes")}, "weight", 50)
    assert '"town" has 600' in text


def test_bins_of_a_numeric_group_hold(loaded: Loaded) -> None:
    text = starter(Proposals("approve", {"no": 5, "yes": 5}, LOANS, {"age": (0.25, 30, 1_000_000)}), "loans.csv")
    assert loaded(text).groups.attributes["age"].bins == (0.25, 30, 1_000_000)


def test_the_favourable_class_is_written_or_asked_for(loaded: Loaded) -> None:
    assert loaded(starter(proposals(), "loans.csv", "no")).data.favourable == "no"
    assert loaded(starting()).data.favourable is None
    assert "TO FILL IN: the label value that a person hopes for" in starting()


def test_without_groups_fairness_is_left_out_and_said_so(loaded: Loaded) -> None:
    text = starting(groups=())
    names = [section.name for section in loaded(text).interventions]
    assert names == ["dp_sgd", "adversarial_training", "release_explanations", "split_conformal"]
    assert "Without sensitive attributes there is no fairness to measure" in text
    assert text.count("It needs a sensitive attribute.") == 3


def test_the_file_explains_itself() -> None:
    lines = starting().splitlines()
    assert sum(line.startswith("# ") for line in lines) > 35
    assert max(len(line) for line in lines) <= 120


def test_many_columns_are_not_all_listed() -> None:
    text = starting([column(f"c{number}") for number in range(100)])
    assert text.count('#   "') == 40
    assert "#   and 62 more" in text


def test_a_name_that_no_file_can_hold_is_refused() -> None:
    with pytest.raises(StudyError, match=r"expected a name of valid characters, found half a character, '\\udc80'"):
        starting([column("a\udc80")])


HOSTILE = st.one_of(
    st.sampled_from(
        ["", '"', "'", "\\", "\n[x]", "a.b", "]", "#", "\u202e", "\x00", "\x7f", "\x85", "é", '"""', "race", "=1"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(HOSTILE, min_size=4, max_size=6, unique=True), HOSTILE, st.data())
def test_hostile_names_come_back_unchanged(names: list[str], source: str, data: st.DataObject) -> None:
    kinds = st.builds(
        ColumnSummary,
        st.just(""),
        st.sampled_from(["numeric", "categorical"]),
        st.integers(0, 100),
        st.integers(0, 100),
        st.just(100),
    )
    columns = tuple(ColumnSummary(name, *list(vars(data.draw(kinds)).values())[1:]) for name in names)
    label, *groups = names[: data.draw(st.integers(1, 3))]
    others = names[1 + len(groups) :]
    proposed = Proposals(
        label,
        {"\x1b[31m": 5, '"': 7},
        columns,
        dict.fromkeys(groups, ()),
        drop=dict.fromkeys(others[:1], "left out"),
        doubtful={name: name for name in others[1:2]},
        missing={name: (name, -1) for name in others},
        classes={name: (name, "x") for name in names},
        categorical=tuple(others),
        dates=tuple(others[:1]),
        wide=dict.fromkeys(others, 70),
    )
    text = starter(proposed, source, data.draw(st.sampled_from([None, *names])))
    assert tomllib.loads(text)["data"]["source"] == source
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "study.toml"
        path.write_text(text, encoding="utf-8", newline="\n")
        study = load(path)
        path.write_text(re.sub(r"(?m)^#(?! )", "", text), encoding="utf-8", newline="\n")
        assert set(load(path).data.drop) <= {*names, "a column"}
    assert study.data.label == label
    assert [section.column for section in study.groups.attributes.values()] == groups
    assert set(study.data.drop) <= set(names) - {label, *groups}
    assert study.groups.intersections in ((), (tuple(groups[:2]),))


def test_how_rows_are_split_is_explained_and_a_repeated_identifier_proposed(loaded: Loaded) -> None:
    text = starting([ColumnSummary("customer_id", "numeric", 300, 0, 900)], person="customer_id")
    assert loaded(text).data.audit_share == 0.07
    assert '"customer_id" looks like one' in text
    named = loaded(text.replace("#person", "person").replace('#twins = "apart"', 'twins = "apart"'))
    assert (named.data.person, named.data.twins) == ("customer_id", "apart")
    assert '#person = "a column"' in starting()


def test_enough_rows_are_held_back_to_settle_the_proposed_limit_and_to_compare_groups() -> None:
    assert rows_needed(COST_OF_USE, MILD) == DECIDING_ROWS
    rare = Proposals("y", {"no": 1_700, "yes": 300}, ())
    assert effective_rows([round(audit_share(rare) * count) for count in rare.counts.values()]) >= DECIDING_ROWS
    assert audit_share(rare) < LARGEST_AUDIT_SHARE
    three = Proposals("y", {"no": 2_000, "yes": 2_000}, (), {"race": ()}, {"race": (2_600, 1_100, 300)})
    assert 1_100 * audit_share(three) >= MINIMUM_ROWS > 1_100 * (audit_share(three) - 0.01)


def test_what_too_many_rows_would_take_is_not_aimed_at() -> None:
    assert audit_share(Proposals("y", {"no": 30, "yes": 30}, (), {"race": ()}, {"race": (50, 10)})) == AUDIT_SHARE
    assert audit_share(Proposals("y", {"no": 90_000, "yes": 9_000}, ())) == AUDIT_SHARE


def test_a_study_of_an_estimator_lists_what_can_act_on_it(loaded: Loaded) -> None:
    text = starter(proposals((), ("race",)), "loans.csv", "yes", factory="xgboost:XGBClassifier")
    study = loaded(text)
    assert (study.model.kind, study.model.factory) == ("estimator", "xgboost:XGBClassifier")
    listed = {section.name for section in study.interventions}
    assert {"reweighing", "noisy_copies", "split_conformal"} <= listed
    assert not {"dp_sgd", "adversarial_training"} & listed
    plain = {section.name for section in loaded(starter(proposals((), ("race",)), "loans.csv", "yes")).interventions}
    assert "adversarial_training" in plain and "noisy_copies" not in plain


def test_a_study_of_a_module_trains_in_steps_and_lists_what_can_act_on_it(loaded: Loaded) -> None:
    study = loaded(starter(proposals((), ("race",)), "loans.csv", "yes", factory="mymodel:make", kind="torch"))
    assert (study.model.kind, study.model.factory, study.model.steps) == ("torch", "mymodel:make", 400)
    listed = {section.name for section in study.interventions}
    assert {"reweighing", "dp_sgd", "noisy_copies", "split_conformal"} <= listed
    assert not {"adversarial_training", "parity_penalty"} & listed
