from typing import Any

import pytest

from tests.report import sample as samples


@pytest.fixture
def audit() -> dict[str, Any]:
    return samples.sample()


@pytest.fixture
def hostile() -> dict[str, Any]:
    return samples.hostile()


@pytest.fixture
def large() -> dict[str, Any]:
    return samples.large()
