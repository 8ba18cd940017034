"""The run folder: whole or not at all, recognised by hash, resumable."""

import errno
import json
import os

import pytest

from interplay.auditing.folder import MANIFEST, RunFolder, write
from interplay.errors import RunError


def test_a_stage_is_finished_only_with_all_its_bytes(tmp_path):
    folder = RunFolder(tmp_path / "run")
    assert not folder.finished("tune")
    folder.finish("tune", {"a.json": b"1", "b.bin": b"2"})
    assert folder.finished("tune")
    (folder.path / "b.bin").write_bytes(b"3")
    assert not folder.finished("tune")
    (folder.path / "b.bin").unlink()
    assert not folder.finished("tune")


def test_forgetting_takes_later_stages_off_the_manifest(tmp_path):
    folder = RunFolder(tmp_path)
    folder.finish("tune", {"a": b"1"})
    folder.finish("train", {"b": b"2"})
    folder.forget(("train",))
    assert folder.finished("tune")
    assert not folder.finished("train")


def test_a_broken_manifest_means_nothing_is_finished(tmp_path):
    folder = RunFolder(tmp_path)
    folder.finish("tune", {"a": b"1"})
    (tmp_path / MANIFEST).write_text("{")
    assert not folder.finished("tune")
    folder.finish("tune", {"a": b"1"})
    assert json.loads((tmp_path / MANIFEST).read_text())["tune"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_no_rubbish(tmp_path, monkeypatch, call):
    target = tmp_path / "file.json"
    write(target, b"old")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, full)
    with pytest.raises(RunError, match="No space left on device") as caught:
        write(target, b"new")
    assert "free space" in caught.value.remedy
    monkeypatch.undo()
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file.json"]


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="file"):
        write(tmp_path / "file" / "inside.json", b"")
