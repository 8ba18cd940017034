"""Compiled kernels: C beside the modules, compiled for this processor when first needed, and called by JAX's programs."""

import contextlib
import ctypes
import functools
import hashlib
import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path

from interplay.engine import accelerated, cache_folder, jax

KERNEL = "INTERPLAY_KERNEL"
"""The environment variable that says whether kernels are used: auto (the default) or off."""

HEADER = Path(__file__).with_suffix(".h")

FLAGS = (
    "-O3",
    "-march=native",
    "-ffp-contract=off",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-std=gnu11",
    "-shared",
    "-fPIC",
)
LONGEST_COMPILATION = 120.0
"""Seconds."""

_FUNCTION = re.compile(r"^XLA_FFI_Error \*(\w+)\(", re.MULTILINE)
"""How a function that JAX can call is written in a C file."""

_aside = ContextVar("_aside", default=False)


@contextlib.contextmanager
def set_aside() -> Iterator[None]:
    """What is traced within is computed by JAX's own operations: the same on every machine, and countable."""
    token = _aside.set(True)
    try:
        yield
    finally:
        _aside.reset(token)


def available(source: Path) -> bool:
    """Whether compiled programs can call the functions of a C file by name."""
    return not _aside.get() and not without(source)


def described(source: Path) -> str:
    """What a reader is told about a kernel."""
    lacking = without(source)
    return f"none, for {lacking}; JAX's own operations take its place" if lacking else "compiled for this processor"


@functools.cache
def without(source: Path) -> str:
    """Why there is no kernel, in words for a reader; empty where there is one, and then its functions are registered."""
    if os.environ.get(KERNEL, "auto") == "off":
        return f"{KERNEL} is off"
    if accelerated():
        return "models are computed on an accelerator"
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        return "there is no C compiler (cc)"
    library = _place(source, compiler)
    wrong = "" if library.exists() else _compile(source, compiler, library)
    return wrong or _load(source, library)


def _place(source: Path, compiler: str) -> Path:
    """Where the library is kept: under a name that changes with all that decides what is in it."""
    decisive = (
        source.read_bytes(),
        HEADER.read_bytes(),
        " ".join((compiler, *FLAGS)).encode(),
        jax.__version__.encode(),
        _processor(),
    )
    name = hashlib.sha256(b"\0".join(decisive)).hexdigest()[:20]
    return cache_folder().with_name("kernels") / f"{source.stem}-{name}.so"


def _processor() -> bytes:
    """What tells processors apart: `-march=native` makes code that another one may not run."""
    try:
        lines = Path("/proc/cpuinfo").read_bytes().splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()} {platform.node()}".encode()
    return b"\n".join(sorted({line for line in lines if line.startswith((b"model name", b"flags", b"Features"))}))


def _compile(source: Path, compiler: str, library: Path) -> str:
    """Compile; gives what went wrong, or nothing. Another process that compiles the same gets the same file."""
    try:
        library.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=library.parent) as folder:
            made = Path(folder) / library.name
            command = [compiler, *FLAGS, "-I", jax.ffi.include_dir(), str(source), "-o", str(made), "-lm"]
            subprocess.run(command, check=True, capture_output=True, timeout=LONGEST_COMPILATION)
            made.chmod(0o700)
            os.replace(made, library)
    except (OSError, subprocess.SubprocessError) as error:
        return f"{compiler} could not compile it ({type(error).__name__})"
    return ""


def _only_ours(library: Path) -> bool:
    """Whether nobody but this user can have put the library there."""
    if not hasattr(os, "getuid"):
        return True
    found = [one.stat() for one in (library, library.parent)]
    return all(one.st_uid == os.getuid() and not one.st_mode & 0o022 for one in found)


def _load(source: Path, library: Path) -> str:
    """Register all functions of a library that JAX can call; gives what went wrong, or nothing."""
    if not _only_ours(library):
        return f"others can write to {library.parent}"
    try:
        loaded = ctypes.CDLL(str(library))
    except OSError:
        return f"{library} cannot be loaded"
    for name in _FUNCTION.findall(source.read_text(encoding="utf-8")):
        jax.ffi.register_ffi_target(name, jax.ffi.pycapsule(getattr(loaded, name)), platform="cpu")
    return ""
