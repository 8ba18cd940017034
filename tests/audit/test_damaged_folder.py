"""Every file of a run folder zeroed, truncated, replaced by a folder or removed: the same audit, or an error in four parts."""

import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import interplay as ip
from interplay.auditing.choices import read_choices
from interplay.auditing.confirm import case
from interplay.auditing.prepare import Prepared, prepare
from interplay.errors import InterplayError, RunError

FILES = (
    "study.json",
    "manifest.json",
    "forecast.json",
    "settled.json",
    "tuning.json",
    "fleet.safetensors",
    "fleet.json",
    "measurements.safetensors",
    "measurements.json",
    "looks.json",
    "measurements-more.safetensors",
    "measurements-more.json",
    "effects.json",
    "joint.json",
    "decision.json",
    "choices.json",
    "audit.json",
    "report.html",
    "register.csv",
    "timings.json",
)
SAME = ("audit.json", "decision.json", "effects.json", "fleet.safetensors", "measurements.json")


def _zeroed(path: Path) -> None:
    path.write_bytes(bytes(len(path.read_bytes())))


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _folder(path: Path) -> None:
    path.unlink()
    (path / "inside").mkdir(parents=True)


def _other(path: Path) -> None:
    path.write_text('{"tune": [1], "version": {"a": 2}}')


HARMS: tuple[Callable[[Path], None], ...] = (_zeroed, _truncated, _folder, Path.unlink, _other)


def _study() -> ip.Study:
    return ip.Study(
        name="damaged",
        members=3,
        draws=50,
        data=ip.DataSection(source="frame", label="y", radius=0.3),
        groups=ip.GroupsSection(attributes={"g": ip.GroupSection()}, minimum_rows=10),
        model=ip.ModelSection(hidden=(), steps=5, learning_rates=(0.3,)),
        interventions=(ip.InterventionSection(name="reweighing"),),
    )


def _frame() -> pd.DataFrame:
    draw = np.random.default_rng(0)
    x, group = draw.normal(size=(400, 2)), draw.choice(["a", "b"], 400)
    return pd.DataFrame({"x0": x[:, 0], "x1": x[:, 1], "g": group, "y": (x[:, 0] + draw.logistic(size=400) > 0) * 1})


@pytest.fixture(scope="module")
def ready() -> Prepared:
    return prepare(_study(), _frame())


@pytest.fixture(scope="module")
def undisturbed(ready: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ip.run(_study(), tmp_path_factory.mktemp("runs"), ready=ready).path


def _again(ready: Prepared, path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        ip.run(_study(), path.parent, ready=ready)


def _or_refused(work: Callable[[], object]) -> InterplayError | None:
    try:
        work()
    except InterplayError as error:
        assert error.expected and error.found and error.where and error.remedy
        return error
    return None


def test_these_are_all_files_of_a_run(undisturbed: Path) -> None:
    assert {one.name for one in undisturbed.rglob("*") if one.is_file()} == set(FILES)


def _cases() -> Iterator[object]:
    """Every file with every harm; one harm of each file runs always, and all of those of the first three."""
    for place, name in enumerate(FILES):
        for turn, harm in enumerate(HARMS):
            always = name in FILES[:3] or turn == place % len(HARMS)
            label = f"{name}-{harm.__name__.strip('_')}"
            yield pytest.param(name, harm, id=label, marks=() if always else pytest.mark.slow)


@pytest.mark.parametrize(("name", "harm"), list(_cases()))
def test_a_damaged_file_gives_the_same_audit_or_an_error(
    undisturbed: Path, ready: Prepared, tmp_path: Path, name: str, harm: Callable[[Path], None]
) -> None:
    path = tmp_path / undisturbed.name
    shutil.copytree(undisturbed, path)
    harm(path / name)
    _or_refused(lambda: read_choices(path))
    _or_refused(lambda: case(ready, tmp_path))
    refused = _or_refused(lambda: _again(ready, path))
    if refused is not None:
        # Only what nothing can make again is refused, and what stands in the way of writing.
        assert harm is _folder or name in ("forecast.json", "register.csv")
        assert name in str(refused)
        return
    _check_same(path, undisturbed, forecast_gone=name == "forecast.json")


def _check_same(path: Path, undisturbed: Path, forecast_gone: bool) -> None:
    for name in SAME:
        found, expected = (path / name).read_bytes(), (undisturbed / name).read_bytes()
        if name == "audit.json" and forecast_gone:
            assert b'"before_training": false' in found
            found = found.replace(b'"before_training": false', b'"before_training": true')
        assert found == expected


def test_a_broken_manifest_is_put_aside_and_told(undisturbed: Path, ready: Prepared, tmp_path: Path) -> None:
    path = tmp_path / undisturbed.name
    shutil.copytree(undisturbed, path)
    for number in (1, 2):
        (path / "manifest.json").write_bytes(b"\0" * 99)
        with pytest.warns(UserWarning, match=f"it is kept as manifest.json.broken-{number}, and all stages run again"):
            ip.run(_study(), tmp_path, ready=ready)
        assert (path / f"manifest.json.broken-{number}").read_bytes() == b"\0" * 99
    _check_same(path, undisturbed, forecast_gone=False)


def test_a_removed_forecast_is_told_and_written_into_the_audit(
    undisturbed: Path, ready: Prepared, tmp_path: Path
) -> None:
    path = tmp_path / undisturbed.name
    shutil.copytree(undisturbed, path)
    (path / "forecast.json").unlink()
    with pytest.warns(UserWarning, match="registered after training had begun"):
        audit = ip.run(_study(), tmp_path, ready=ready)
    assert audit.content["forecast"]["before_training"] is False
    assert "after training had begun" in audit.report.read_text()


def test_a_removed_manifest_does_not_hide_that_training_had_begun(
    undisturbed: Path, ready: Prepared, tmp_path: Path
) -> None:
    path = tmp_path / undisturbed.name
    path.mkdir()
    shutil.copy(undisturbed / "tuning.json", path)
    with pytest.warns(UserWarning, match="registered after training had begun"):
        assert ip.run(_study(), tmp_path, ready=ready).content["forecast"]["before_training"] is False


def test_a_forecast_removed_before_anything_was_trained_is_registered_before_training(
    undisturbed: Path, ready: Prepared, tmp_path: Path
) -> None:
    from interplay.auditing.folder import RunFolder
    from interplay.auditing.parts.forecast import registered

    folder = RunFolder(tmp_path / "run")
    assert registered(folder, ready.forecast).before_training
    (folder.path / "forecast.json").unlink()
    assert registered(folder, ready.forecast).before_training


@pytest.mark.parametrize("name", ["pieces", "members", "measured"])
def test_a_file_where_a_folder_belongs(undisturbed: Path, ready: Prepared, tmp_path: Path, name: str) -> None:
    path = tmp_path / undisturbed.name
    path.mkdir()
    (path / name).write_text("")
    refused = _or_refused(lambda: _again(ready, path))
    if name == "pieces":
        assert refused is not None and "move the file away" in refused.remedy
    else:
        _check_same(path, undisturbed, forecast_gone=True)


def test_a_file_where_the_run_folder_belongs(undisturbed: Path, ready: Prepared, tmp_path: Path) -> None:
    (tmp_path / undisturbed.name).write_text("")
    with pytest.raises(RunError, match="move the file away that stands where the folder"):
        ip.run(_study(), tmp_path, ready=ready)


def test_a_damaged_piece_is_made_again(
    undisturbed: Path, ready: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run stopped while it trains, then with what it kept zeroed, truncated, and a folder in its place."""
    from interplay.auditing.folder import RunFolder

    real = RunFolder.finish

    def stopped(folder: RunFolder, stage: str, files: dict[str, bytes]) -> None:
        real(folder, stage, files)
        if stage.startswith("train/"):
            raise KeyboardInterrupt

    for harm in (_zeroed, _truncated, Path.unlink, _folder):
        runs = tmp_path / harm.__name__
        with monkeypatch.context() as patched:
            patched.setattr(RunFolder, "finish", stopped)
            with pytest.raises(KeyboardInterrupt):
                ip.run(_study(), runs, ready=ready)
        pieces = list((runs / undisturbed.name / "pieces").iterdir())
        assert pieces
        for piece in pieces:
            harm(piece)
        refused = _or_refused(lambda runs=runs: _again(ready, runs / undisturbed.name))
        if harm is _folder:
            assert refused is not None and "move the folder away" in refused.remedy
        else:
            assert refused is None
            _check_same(runs / undisturbed.name, undisturbed, forecast_gone=False)
