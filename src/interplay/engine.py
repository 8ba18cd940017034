"""JAX, prepared: where threads compute, the memory they may use, the programs kept, and how long compiling took.

XLA reads its settings when JAX first touches a device, so every module that computes imports JAX from here. When the
user's program used JAX before, its settings stand; `notice` says what that costs.
"""

import functools
import itertools
import os
import sys
from pathlib import Path

DEVICE = "INTERPLAY_DEVICE"
"""The environment variable that says where to compute: auto (the default), cpu or gpu."""

MEMORY = "INTERPLAY_MEMORY"
"""The environment variable that declares the most memory a run may take, in GB; nothing is declared by default."""

BLOCK_BYTES = 256_000_000
"""What the models in work may take together, where no smaller memory is declared."""

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
"""How many cores this process may use."""

IN_FLIGHT = 32
"""Calls that XLA lets run at the same time on one device; more threads need another device and programs of its own."""

NEEDED = -(-CORES // IN_FLIGHT)
"""Devices that the cores of this processor need."""

LOADED = 16
"""Programs that are loaded before memory mappings are counted again."""


def _prepare() -> bool:
    """Set what must be set before JAX starts; gives whether JAX had been imported before."""
    flags = os.environ.get("XLA_FLAGS", "")
    if "xla_force_host_platform_device_count" not in flags:  # never just one, so that `notice` sees if this was heard
        flags += f" --xla_force_host_platform_device_count={max(2, NEEDED)}"
    if "xla_cpu_multi_thread_eigen" not in flags:
        flags += " --xla_cpu_multi_thread_eigen=false"
    os.environ["XLA_FLAGS"] = flags.strip()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    return "jax" in sys.modules


_IMPORTED_BEFORE = _prepare()

import jax  # noqa: E402 - the flags above must be set first
import jax.numpy as jnp  # noqa: E402
from platformdirs import user_cache_path  # noqa: E402

from interplay.errors import MachineError  # noqa: E402

__all__ = [
    "CORES",
    "DEVICE",
    "MEMORY",
    "accelerated",
    "block_bytes",
    "cache_folder",
    "compile_seconds",
    "declared_memory",
    "devices",
    "jax",
    "jnp",
    "make_room",
    "notice",
    "workers",
]

_compiled = 0.0
_loaded = 0


def _note_compilation(event: str, duration_secs: float, **_: str | int) -> None:
    global _compiled, _loaded
    if event == "/jax/core/compile/backend_compile_duration":
        _compiled += duration_secs
        _loaded += 1


def _keep_programs() -> None:
    """Use the compilation cache in the user's cache folder, unless the user's program chose one."""
    jax.monitoring.register_event_duration_secs_listener(_note_compilation)
    if getattr(jax.config, "jax_compilation_cache_dir", None) is not None:
        return
    jax.config.update("jax_compilation_cache_dir", str(cache_folder()))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)


def cache_folder() -> Path:
    """Where compiled programs are kept between runs."""
    return user_cache_path("interplay") / "programs"


def compile_seconds() -> float:
    """Seconds this process has spent on compiling so far, or on reading programs back from the cache."""
    return _compiled


def make_room() -> None:
    """Unload all compiled programs where this process holds more than half of the memory mappings that it may hold.

    Each program takes hundreds of them on a processor, and where the system refuses one more, XLA crashes. Programs
    come back from the cache when they are called again.
    """
    global _loaded
    if _loaded < LOADED:
        return
    _loaded = 0
    if 2 * _mappings() > _most_mappings():
        jax.clear_caches()


def _mappings() -> int:
    """How many memory mappings this process holds; 0 on systems that do not tell."""
    try:
        return Path("/proc/self/maps").read_bytes().count(b"\n")
    except OSError:
        return 0


@functools.cache
def _most_mappings() -> int:
    """How many memory mappings a process may hold; Linux has such a limit."""
    try:
        return int(Path("/proc/sys/vm/max_map_count").read_text())
    except (OSError, ValueError):
        return sys.maxsize


@functools.cache
def workers() -> tuple[jax.Device, ...]:
    """The device of each thread that computes: an accelerator each, or the processor, once for every core.

    Threads that share a device share its programs, so that a program is compiled and loaded once and not once a core.
    """
    if accelerated():
        return devices()
    return tuple(itertools.islice(itertools.cycle(devices()[:NEEDED]), CORES))


@functools.cache
def devices() -> tuple[jax.Device, ...]:
    """The local devices of the kind to compute on: those of the processor, or accelerators.

    `INTERPLAY_DEVICE` in the environment chooses cpu or gpu; auto takes an accelerator when JAX finds one.

    Raises MachineError where a GPU is asked for and none is found, or the variable says something else.
    """
    wanted = os.environ.get(DEVICE, "auto")
    if wanted not in ("auto", "cpu", "gpu"):
        raise MachineError("auto, cpu or gpu", repr(wanted), DEVICE, "set it to one of these, or leave it out")
    try:
        return tuple(jax.local_devices(backend=None if wanted == "auto" else wanted))
    except RuntimeError as error:
        remedy = "install JAX for your GPU (pip install 'jax[cuda13]'), or compute on the processor with --device cpu"
        raise MachineError(f"a {wanted} that JAX can use", "none", DEVICE, remedy) from error


def declared_memory() -> int | None:
    """The most memory a run may take, in bytes, as `INTERPLAY_MEMORY` declares it; None where it does not.

    Raises MachineError where the variable is not a positive number.
    """
    told = os.environ.get(MEMORY, "")
    if not told:
        return None
    try:
        found = float(told)
    except ValueError:
        found = 0.0
    if not 0 < found < float("inf"):
        raise MachineError("a positive number of GB", repr(told), MEMORY, "set it to, say, 4, or leave it out")
    return int(found * 1e9)


def block_bytes() -> int:
    """What the arguments and results of the calls that run at the same time may take: an eighth of what is declared."""
    declared = declared_memory()
    return BLOCK_BYTES if declared is None else min(BLOCK_BYTES, declared // 8)


def accelerated() -> bool:
    """Whether the devices are accelerators, which like many members at once, unlike processor cores."""
    return devices()[0].platform != "cpu"


def notice() -> str:
    """What is lost because JAX had started before interplay was imported; empty when nothing is."""
    if not _IMPORTED_BEFORE or accelerated() or len(devices()) >= max(2, NEEDED):
        return ""
    return (
        "JAX was in use before interplay was imported, and keeps its settings: several of its threads compete for each "
        "core, and results may differ from other runs in the last digit. Import interplay first."
    )


_keep_programs()
