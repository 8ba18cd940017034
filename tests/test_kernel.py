"""Compiled kernels: kept in the cache, made once, and done without where they cannot be made."""

import os
import stat
import subprocess
import sys
from pathlib import Path

from interplay.acceleration import kernel
from interplay.models import perceptron
from tests.needs import needs_kernel

ASKED = """
from interplay.acceleration import kernel
from interplay.models import perceptron
print(kernel.described(perceptron.SOURCE))
"""


def _told(**environment):
    found = subprocess.run(
        [sys.executable, "-c", ASKED], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return found.stdout.strip()


def test_it_can_be_turned_off():
    assert _told(INTERPLAY_KERNEL="off") == "none, for INTERPLAY_KERNEL is off; JAX's own operations take its place"


def test_without_a_compiler_there_is_none():
    assert "there is no C compiler" in _told(CC="no-such-compiler")


def test_a_compiler_that_fails_is_told_and_not_raised(tmp_path):
    assert "could not compile it (CalledProcessError)" in _told(CC="false", XDG_CACHE_HOME=str(tmp_path))
    assert not list(tmp_path.rglob("*.so"))


@needs_kernel(perceptron.SOURCE)
def test_it_is_compiled_once_into_a_folder_of_the_users_own(tmp_path):
    assert _told(XDG_CACHE_HOME=str(tmp_path)) == "compiled for this processor"
    (library,) = tmp_path.rglob("*.so")
    assert stat.S_IMODE(library.parent.stat().st_mode) == 0o700
    assert [one.name for one in library.parent.iterdir()] == [library.name], "nothing half made is left"
    made = library.stat().st_mtime_ns
    assert _told(XDG_CACHE_HOME=str(tmp_path)) == "compiled for this processor"
    assert library.stat().st_mtime_ns == made


@needs_kernel(perceptron.SOURCE)
def test_a_library_that_others_could_have_changed_is_not_loaded(tmp_path):
    assert _told(XDG_CACHE_HOME=str(tmp_path)) == "compiled for this processor"
    (library,) = tmp_path.rglob("*.so")
    library.parent.chmod(0o777)
    assert "others can write to" in _told(XDG_CACHE_HOME=str(tmp_path))


@needs_kernel(perceptron.SOURCE)
def test_a_library_that_cannot_be_loaded_is_told_and_not_raised(tmp_path):
    assert _told(XDG_CACHE_HOME=str(tmp_path)) == "compiled for this processor"
    (library,) = tmp_path.rglob("*.so")
    library.write_bytes(library.read_bytes()[:100])
    assert "cannot be loaded" in _told(XDG_CACHE_HOME=str(tmp_path))


def test_another_source_or_compiler_is_another_library(tmp_path):
    one, other = tmp_path / "one.c", tmp_path / "other.c"
    one.write_text("int one;")
    other.write_text("int other;")
    places = {kernel._place(source, compiler) for source in (one, other) for compiler in ("cc", "gcc")}
    assert len(places) == 4
    assert kernel._place(one, "cc") == kernel._place(Path(one), "cc")
