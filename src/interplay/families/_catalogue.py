"""The families of models by name."""

from collections.abc import Mapping
from functools import cache

import interplay.families
from interplay import discovery
from interplay.families._family import Family


@cache
def families() -> Mapping[str, type[Family]]:
    """Every family by the name that a study calls it: those here, and what other packages contribute."""
    own = discovery.classes(interplay.families, Family)  # type: ignore[type-abstract]
    others = discovery.contributed("interplay.families", type)
    return {**own, **{name: kind for name, kind in others.items() if issubclass(kind, Family)}}
