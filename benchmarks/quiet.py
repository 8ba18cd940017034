"""One thread per process, and no floods of warnings. Nothing numerical may be imported before `prepare`."""

import logging
import os
import warnings

_THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
_SLOWED = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def prepare() -> None:
    """Set the environment: one thread per process, no forced kernel choice of OpenBLAS, no flood of warnings.

    A second thread burns core time without a gain at these sizes, for the peers as well; one single-threaded worker
    per core is the fastest arrangement of each of them.
    """
    for name in _THREADS:
        os.environ[name] = "1"
    for name in _SLOWED:
        os.environ.pop(name, None)
    silence()


def silence() -> None:
    """Hide what Opacus, PyTorch and ART repeat at every step. Call it in every worker process."""
    for message in (
        "Full backward hook is firing",
        "Secure RNG turned off",
        "Using a non-full backward hook",
        "Optimal order is the largest alpha",
        "PrivacyEngine detected new dataset object",
    ):
        warnings.filterwarnings("ignore", message=f".*{message}.*")
    warnings.filterwarnings("ignore", category=FutureWarning)
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    for name in ("art", "opacus", "mapie", "fairlearn"):
        logging.getLogger(name).setLevel(logging.ERROR)
