"""What some tests need and not every machine has."""

from pathlib import Path

import pytest

from interplay.acceleration import kernel


def needs_kernel(source: Path) -> pytest.MarkDecorator:
    """Skips, with the reason, where a kernel cannot be compiled."""
    lacking = kernel.without(source)
    return pytest.mark.skipif(bool(lacking), reason=lacking or "never")


def slow(*values: object) -> object:
    """A longer case of a parametrised test, for `make slow`."""
    return pytest.param(*values, marks=pytest.mark.slow)
