import json
from pathlib import Path

import numpy as np
import pytest

from interplay.auditing.parts.values import metric_values
from interplay.auditing.samples import FIRST, measurement_files, read_measurements
from interplay.design.treatment import Treatment
from interplay.errors import RunError
from interplay.estimates import NotMeasurable, Sample
from interplay.measurement.measurements import Cell, Measurements
from interplay.metrics.calibration_error import CalibrationError
from interplay.metrics.worst_group_accuracy import WorstGroupAccuracy
from tests.contrasts import contrast

METRICS = {one.key: one for one in (CalibrationError(), WorstGroupAccuracy("race"))}


def measured() -> Measurements:
    random = np.random.default_rng(0)
    values = 0.01 * random.standard_normal((4, 10)) - 0.02
    groups = tuple(
        contrast(f"accuracy of {name}", 0.8 + values, rows, "lowest") for name, rows in (("a", 40), ("b", 50))
    )
    gap = contrast("b against a", values, 40)
    samples = {
        Cell(Treatment(), "tuned", "calibration_error"): Sample(values, 90, bias=(0.004, 0.006)),
        Cell(Treatment(), "tuned", "worst_group_accuracy/race"): Sample(0.8 + values, 40, (*groups, gap)),
        Cell(Treatment(("x",)), "tuned", "calibration_error"): NotMeasurable("too few"),
    }
    return Measurements(samples, METRICS, {}, {})


def test_what_is_written_is_read(tmp_path: Path) -> None:
    for name, content in measurement_files(measured()).items():
        (tmp_path / name).write_bytes(content)
    found, wanted = read_measurements(METRICS, {}, tmp_path / FIRST).samples, measured().samples
    assert list(found) == list(wanted)
    for cell, one in wanted.items():
        read = found[cell]
        if isinstance(one, NotMeasurable):
            assert read == one
            continue
        assert isinstance(read, Sample)
        assert (read.support, read.bias, read.excluded) == (one.support, one.bias, one.excluded)
        np.testing.assert_allclose(read.values, one.values, rtol=1e-6)
        assert [(each.name, each.support, each.kind) for each in read.contrasts] == [
            (each.name, each.support, each.kind) for each in one.contrasts
        ]


def test_a_value_below_its_bounds_is_shown_at_the_bound_and_its_interval_counts_the_bias() -> None:
    study = type("Study", (), {"tolerances": {}})()
    design = type("Design", (), {"metrics": METRICS})()
    shown = metric_values(study, design, measured())[0]["values"][0]  # type: ignore[arg-type]
    sample = measured().sample(Treatment(), "tuned", "calibration_error")
    assert isinstance(sample, Sample) and sample.mean < -0.01
    assert shown["mean"] == 0.0
    unbiased = metric_values(study, design, _without_bias())[0]["values"][0]  # type: ignore[arg-type]
    assert (shown["low"], shown["high"]) == pytest.approx((unbiased["low"] - 0.006, unbiased["high"] + 0.004))


def _without_bias() -> Measurements:
    made = measured()
    cell = Cell(Treatment(), "tuned", "calibration_error")
    sample = made.samples[cell]
    assert isinstance(sample, Sample)
    return Measurements({**made.samples, cell: Sample(sample.values, sample.support)}, METRICS, {}, {})


def test_measurements_of_another_version_are_refused_with_what_to_do(tmp_path: Path) -> None:
    files = measurement_files(measured())
    described = json.loads(files["measurements.json"])
    del described["version"]
    (tmp_path / "measurements.json").write_text(json.dumps(described))
    with pytest.raises(RunError, match="found version 1, .*run the study again"):
        read_measurements(METRICS, {}, tmp_path / "measurements")
