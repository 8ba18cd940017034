"""The law: another order of a file's rows changes no metric by more than its interval."""

import numpy as np
import pytest

import interplay as ip
from interplay.data.split import Split
from interplay.design import plan
from interplay.exhibits import _setting as bench
from tests.measurement.worlds import bank, study

METRICS = (
    "accuracy",
    "balanced_accuracy",
    "robust_accuracy",
    "balanced_robust_accuracy",
    "robust_auc",
    "boundary_distance",
    "attack_success",
    "switch_accuracy",
    "explanation_fidelity",
    "explanation_stability",
)
PARTS = np.random.default_rng(0).choice(5, 2500, p=[0.58, 0.12, 0.12, 0.12, 0.06]).astype(np.int8)


@pytest.fixture(scope="module")
def audits(tmp_path_factory):
    """The same rows in three orders, each row in the same part; few enough are attacked that the first ones of a file would
    be another sample.
    """
    frame = bank(rows=2500, share=0.4)
    ordered = {
        "shuffled": frame,
        "by label": frame.sort_values("y", kind="stable"),
        "by group": frame.sort_values("g", kind="stable"),
    }
    model = {"learning_rates": (0.3,), "steps": 100}
    asked = study("adversarial_training", "release_explanations", members=4, model=model)
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench, "ATTACKED_ROWS", 250)
        patch.setattr(bench, "DISTANCE_ROWS", 200)
        for order, rows in ordered.items():
            patch.setattr(plan, "split", lambda *_, where=rows.index: Split(PARTS[where]))
            found[order] = ip.run(asked, tmp_path_factory.mktemp("runs"), rows.reset_index(drop=True)).content
    return found


def _values(audit, metric):
    found = next(one for one in audit["metrics"] if one["key"] == metric)["values"]
    return {one["treatment"]: one for one in found if one["mean"] is not None and one["tuning"] == "tuned"}


@pytest.mark.parametrize("metric", METRICS)
def test_the_order_of_rows_changes_no_metric_by_more_than_its_interval(audits, metric):
    found = {order: _values(audit, metric) for order, audit in audits.items()}
    assert found["shuffled"], "nothing was measured"
    for order in ("by label", "by group"):
        for treatment, there in found[order].items():
            here = found["shuffled"][treatment]
            overlap = min(here["high"], there["high"]) - max(here["low"], there["low"])
            exact = metric == "explanation_fidelity"  # of a logistic regression it is 1 without an error
            means = f"{here['mean']:.3f} and {there['mean']:.3f}"
            assert overlap > (-1e-9 if exact else 0), f"{metric} of {treatment}: {means} sorted {order}"
