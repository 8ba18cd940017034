import re
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay import catalogue
from interplay.errors import StudyError
from interplay.study import Study
from interplay.study.check import check
from interplay.study.load import load, locate
from interplay.study.starter import ColumnSummary, starter

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


def starting(more: Sequence[ColumnSummary] = (), groups: Sequence[str] = ("race", "sex")) -> str:
    return starter([*LOANS, *more], "loans.csv", "approve", groups)


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
    text = re.sub(r"(?m)^#(?! )", "", starting([column("code", "categorical", 600)], groups))
    path = written(text)
    study = load(path)
    assert (len(study.limits), len(study.tolerances), len(study.soft_goals), len(study.interventions)) == (3, 2, 1, 7)
    assert study.data.features == (("race", "sex", "income")[len(groups)],)
    assert list(study.data.drop)[-1] == "code"
    check(study, catalogue.metrics(), catalogue.interventions(), locate(path))


@pytest.mark.parametrize(("rows", "size"), [(3440, "full"), (3460, 1024), (0, "full")])
def test_the_batch_follows_the_training_rows(rows: int, size: object, loaded: Loaded) -> None:
    text = starter([column("y", rows=rows), column("x", rows=rows)], "a.csv", "y", [])
    assert loaded(text).model.batch_size == size


def test_it_limits_usefulness_and_leaves_the_ranking_to_people(loaded: Loaded) -> None:
    study = loaded(starting())
    (limit,) = study.limits
    assert (limit.metric, limit.at_most_below_control, limit.at_least) == ("balanced_accuracy", 0.03, None)
    assert not study.priorities.signed
    assert "recommends nothing" in " ".join(starting().replace("#", "").split())


def test_useless_columns_are_dropped_with_the_reason(loaded: Loaded) -> None:
    more = [
        column("empty", distinct=0, missing=1000),
        column("constant", distinct=1),
        column("constant or missing", distinct=1, missing=10),
        column("applicant", "categorical", 970),
        column("town", "categorical", 600),
        column("loan_id", distinct=1000),
        column("loanId", distinct=1000),
        column("paid", distinct=1000),
        column("id of branch", distinct=1000),
        column("short_id", distinct=19, rows=19),
    ]
    text = starting(more)
    assert loaded(text).data.drop == {
        "empty": "every value is missing",
        "constant": "it has one value in every row",
        "applicant": "it seems to name the row: 970 distinct values in 1000 rows",
        "loan_id": "it seems to name the row: every value is different",
        "loanId": "it seems to name the row: every value is different",
    }
    assert '\n#town = "perhaps it names the row: 600 distinct values in 1000 rows"\n' in text


def test_the_label_and_the_groups_are_never_dropped(loaded: Loaded) -> None:
    columns = [column("id", distinct=1000), column("k", distinct=1), column("x")]
    assert loaded(starter(columns, "a.csv", "id", ["k"])).data.drop == {}


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


@pytest.mark.parametrize(
    ("label", "groups", "message"),
    [
        (
            "aprove",
            ["race"],
            "expected a column of the table as the label, found 'aprove' (loans.csv). "
            "Next: use 'approve', if that is meant.",
        ),
        (
            "approve",
            ["race", "gender"],
            "expected a column of the table as the group, found 'gender' (loans.csv). "
            "Next: use one of 'approve', 'race', 'sex', 'income', 'age'.",
        ),
        (
            "approve",
            ["race", "race"],
            "expected the label and the groups in columns of their own, found 'race' twice (loans.csv). "
            "Next: name each column once.",
        ),
        (
            "approve",
            ["approve"],
            "expected the label and the groups in columns of their own, found 'approve' twice (loans.csv). "
            "Next: name each column once.",
        ),
    ],
)
def test_roles_that_cannot_be_filled(label: str, groups: list[str], message: str) -> None:
    with pytest.raises(StudyError) as caught:
        starter(LOANS, "loans.csv", label, groups)
    assert str(caught.value) == message


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
    columns = [ColumnSummary(name, *list(vars(data.draw(kinds)).values())[1:]) for name in names]
    label, *groups = names[: data.draw(st.integers(1, 3))]
    text = starter(columns, source, label, groups)
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
    text = starting([ColumnSummary("customer_id", "numeric", 300, 0, 900)])
    assert loaded(text).data.audit_share == 0.06
    assert '"customer_id" looks like one' in text
    named = loaded(text.replace("#person", "person").replace('#twins = "apart"', 'twins = "apart"'))
    assert (named.data.person, named.data.twins) == ("customer_id", "apart")
    assert '#person = "a column"' in starting()
