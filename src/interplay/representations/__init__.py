"""Representations: what can be done to rows of one kind, as tables; how far they move, what is switched, what lies around."""

from interplay.representations.tabular import Box as Box
from interplay.representations.tabular import Neighbourhood as Neighbourhood
from interplay.representations.tabular import neighbourhood as neighbourhood
from interplay.representations.tabular import switches_of as switches_of
from interplay.representations.tabular import threat_of as threat_of
from interplay.representations.tabular import without_movable as without_movable
