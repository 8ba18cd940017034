"""What the numbers were measured on: processor, cores, memory, versions, and the peak of one core."""

import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

LIBRARIES = (
    "interplay",
    "jax",
    "jaxlib",
    "numpy",
    "torch",
    "opacus",
    "adversarial-robustness-toolbox",
    "lime",
    "fairlearn",
    "MAPIE",
    "crepes",
    "scikit-learn",
    "joblib",
)
_EXTENSIONS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "sve")
_SIZE = 2048


def describe() -> dict[str, object]:
    """The machine in words and numbers; no host name, no path."""
    return {
        "processor": _processor(),
        "extensions": _extensions(),
        "cores": cores(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: found for name in LIBRARIES if (found := _version(name)) is not None},
    }


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def gemm_peak(repeats: int = 7) -> dict[str, object]:
    """The best single-core rate of a 2048 x 2048 product in float32, in GF/s of CPU time; numpy or PyTorch."""
    import torch

    torch.set_num_threads(1)
    left, right = np.random.default_rng(0).standard_normal((2, _SIZE, _SIZE), dtype=np.float32)
    torch_left, torch_right = torch.from_numpy(left), torch.from_numpy(right)
    rates = {
        "numpy": _rate(lambda: left @ right, repeats),
        "torch": _rate(lambda: torch_left @ torch_right, repeats),
    }
    best = max(rates, key=rates.__getitem__)
    return {"gflops": rates[best], "by": best, "size": _SIZE, "threads": 1, "all": rates}


def _rate(product: Callable[[], object], repeats: int) -> float:
    product()
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        product()
        spent.append(time.process_time() - start)
    return round(2 * _SIZE**3 / min(spent) / 1e9, 1)


def _cpuinfo(key: str) -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.split(":")[0].strip() == key), "")


def _processor() -> str:
    return _cpuinfo("model name") or platform.processor() or platform.machine()


def _extensions() -> list[str]:
    flags = set((_cpuinfo("flags") or _cpuinfo("Features")).split())
    return [name for name in _EXTENSIONS if name in flags]


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
