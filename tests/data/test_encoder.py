"""Encoding: learned from the fitting rows only, reversible, and open about what it leaves out."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from interplay.data.encoder import Encoder, fit
from interplay.data.features import FARTHEST
from interplay.data.mapped import store
from interplay.data.table import Column, Table, numbers, table, texts
from interplay.errors import DataError

ROWS = 200


def mixed(seed: int = 0) -> Table:
    random = np.random.default_rng(seed)
    income = random.lognormal(3, 2.5, ROWS)
    age = random.normal(40, 12, ROWS)
    age[random.random(ROWS) < 0.1] = np.nan
    age[150] = 120
    owner = random.integers(0, 2, ROWS).astype(float)
    member = owner.copy()
    member[::7] = np.nan
    region = [None if place % 11 == 0 else "abc"[place % 3] for place in range(ROWS)]
    gain = np.where(random.random(ROWS) < 0.9, 0.0, income)
    columns = [
        numbers("age", age),
        numbers("income", income),
        numbers("owner", owner),
        numbers("member", member),
        texts("region", region),
        numbers("gain", gain),
    ]
    return table(columns, "test")


FEATURES = ("age", "income", "owner", "member", "region", "gain")


def fitted(people: Table, rows: int = 120, immutable: tuple[str, ...] = ()) -> Encoder:
    return fit(people, FEATURES, np.arange(rows), immutable)


def test_columns_kinds_and_places() -> None:
    encoded = fitted(mixed()).encode(mixed())
    assert encoded.columns == (
        "age",
        "age is missing",
        "income",
        "owner",
        "member=0",
        "member=1",
        "member is missing",
        "region=a",
        "region=b",
        "region=c",
        "region is missing",
        "gain",
    )
    assert encoded.matrix.dtype == np.float32
    places = {feature.name: (feature.columns.start, feature.columns.stop) for feature in encoded.features}
    assert places == {
        "age": (0, 2),
        "income": (2, 3),
        "owner": (3, 4),
        "member": (4, 7),
        "region": (7, 11),
        "gain": (11, 12),
    }


def test_numbers_are_standardised_as_scikit_learn_does_after_the_logarithm() -> None:
    people = mixed()
    matrix = fitted(people).encode(people).matrix
    age, income = people.columns["age"].values, people.columns["income"].values
    scaler = StandardScaler().fit(age[:120, None])
    expected = np.nan_to_num(scaler.transform(age[:, None])[:, 0])
    assert np.allclose(matrix[:, 0], expected, atol=1e-6)
    assert np.array_equal(matrix[:, 1], np.isnan(age))
    logs = np.log1p(income)
    assert np.allclose(matrix[:, 2], (logs - logs[:120].mean()) / logs[:120].std(), atol=1e-5)


def test_one_hot_rows_hold_exactly_one_option() -> None:
    people = mixed()
    encoded = fitted(people).encode(people)
    region = encoded.features[4]
    codes = np.where(people.columns["region"].missing, 3, people.columns["region"].values)
    assert np.array_equal(encoded.matrix[:, region.columns], np.eye(4)[codes])
    for feature in encoded.features:
        if feature.kind != "numeric":
            block = encoded.matrix[:, feature.columns]
            assert (block[:, None, :] == feature.options).all(axis=2).sum(axis=1).tolist() == [1] * ROWS


def test_rows_outside_the_fitting_rows_change_nothing() -> None:
    people = mixed()
    changed = {}
    for name, column in people.columns.items():
        values = column.values.copy()
        values[120:] = -1 if column.kind != "numeric" else 1e9
        changed[name] = Column(name, column.kind, values, column.categories)
    other = Table(changed, ROWS, "test")
    before, after = fitted(people), fitted(other)
    assert before.parts == after.parts
    assert before.notes == after.notes
    first, second = before.encode(people), after.encode(other)
    assert np.array_equal(first.matrix[:120], second.matrix[:120])
    for name in ("lower", "upper", "movable"):
        assert np.array_equal(getattr(first, name), getattr(second, name))


def test_bounds_are_those_of_the_fitting_rows() -> None:
    people = mixed()
    encoded = fitted(people).encode(people)
    assert np.array_equal(encoded.lower, encoded.matrix[:120].min(axis=0))
    assert np.array_equal(encoded.upper, encoded.matrix[:120].max(axis=0))
    assert (encoded.matrix > encoded.upper).any()


def test_only_free_numbers_move() -> None:
    encoder = fitted(mixed(), immutable=("age",))
    assert [name for name, moves in zip(encoder.columns, encoder.movable, strict=True) if moves] == ["income"]
    mutable = {feature.name: feature.mutable for feature in encoder.layout}
    assert mutable == {name: name != "age" for name in FEATURES}
    assert len(encoder.notes) == 1
    assert encoder.notes[0].startswith("gain: an attack may not move it, because ")


def test_raw_and_back() -> None:
    people = mixed()
    encoder = fitted(people)
    raw = encoder.raw(people)
    assert raw.shape == (ROWS, len(FEATURES))
    assert np.array_equal(np.isnan(raw[:, 0]), people.columns["age"].missing)
    assert set(np.unique(raw[:, 4])) == {-1, 0, 1, 2}
    assert np.array_equal(encoder.encode_raw(raw), encoder.encode(people).matrix)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.just(float("nan")), st.floats(allow_nan=False, allow_infinity=False)),
            st.one_of(st.none(), st.text(min_size=1, max_size=2)),
        ),
        min_size=2,
        max_size=30,
    ),
    st.integers(1, 30),
)
@example(
    rows=[(float("nan"), None)] * 17 + [(1.7976931348623155e308, None), (-2.9937604643020797e292, None)], fitting=18
)
def test_any_table_gives_a_finite_matrix_and_comes_back(rows: list[tuple[float, str | None]], fitting: int) -> None:
    people = table([numbers("n", [n for n, _ in rows]), texts("t", [t for _, t in rows])], "any")
    encoder = fit(people, ["n", "t"], np.arange(min(fitting, len(rows))))
    encoded = encoder.encode(people)
    assert np.isfinite(encoded.matrix).all()
    assert np.abs(encoded.matrix).max() <= FARTHEST
    assert np.array_equal(encoder.encode_raw(encoder.raw(people)), encoded.matrix)
    assert len(set(encoded.columns)) == len(encoded.columns)


def test_unseen_categories_are_zeros_and_counted() -> None:
    people = table([texts("region", ["a", "b", "z", "z", None]), numbers("n", [5, 6, 7, 8, 9])], "test")
    encoder = fit(people, ["region", "n"], np.array([0, 1]))
    encoded = encoder.encode(people)
    assert encoded.matrix[2:, :2].tolist() == [[0, 0]] * 3
    assert dict(encoded.unseen) == {"region": 2}
    assert encoded.warnings == ("region: a category that the fitting rows never had is encoded as all zeros (rows: 2)",)
    assert encoder.raw(people)[:, 0].tolist() == [0, 1, -2, -2, -1]


def test_a_new_table_with_other_categories_is_encoded_by_name() -> None:
    encoder = fit(table([texts("t", ["a", "b", "c"])], "old"), ["t"], np.arange(3))
    new = table([texts("t", ["c", "d", "a"])], "new")
    assert encoder.encode(new).matrix.tolist() == [[0, 0, 1], [0, 0, 0], [1, 0, 0]]


def test_a_numeric_feature_may_be_all_zeros_and_ones_in_a_new_table() -> None:
    encoder = fit(table([numbers("n", [0, 1, 2])], "old"), ["n"], np.arange(3))
    assert np.allclose(encoder.encode(table([numbers("n", [1, 0])], "new")).matrix[:, 0], [0, -(1.5**0.5)])


def test_changed_kinds_and_infinite_numbers_are_refused() -> None:
    encoder = fit(table([texts("t", ["a", "b"]), numbers("n", [5, 6])], "old"), ["t", "n"], np.arange(2))
    for columns in (
        [numbers("t", [5, 6]), numbers("n", [5, 6])],
        [texts("t", ["a", "b"]), texts("n", ["5", "6"])],
        [texts("t", ["a", "b"]), numbers("n", [5, np.inf])],
        [texts("t", ["a", "b"])],
    ):
        with pytest.raises(DataError):
            encoder.encode(table(columns, "new"))


def test_no_rows_and_no_features_are_refused() -> None:
    people = mixed()
    with pytest.raises(DataError, match="no fitting row"):
        fit(people, FEATURES, np.array([], dtype=int))
    with pytest.raises(DataError, match="no feature"):
        fit(people, [], np.arange(9))


def test_constant_and_missing_columns_become_zeros_and_do_not_move() -> None:
    people = table([numbers("c", [0.1 + 0.2] * 5), numbers("m", [np.nan] * 5)], "test")
    encoded = fit(people, ["c", "m"], np.arange(5)).encode(people)
    assert encoded.columns == ("c", "m", "m is missing")
    assert encoded.matrix.tolist() == [[0, 0, 1]] * 5
    assert not encoded.movable.any()


def test_equal_column_names_are_told_apart() -> None:
    people = table([texts("a", ["b=c", "d"]), texts("a=b", ["c", "d"])], "test")
    assert fit(people, ["a", "a=b"], np.arange(2)).columns == ("a=b=c", "a=d", "a=b=c (2)", "a=b=d")


def test_rows_are_encoded_when_they_are_first_asked_for(monkeypatch):
    people = table([numbers("age", [20.0, np.nan, 60.0]), texts("region", ["east", "west", "north"])], "example")
    made = fit(people, ["age", "region"], np.arange(2))
    asked, encode_raw = [], Encoder.encode_raw
    monkeypatch.setattr(Encoder, "encode_raw", lambda *given: asked.append(given) or encode_raw(*given))
    encoded = made.encode(people)
    assert dict(encoded.unseen) == {"region": 1}
    assert not asked
    assert encoded.matrix.shape == (3, len(encoded.columns))
    assert encoded.matrix is encoded.matrix
    assert len(asked) == 1


def test_bounds_are_those_of_all_encoded_fitting_rows() -> None:
    draw = np.random.default_rng(0)
    amounts = np.where(draw.random(400) < 0.1, np.nan, draw.lognormal(0, 2, 400))
    columns = [
        numbers("amount", amounts),
        numbers("away", np.where(np.arange(400) < 200, np.nan, 1.5)),
        texts("region", list(draw.choice(["east", "west", "north"], 400))),
        numbers("owner", np.where(draw.random(400) < 0.2, np.nan, draw.integers(0, 2, 400))),
    ]
    people, rows = table(columns, "example"), np.arange(100, 300)
    made = fit(people, ["amount", "away", "region", "owner"], rows)
    matrix = made.encode(people).matrix[rows]
    np.testing.assert_array_equal(made.lower, matrix.min(axis=0))
    np.testing.assert_array_equal(made.upper, matrix.max(axis=0))


def test_a_large_table_is_encoded_to_a_file_with_the_same_rows(monkeypatch):
    from interplay.data import encoder as module

    people = table([numbers("age", np.arange(50.0)), texts("region", ["east", "west"] * 25)], "example")
    made = fit(people, ["age", "region"], np.arange(20))
    in_memory = made.encode(people)
    assert in_memory.mapped is None
    monkeypatch.setattr(module, "LARGEST_IN_MEMORY", 100)
    monkeypatch.setattr(module, "BLOCK_ROWS", 7)
    on_disk = made.encode(people)
    assert on_disk.mapped is not None
    assert isinstance(on_disk.matrix, np.memmap)
    np.testing.assert_array_equal(on_disk.matrix, in_memory.matrix)


def test_a_file_of_rows_that_changed_is_refused(tmp_path):
    rows = store(tmp_path / "rows", [np.eye(3)])
    rows.path.write_bytes(b"short")
    with pytest.raises(DataError, match="5 bytes"):
        rows.all()
    rows.path.unlink()
    with pytest.raises(DataError, match="no file"):
        rows.all()
