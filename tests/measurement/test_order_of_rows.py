"""The law: another order of a file's rows changes no metric by more than its interval."""

import pytest

import interplay as ip
from interplay.measurement import bench
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
)


@pytest.fixture(scope="module")
def audits(tmp_path_factory):
    """The same rows in three orders; few enough are attacked that the first ones of a file would be another sample."""
    frame = bank(rows=4000, share=0.4)
    ordered = {
        "shuffled": frame,
        "by label": frame.sort_values("y", kind="stable"),
        "by group": frame.sort_values("g", kind="stable"),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench, "ATTACKED_ROWS", 400)
        patch.setattr(bench, "DISTANCE_ROWS", 300)
        plan = study("adversarial_training", "release_explanations", members=4)
        return {
            order: ip.run(plan, tmp_path_factory.mktemp(order.replace(" ", "-")), rows.reset_index(drop=True)).content
            for order, rows in ordered.items()
        }


def _values(audit, metric):
    found = next(one for one in audit["metrics"] if one["key"] == metric)
    return {(one["treatment"], one["tuning"]): one for one in found["values"] if one["mean"] is not None}


@pytest.mark.parametrize("metric", METRICS)
def test_the_order_of_rows_changes_no_metric_by_more_than_its_interval(audits, metric):
    found = {order: _values(audit, metric) for order, audit in audits.items()}
    assert found["shuffled"], "nothing was measured"
    for order in ("by label", "by group"):
        for place, there in found[order].items():
            here = found["shuffled"][place]
            overlap = min(here["high"], there["high"]) - max(here["low"], there["low"])
            assert overlap > 0, f"{metric} of {place}: {here['mean']:.3f} and {there['mean']:.3f} sorted {order}"
