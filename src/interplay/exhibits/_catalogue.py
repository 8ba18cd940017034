"""The makers of exhibits by what they make: one file each, and those that other packages add."""

from collections.abc import Mapping
from functools import cache

import interplay.exhibits
from interplay import discovery
from interplay.errors import DiscoveryError
from interplay.evidence import Exhibit
from interplay.exhibits._maker import Maker


@cache
def makers() -> Mapping[type[Exhibit], Maker]:
    """Every maker by the exhibit that it makes.

    Raises DiscoveryError where two make the same exhibit.
    """
    kinds = {**discovery.classes(interplay.exhibits, Maker), **discovery.contributed("interplay.exhibits", type)}  # type: ignore[type-abstract]
    found: dict[type[Exhibit], Maker] = {}
    for name, kind in kinds.items():
        maker = kind()
        if not isinstance(maker, Maker):
            raise DiscoveryError("a class on Maker", kind.__name__, f"entry point {name}", "correct its value")
        if maker.makes in found:
            raise DiscoveryError(
                "one maker of each exhibit", f"two of {maker.makes.__name__}", name, "keep one of them"
            )
        found[maker.makes] = maker
    return found
