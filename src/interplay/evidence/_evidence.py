"""The only thing a metric may look at: what is known of one treatment's members, on weighted rows.

An evidence holds the rows (labels, groups, which rows count for which member, bootstrap weights) and *exhibits*:
predictions, adversarial outcomes, explanations, prediction sets, membership scores. An exhibit is computed when first
asked for and kept. The row axis of an exhibit covers every row of the table unless the exhibit has its own `rows`,
the positions of the rows it covers.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, TypeVar

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.drawn import Drawn
from interplay.estimates import NotMeasurable
from interplay.evidence._exhibit import Exhibit
from interplay.evidence._rows import Rows
from interplay.sums import Sums

Kind = TypeVar("Kind", bound=Exhibit)


class Evidence:
    """What may be asked of one treatment.

    `exhibits` maps a type to a function without arguments that makes it, or to a `NotMeasurable` that says why it is
    absent. `sums` are sums over the same rows that are there already, by their contents, to be added to.
    """

    def __init__(
        self,
        rows: Rows,
        exhibits: Mapping[type, Callable[[], Any] | NotMeasurable],
        sums: dict[bytes, Sums] | None = None,
    ) -> None:
        self.rows = rows
        self._makers = exhibits
        self._made: dict[type, Any] = {}
        self._sums: dict[bytes, Sums] = {} if sums is None else sums

    def ask(self, kind: type[Kind]) -> Kind | NotMeasurable:
        """The exhibit of this kind, or why there is none."""
        if kind not in self._made:
            maker = self._makers.get(kind, NotMeasurable(f"this treatment has no {kind.__name__}"))
            self._made[kind] = maker if isinstance(maker, NotMeasurable) else maker()
        made: Kind | NotMeasurable = self._made[kind]
        return made

    def only(self, kinds: Collection[type]) -> "Evidence":
        """The same with these exhibits alone, made now, so that nothing else is held on to."""
        made = {kind: self.ask(kind) for kind in kinds}
        return Evidence(self.rows, {kind: present(one) for kind, one in made.items()})

    def instead(self, exhibit: Any) -> "Evidence":
        """The same with this exhibit in the place of that of its kind."""
        return Evidence(self.rows, {**self._makers, type(exhibit): present(exhibit)})

    def mean(
        self,
        values: Float[Array, "member some"] | Drawn,
        where: Bool[Array, "*any some"] | None = None,
        rows: Int[Array, " some"] | None = None,
    ) -> Float[Array, "member draw"] | NotMeasurable:
        """The weighted mean of row values over the counted rows, for every member and draw.

        `rows` are the positions the values belong to (all rows when None); `where` restricts them, per row or per
        member and row. A member without a single row makes the mean `NotMeasurable`. Sums are kept, so that a mean that
        several metrics ask for is worked out once.
        """
        top, total = self._top_and_total(values, where, rows)
        return _ratio(top.total, total.total)

    def mean_by_group(
        self,
        grouping: str,
        values: Float[Array, "member some"] | Drawn,
        where: Bool[Array, "*any some"] | None = None,
        rows: Int[Array, " some"] | None = None,
    ) -> list[Float[Array, "member draw"] | NotMeasurable]:
        """The weighted mean over the counted rows of every group of a grouping; otherwise as `mean`."""
        top, total = self._top_and_total(values, where, rows)
        return [_ratio(*pair) for pair in zip(top.by_group[grouping], total.by_group[grouping], strict=True)]

    def support(self, where: Bool[Array, "*any some"] | None = None, rows: Int[Array, " some"] | None = None) -> int:
        """How many distinct rows count for at least one member; those of a cluster count once."""
        return self.rows.distinct(self._used(where, rows), rows)

    def support_by_group(
        self,
        grouping: str,
        where: Bool[Array, "*any some"] | None = None,
        rows: Int[Array, " some"] | None = None,
    ) -> list[int]:
        """How many distinct rows of every group of a grouping count for at least one member."""
        groups, used = self.rows.groupings[grouping], self._used(where, rows)
        codes = groups.codes if rows is None else groups.codes[rows]
        return [self.rows.distinct(used & (codes == code), rows) for code in range(len(groups.names))]

    def _used(self, where: Bool[Array, "*any some"] | None, rows: Int[Array, " some"] | None) -> Bool[Array, " some"]:
        """Which rows count for at least one member."""
        counted = self.rows.counted if rows is None else self.rows.counted[:, rows]
        return np.asarray((counted if where is None else counted & where).any(axis=0))

    def _top_and_total(
        self,
        values: Float[Array, "member some"] | Drawn,
        where: Bool[Array, "*any some"] | None,
        rows: Int[Array, " some"] | None,
    ) -> tuple[Sums, Sums]:
        found = self.rows.cells(rows)
        use = self.rows.counted[:, found.order if rows is None else rows[found.order]]
        if where is not None:
            use = use & where[..., found.order]
        alike = use[:1] if (use == use[0]).all() else use
        total = self._kept(rows, (alike,), lambda: found.sums(alike.astype(np.float64)))
        if isinstance(values, Drawn):
            some = values.at(found.order)
            return self._kept(rows, (use, *some.contents), lambda: found.sums_drawn(some, use)), total
        amounts = np.where(use, values[:, found.order], 0.0)
        return self._kept(rows, (amounts,), lambda: found.sums(amounts)), total

    def _kept(self, rows: Array | None, arrays: tuple[Array, ...], make: Callable[[], Sums]) -> Sums:
        """Sums are recognised by the contents of what they sum."""
        digest = hashlib.blake2b(b"" if rows is None else rows.tobytes(), digest_size=16)
        for array in arrays:
            digest.update(f"{array.dtype} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array).data)
        key = digest.digest()
        if key not in self._sums:
            self._sums[key] = make()
        return self._sums[key]


def present(exhibit: Any) -> Callable[[], Any] | NotMeasurable:
    """What an evidence asks for an exhibit that is there already, or the reason why it is absent."""
    return exhibit if isinstance(exhibit, NotMeasurable) else partial(_same, exhibit)


def _same(exhibit: Any) -> Any:
    return exhibit


def _ratio(
    top: Float[Array, "member draw"], total: Float[Array, "_ draw"]
) -> Float[Array, "member draw"] | NotMeasurable:
    return np.asarray(top / total) if bool((total > 0).all()) else NotMeasurable("no row to average over")
