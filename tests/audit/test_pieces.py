"""Pieces of a stage: done once, read back, done again when damaged, thrown away in the end."""

import pytest

from interplay.auditing.folder import RunFolder
from interplay.auditing.pieces import Pieces


@pytest.fixture
def folder(tmp_path):
    return RunFolder(tmp_path)


def _pieces(folder, told=lambda piece: None):
    return Pieces(folder, "train", str.encode, bytes.decode, told)


def _refuse():
    raise AssertionError("this piece was there and should not be made again")


def test_a_piece_is_made_once_and_then_read_back(folder):
    heard = []
    assert _pieces(folder)("0", lambda: "first") == "first"
    assert _pieces(folder, heard.append)("0", _refuse) == "first"
    assert heard == ["first"]


def test_work_that_is_stopped_leaves_the_pieces_before_it(folder):
    keep = _pieces(folder)
    keep("0", lambda: "first")

    def stopped():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keep("1", stopped)
    assert not folder.finished("train")
    assert _pieces(folder)("0", _refuse) == "first"
    assert _pieces(folder)("1", lambda: "second") == "second"


def test_a_damaged_piece_is_made_again(folder):
    _pieces(folder)("0", lambda: "first")
    (folder.path / "pieces" / "train-0").write_text("other")
    assert _pieces(folder)("0", lambda: "again") == "again"


def test_pieces_are_forgotten_with_their_stage(folder):
    _pieces(folder)("0", lambda: "first")
    folder.forget(("train", "measure"))
    assert not any((folder.path / "pieces").iterdir()), "what nobody will read is not left behind"
    assert _pieces(folder)("0", lambda: "again") == "again"


def test_a_finished_stage_is_tidied_and_the_other_stages_are_left(folder):
    _pieces(folder)("0", lambda: "first")
    Pieces(folder, "tune", str.encode, bytes.decode, lambda _: None)("0", lambda: "rate")
    folder.finish("train", {"fleet": b"all"})
    folder.tidy("train")
    assert folder.finished("train")
    assert [path.name for path in (folder.path / "pieces").iterdir()] == ["tune-0"]
    assert folder.finished("tune/0")
