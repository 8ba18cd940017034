"""The Adult data: a small copy of its format always, the real files where they lie, and the download replaced."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.error import URLError

import numpy as np
import pandas as pd
import pytest
import sklearn.datasets

from interplay.data.load import load
from interplay.data.sections import DataSection, GroupsSection
from interplay.errors import DataError

_BESIDE = Path(__file__).parents[3].parent / "shared" / "data" / "adult"
FOLDER = Path(os.environ.get("INTERPLAY_ADULT", _BESIDE))
ROW = "{age}, {work}, 77516, Bachelors, 13, Never-married, Sales, Husband, {race}, {sex}, 0, 0, 40, Cuba, {label}\n"


def written(folder: Path) -> Path:
    random = np.random.default_rng(0)
    for name, dot in (("adult.data", ""), ("adult.test", ".")):
        rows = [
            ROW.format(
                age=random.integers(20, 60),
                work=random.choice(["Private", "?"]),
                race=random.choice(["White", "Black"]),
                sex=random.choice(["Female", "Male"]),
                label=random.choice(["<=50K", ">50K"]) + dot,
            )
            for _ in range(60)
        ]
        (folder / name).write_text("|1x3 Cross validator\n" * bool(dot) + "".join(rows) + "\n")
    return folder


def test_the_published_format_is_read(tmp_path: Path) -> None:
    found = load(DataSection(source="adult", path=str(written(tmp_path))), GroupsSection())
    assert found.rows == 120
    assert found.classes == ("<=50K", ">50K")
    assert found.classes[found.favourable] == ">50K"
    assert found.table.columns["workclass"].categories == ("?", "Private")
    assert list(found.groupings) == ["sex", "race"]
    assert {"fnlwgt", "education", "sex", "race"} <= set(found.dropped)


def test_a_folder_without_the_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "adult.dat").touch()
    with pytest.raises(DataError) as caught:
        load(DataSection(source="adult", path=str(tmp_path)), GroupsSection())
    assert "'adult.dat'" in caught.value.remedy


def test_without_a_network_the_error_names_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: Any, **__: Any) -> Any:
        raise URLError("no route to host")

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", offline)
    with pytest.raises(DataError) as caught:
        load(DataSection(source="adult"), GroupsSection())
    assert "data.path" in caught.value.remedy
    assert "no route to host" in caught.value.found


def test_the_download_gives_what_the_files_give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from_files = load(DataSection(source="adult", path=str(written(tmp_path))), GroupsSection())
    columns = from_files.table.columns.values()
    frame = pd.DataFrame(
        {one.name: np.asarray([*one.categories, None])[one.values] if one.categories else one.values for one in columns}
    )
    frame["workclass"] = frame["workclass"].where(frame["workclass"] != "?").astype("category")
    bunch = SimpleNamespace(frame=frame.rename(columns={"income": "class"}))
    monkeypatch.setattr(sklearn.datasets, "fetch_openml", lambda *_, **__: bunch)
    found = load(DataSection(source="adult"), GroupsSection())
    assert found.features == from_files.features
    assert found.table.columns["workclass"].categories == ("?", "Private")
    assert np.array_equal(found.labels, from_files.labels)


@pytest.mark.slow
@pytest.mark.skipif(not (FOLDER / "adult.data").exists(), reason="the Adult files are not here")
def test_the_real_files() -> None:
    found = load(DataSection(source="adult", path=str(FOLDER)), GroupsSection())
    assert found.rows == 48_842
    assert np.bincount(found.labels).tolist() == [37_155, 11_687]
    sex = found.groupings["sex"]
    assert dict(zip(sex.names, np.bincount(sex.codes).tolist(), strict=True)) == {"Female": 16_192, "Male": 32_650}
    assert len(found.groupings["race"].names) == 5
    assert (found.table.columns["workclass"].values == 0).sum() == 2_799
    pairs = {
        (int(one), int(other))
        for one, other in zip(
            found.table.columns["education"].values, found.table.columns["education-num"].values, strict=True
        )
    }
    assert len(pairs) == 16
