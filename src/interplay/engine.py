"""JAX, prepared: one virtual device per core and one thread per device.

XLA reads its flags when JAX is first imported, so every module that computes imports JAX from here. When the user's
program imported JAX before, its settings stand: the numbers are the same, the cores are shared less well.
"""

import os
import sys


def _prepare() -> None:
    if "jax" in sys.modules:
        return
    flags = os.environ.get("XLA_FLAGS", "")
    if "xla_force_host_platform_device_count" not in flags:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        mine = f"--xla_force_host_platform_device_count={cores} --xla_cpu_multi_thread_eigen=false"
        os.environ["XLA_FLAGS"] = f"{flags} {mine}".strip()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


_prepare()

import jax  # noqa: E402 - the flags above must be set first
import jax.numpy as jnp  # noqa: E402

__all__ = ["jax", "jnp"]
