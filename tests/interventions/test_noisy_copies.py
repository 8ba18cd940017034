"""Noisy copies: where they lie, what learning from them amounts to, and rows that withstand an attack afterwards."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load
from sklearn.ensemble import HistGradientBoostingClassifier
from tests.training.worlds import PLAIN, job, table

import interplay as ip
from interplay.attacks.pgd import Threat, Whole
from interplay.auditing.prepare import Prepared, prepare
from interplay.auditing.storage import fleet_piece, read_fleet_piece, saved
from interplay.design.treatment import Treatment
from interplay.engine import jax, jnp
from interplay.errors import StudyError
from interplay.evidence import AdversarialScores
from interplay.exhibits import Memo, refitted
from interplay.families.network.fleet import train_all
from interplay.interventions import refusal
from interplay.interventions.adversarial_training import AdversarialTraining
from interplay.interventions.noisy_copies import NoisyCopies
from interplay.training.train import more_members

WALL = Threat(jnp.array([1.0, 2.0, 0.0]), jnp.full(3, -9.0), jnp.full(3, 9.0))
COPIES = Treatment(("noisy_copies",))


def drawn(one, inputs, threat=WALL, key=0):
    return np.asarray(one.perturb(None, jnp.asarray(inputs, dtype=jnp.float32), threat, jax.random.key(key)))


def test_half_of_the_copies_lie_at_the_ends_and_half_anywhere_between():
    inputs = np.random.default_rng(0).normal(size=(2_000, 3)).astype(np.float32)
    change = drawn(NoisyCopies(radius=0.5, copies=4), inputs) - inputs[:, None]
    assert change.shape == (2_000, 5, 3)
    np.testing.assert_array_equal(change[:, -1], 0.0, err_msg="the last one is the row itself")
    np.testing.assert_array_equal(change[:, :, 2], 0.0, err_msg="a column that cannot be moved")
    for column, reach in ((0, 0.5), (1, 1.0)):
        np.testing.assert_allclose(np.abs(change[:, [0, 2], column]), reach, atol=1e-5)
        inside = change[:, [1, 3], column]
        assert np.abs(inside).max() <= reach + 1e-5
        np.testing.assert_allclose(inside.var(), reach**2 / 3, rtol=0.05)  # a uniform number
        assert abs(np.mean(change[:, [0, 2], column] > 0) - 0.5) < 0.03
    ends = change[:, 0, :2] > 0
    assert abs(np.corrcoef(ends.T)[0, 1]) < 0.06, "columns are moved each by its own lot"
    assert not np.array_equal(change[:, 0], change[:, 2])


def test_copies_stay_within_the_bounds_and_whole_numbers_whole():
    years = Whole(*(jnp.array([each]) for each in (True, 40.0, 10.0, False)))
    wall = Threat(jnp.ones(1), jnp.array([-1.0]), jnp.array([1.0]), grid=years)
    inputs = (np.arange(30, 51) - 40.0)[:, None] / 10
    found = drawn(NoisyCopies(radius=0.43, copies=40), inputs, wall)
    assert found.min() >= -1 and found.max() <= 1
    np.testing.assert_allclose(found * 10 + 40, np.round(found * 10 + 40), atol=1e-4)
    assert np.abs(found - inputs[:, None]).max() <= 0.4 + 1e-5  # 4.3 years allow whole ones of 4


def test_least_squares_on_copies_are_ridge_regression():
    """Bishop (1995), for a linear model exactly: noise of variance v on a column adds v times its squared weight."""
    chance = np.random.default_rng(0)
    inputs = chance.normal(size=(400, 2))
    target = inputs @ np.array([1.0, -2.0]) + chance.normal(size=400)
    copies, radius = 600, 0.8
    found = drawn(NoisyCopies(radius=radius, copies=copies), np.column_stack([inputs, np.zeros(400)]))[:, :, :2]
    stacked, wanted = found.reshape(-1, 2).astype(float), np.repeat(target, copies + 1)
    with_copies = np.linalg.lstsq(stacked, wanted, rcond=None)[0]
    reach = radius * np.array([1.0, 2.0])
    variance = (reach**2 + reach**2 / 3) / 2 * copies / (copies + 1)
    ridge = np.linalg.solve(inputs.T @ inputs + 400 * np.diag(variance), inputs.T @ target)
    np.testing.assert_allclose(with_copies, ridge, atol=0.01)
    plain = np.linalg.lstsq(inputs, target, rcond=None)[0]
    assert np.abs(plain - ridge).min() > 0.2, "the case must have something to shrink"


@pytest.mark.parametrize("change", [{"copies": 0}, {"radius": -1.0}])
def test_numbers_outside_of_their_range_are_refused(change):
    with pytest.raises(StudyError, match=next(iter(change))):
        NoisyCopies(**change)


def test_rows_moved_twice_are_refused():
    reason = refusal(NoisyCopies(), AdversarialTraining())
    assert reason is not None and "noisy copies" in reason and "alone = true" in reason


def _flat(*active):
    return np.concatenate([np.ravel(leaf) for leaf in jax.tree.leaves(train_all(PLAIN, table(), [job(0, active)]))])


def test_a_network_without_a_radius_is_trained_plainly():
    np.testing.assert_allclose(_flat(NoisyCopies(radius=0.0)), _flat(), atol=3e-6)
    assert np.abs(_flat(NoisyCopies(radius=1.0)) - _flat()).max() > 1e-3


def near_and_far(rows=900, seed=0):
    """A column that can be moved and tells the classes apart by a short distance, and one that cannot and tells less."""
    chance = np.random.default_rng(seed)
    side = chance.integers(0, 2, rows)
    sign = 2.0 * side - 1
    columns = {"near": 0.25 * sign + 0.1 * chance.normal(size=rows), "far": sign + chance.normal(size=rows)}
    other = {"other": chance.normal(size=rows), "g": chance.choice(["a", "b"], rows)}
    return pd.DataFrame({**columns, **other, "y": side})


def made(kind, immutable=("far",), frame=None, **model) -> Prepared:
    """A study of copies; by default everything but one telling column can be moved."""
    asked = ip.Study(
        name="near and far",
        members=3,
        draws=50,
        data=ip.DataSection(source="frame", label="y", favourable=1, immutable=tuple(immutable)),
        groups=ip.GroupsSection(attributes={"g": ip.GroupSection()}, minimum_rows=20),
        model=ip.ModelSection(kind=kind, **model),
        interventions=(ip.InterventionSection(name="noisy_copies", parameters={"radius": 1.0}),),
    )
    return prepare(asked, near_and_far() if frame is None else frame)


TREES = {"factory": "sklearn.ensemble:HistGradientBoostingClassifier", "options": {"max_iter": 40}}


def robust(ready: Prepared, treatment: Treatment) -> float:
    """The share of attacked rows that stay rightly decided, of those that no member was trained on."""
    setting = ready.setting()
    stack = more_members(ready.training_setting(), treatment, 0.3, range(2))
    moved = Memo(refitted(setting, stack), setting).ask(AdversarialScores)
    assert isinstance(moved, AdversarialScores)
    unseen = moved.rows[setting.design.split.test[moved.rows]]
    right = moved.log_probabilities.argmax(axis=2) == setting.dataset.labels[moved.rows]
    return float(right[:, np.isin(moved.rows, unseen)].mean())


@pytest.mark.parametrize(
    ("kind", "model"),
    [("estimator", TREES), ("network", {"hidden": (16,), "steps": 150, "learning_rates": (0.3,)})],
    ids=["trees", "network"],
)
def test_rows_withstand_more_after_copies(kind, model):
    ready = made(kind, **model)
    assert robust(ready, COPIES) > robust(ready, Treatment()) + 0.1


@pytest.mark.slow
@pytest.mark.parametrize(
    "near", [0.25, 0.0], ids=["a column that can be moved decides", "no such column says anything"]
)
def test_its_positive_control_passes_where_there_is_something_to_gain_and_not_where_there_is_nothing(near, tmp_path):
    frame = near_and_far(700)
    if not near:
        frame = frame.assign(near=np.random.default_rng(1).normal(size=700), far=lambda rows: 3.0 * (2 * rows.y - 1))
    asked = made("estimator", **TREES).study.model_copy(update={"members": 4, "most_members": 4})
    (control,) = ip.run(asked, tmp_path, frame=frame).content["controls"]
    assert control["passed"] == (near > 0), control["sentence"]


def test_where_nothing_can_be_moved_copies_change_nothing():
    ready = made("estimator", immutable=("near", "far", "other"), **TREES)
    shop = ready.training_setting()
    plain, copied = (more_members(shop, one, 1.0, [0])[0] for one in (Treatment(), COPIES))
    assert copied.how.moved is None and plain.seen == copied.seen


def test_a_model_of_copies_is_that_of_the_library_on_the_same_rows():
    ready = made("estimator", **TREES)
    one = more_members(ready.training_setting(), COPIES, 1.0, [0])[0]
    how, columns = one.how, list(ready.encoded.movable_columns)
    rows = np.tile(ready.encoded.matrix[how.rows], (5, 1))
    rows[:, columns] = how.moved.reshape(len(rows), -1)
    own = HistGradientBoostingClassifier(max_iter=40, random_state=how.seed)
    own.fit(rows, np.tile(how.labels, 5), sample_weight=np.full(len(rows), 0.2))
    odds = np.diff(one.fitted.scores(ready.encoded.matrix), axis=1)[:, 0]
    np.testing.assert_allclose(odds, own.decision_function(ready.encoded.matrix), rtol=1e-12)


def test_copies_are_kept_with_the_model_and_the_same_in_every_run():
    ready = made("estimator", **TREES)
    shop = ready.training_setting()
    stack, again = (more_members(shop, COPIES, 1.0, range(2)) for _ in range(2))
    family = ready.family
    for here, there in zip(stack, again, strict=True):
        np.testing.assert_array_equal(here.how.moved, there.how.moved)
    assert not np.array_equal(stack[0].how.moved, stack[1].how.moved)
    unpacked = read_fleet_piece(family, fleet_piece(family, stack))
    assert all(one.known is None for one in unpacked)
    np.testing.assert_array_equal(
        family.scores(unpacked, ready.encoded.matrix), family.scores(stack, ready.encoded.matrix)
    )


def test_arrays_are_stored_in_the_order_of_their_rows():
    turned = np.arange(24.0).reshape(2, 3, 4).swapaxes(0, 1)
    np.testing.assert_array_equal(load(saved({"turned": turned}))["turned"], turned)


def test_a_model_of_the_table_reads_copies_as_rows_of_the_table():
    frame = near_and_far().assign(
        years=lambda rows: np.round(10 * rows.other), city=lambda rows: np.where(rows.far > 0, "n", "s")
    )
    frame.loc[:20, "other"] = np.nan
    ready = made("estimator", frame=frame, factory="tests.families.pipelines:reading_by_name", inputs="table")
    one = more_members(ready.training_setting(), COPIES, 1.0, [0])[0]
    frames = ready.family.fitter.frames
    plain, copies = frames.fitting(one.how.rows), frames.copied(one.how.rows, one.how.moved)
    assert (copies.dtypes == plain.dtypes).all() and len(copies) == 5 * len(plain)
    np.testing.assert_array_equal(copies.years, np.round(copies.years), err_msg="whole numbers stay whole")
    np.testing.assert_array_equal(copies.other.isna(), np.tile(plain.other.isna(), 5), err_msg="gaps stay gaps")
    for name in ("city", "far"):
        np.testing.assert_array_equal(copies[name], np.tile(plain[name], 5), err_msg="what cannot be moved")
    pd.testing.assert_frame_equal(copies.tail(len(plain)).reset_index(drop=True), plain)
    assert not np.array_equal(copies.near.head(len(plain)), plain.near)


def test_what_copies_cost_is_said():
    assert NoisyCopies(copies=3).passes == 9.0
    assert dataclasses.replace(NoisyCopies(), copies=3).expense(None, 3, 10) == (
        "3 copies of every row, about 4 times plain training"
    )
