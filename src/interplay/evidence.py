"""The only thing a metric may look at: what is known of one treatment's members, on weighted rows.

An evidence holds the rows (labels, groups, which rows count for which member, bootstrap weights) and *exhibits*:
predictions, adversarial outcomes, explanations, prediction sets, membership scores. An exhibit is computed when first
asked for and kept. The row axis of an exhibit covers every row of the table unless the exhibit has its own `rows`,
the positions of the rows it covers.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, TypeVar

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.data.groups import Grouping as Grouping
from interplay.drawn import Cuts, Drawn, Refits, SquaredDistance, Surprise
from interplay.estimates import NotMeasurable
from interplay.sums import Cells, Sums, cells


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows a metric averages over.

    `labels` are class numbers; `favourable` is the class a person hopes for; `counted` says which rows are evaluated for
    which member (test rows for all, and under 10,000 rows also the pool rows the member did not train on); `weights` are
    row-bootstrap weights, draw 0 all ones; `minimum_support` is the smallest denominator a group may have. `clusters`
    numbers the cluster of every row, whose rows share their weights and count once in every denominator: rows of one
    person, or equal in every feature. None where every row is its own.
    """

    labels: Int[Array, " row"]
    groupings: Mapping[str, Grouping]
    counted: Bool[Array, "member row"]
    weights: Float[Array, "draw row"]
    classes: int = 2
    favourable: int = 1
    minimum_support: int = 1
    clusters: Int[Array, " row"] | None = None

    @property
    def counted_in(self) -> str:
        """What denominators count, in words."""
        return "rows" if self.clusters is None else "rows (those of one person or equal in every feature count once)"

    def distinct(self, which: Bool[Array, " some"], rows: Int[Array, " some"] | None = None) -> int:
        """How many different rows these are: one for each cluster. `rows` are their positions, all when None."""
        if self.clusters is None:
            return int(which.sum())
        return len(np.unique((self.clusters if rows is None else self.clusters[rows])[which]))

    def cells(self, rows: Int[Array, " some"] | None = None) -> Cells:
        """The counted ones of these rows (of all rows when None) with their weights, kept for the next time."""
        key = None if rows is None else rows.tobytes()
        if key not in self._cells:
            asked = np.arange(len(self.labels)) if rows is None else rows
            codes = {name: grouping.codes for name, grouping in self.groupings.items()}
            counts = {name: len(grouping.names) for name, grouping in self.groupings.items()}
            kept = np.asarray(self.counted[:, asked].any(axis=0))
            self._cells[key] = cells(asked, kept, codes, counts, self.weights)
        return self._cells[key]

    @cached_property
    def _cells(self) -> dict[bytes | None, Cells]:
        return {}


@dataclass(frozen=True, eq=False)
class Predictions:
    """What the members say: log-probabilities in float64, and the decisions the treatment takes.

    Both are those of fits at unit weights. `cuts` and `refits` hold those of every draw, and are None where nothing is
    fitted on rows, or where that is not done anew (more than two labels): values are then of these fits only.
    """

    log_probabilities: Float[Array, "member row label"]
    decisions: Int[Array, "member row"]
    cuts: Cuts | None = None
    refits: Refits | None = None

    def right(self, rows: Rows) -> Float[Array, "member row"] | Drawn:
        """1 where a row is decided as its label, else 0."""
        if self.cuts is None:
            return (self.decisions == rows.labels).astype(np.float64)
        return self.cuts.where(rows.labels == rows.favourable)

    def decided(self, label: int, rows: Rows) -> Float[Array, "member row"] | Drawn:
        """1 where a row is decided as this label, else 0."""
        if self.cuts is None:
            return (self.decisions == label).astype(np.float64)
        return self.cuts.where(np.full(len(rows.labels), label == rows.favourable))

    def surprise(self, rows: Rows) -> Float[Array, "member row"] | Drawn:
        """-log p(label), in nats."""
        if self.refits is None:
            return -np.take_along_axis(self.log_probabilities, rows.labels[None, :, None], axis=2)[:, :, 0]
        return Surprise(self.refits.margins, self.refits.scale, self.refits.shift, _signs(rows))

    def squared_distance(self, rows: Rows) -> Float[Array, "member row"] | Drawn:
        """The squared distance between the probabilities and what happened, summed over the labels."""
        if self.refits is None:
            happened = np.arange(self.log_probabilities.shape[2]) == rows.labels[:, None]
            return np.asarray(((np.exp(self.log_probabilities) - happened) ** 2).sum(axis=2))
        return SquaredDistance(self.refits.margins, self.refits.scale, self.refits.shift, _signs(rows))

    def log_probabilities_of(self, draw: int, rows: Rows) -> Float[Array, "member row label"]:
        """The log-probabilities refitted with the weights of one draw."""
        if self.refits is None or draw == 0:
            return self.log_probabilities
        odds = self.refits.scale[:, [draw]] * self.refits.margins + self.refits.shift[:, [draw]]
        both = np.stack([-np.logaddexp(0.0, odds), -np.logaddexp(0.0, -odds)], axis=2)
        return both if rows.favourable == 1 else both[:, :, ::-1]

    def decisions_of(self, draw: int, rows: Rows) -> Int[Array, "member row"]:
        """The decisions at what is fitted with the weights of one draw."""
        if self.cuts is None:
            return self.decisions
        return np.where(self.cuts.of(draw), rows.favourable, 1 - rows.favourable)


@dataclass(frozen=True, eq=False)
class RightlyDecided:
    """Which rows are decided as their label, at unit weights; where two treatments are compared, which both decide so."""

    right: Bool[Array, "member row"]


@dataclass(frozen=True, eq=False)
class Attacked:
    """The decisions on adversarial rows (the worst of PGD and APGD within `radius`, movable columns only).

    `cuts` as in `Predictions`: with two labels the attack is on the scores, wherever the cut lies.
    """

    rows: Int[Array, " attacked"]
    decisions: Int[Array, "member attacked"]
    log_probabilities: Float[Array, "member attacked label"]
    radius: float
    steps: int
    cuts: Cuts | None = None

    def right(self, rows: Rows) -> Float[Array, "member attacked"] | Drawn:
        """1 where an attacked row is still decided as its label, else 0."""
        labels = rows.labels[self.rows]
        if self.cuts is None:
            return (self.decisions == labels).astype(np.float64)
        return self.cuts.where(labels == rows.favourable)

    def turned(self, rows: Rows) -> Float[Array, "member attacked"] | Drawn:
        """1 where an attacked row is decided otherwise than its label, else 0."""
        labels = rows.labels[self.rows]
        if self.cuts is None:
            return (self.decisions != labels).astype(np.float64)
        return self.cuts.where(labels != rows.favourable)


@dataclass(frozen=True, eq=False)
class Switched:
    """Whether a row is still decided correctly under every single change of one categorical column.

    `withstood` is that at unit weights, and `cuts` as in `Predictions`, for the worst of all switches of a row.
    """

    rows: Int[Array, " attacked"]
    withstood: Bool[Array, "member attacked"]
    cuts: Cuts | None = None

    def right(self, rows: Rows) -> Float[Array, "member attacked"] | Drawn:
        """1 where a row is decided as its label under every switch, else 0."""
        if self.cuts is None:
            return self.withstood.astype(np.float64)
        return self.cuts.where(rows.labels[self.rows] == rows.favourable)


@dataclass(frozen=True, eq=False)
class Distances:
    """How far the nearest point found with another decision lies, at most `largest` (a row that never flips has it).

    In standard deviations of the encoded columns; of the scores and thresholds as fitted at unit weights, in every draw.
    """

    rows: Int[Array, " attacked"]
    distances: Float[Array, "member attacked"]
    largest: float


@dataclass(frozen=True, eq=False)
class Logits:
    """The margin of the favourable class, and the same with all movable columns held at their training mean."""

    margins: Float[Array, "member row"]
    margins_without_movable: Float[Array, "member row"]


@dataclass(frozen=True, eq=False)
class Memberships:
    """Membership scores of pool rows (larger = more likely a member), and the truth.

    `scored` marks the rows which have both member and non-member shadows. `lira` is standardised and `rmia` is a rank
    among rows that no member trained on, so that the scores of all members may be pooled.
    """

    lira: Float[Array, "member row"]
    loss: Float[Array, "member row"]
    rmia: Float[Array, "member row"]
    inside: Bool[Array, "member row"]
    scored: Bool[Array, "member row"]


@dataclass(frozen=True)
class PrivacyBudget:
    """The differential privacy guarantee spent by training: (epsilon, delta) at the size trained on and at full size."""

    privacy_epsilon: float
    privacy_delta: float
    privacy_epsilon_full_data: float
    noise_multiplier: float


@dataclass(frozen=True, eq=False)
class Explanations:
    """Local linear explanations of the released score, and how well they hold.

    `fidelity` is the weighted R2 of the explanation on fresh points around the row, and `reference` that of the
    explanation of a linear model of the same scale; `repeat` is the rank correlation of the absolute importances between
    two independent perturbation pools; `top_changed` is 1 where the two pools disagree on the most important feature.
    A value that a member does not have for a row is NaN: both R2, or both of the others, where its score hardly varies
    around the row. All of the scores as fitted at unit weights, in every draw.
    """

    rows: Int[Array, " explained"]
    importances: Float[Array, "member explained feature"]
    fidelity: Float[Array, "member explained"]
    reference: Float[Array, "member explained"]
    repeat: Float[Array, "member explained"]
    top_changed: Float[Array, "member explained"]


@dataclass(frozen=True, eq=False)
class PredictionSets:
    """Conformal sets: label y is in the set of a row when its conformity score is within the row's threshold.

    `thresholds` has one value per member, draw and part (one part for marginal sets, one per group for group-wise
    ones); `part` maps a row to its part; `strict` uses `<` (the paper's Eq. 6) instead of `<=`. `scores_attacked`
    are the scores on the adversarial rows `attacked`, when an attack was run. Scores are those fitted at unit weights:
    only the thresholds are fitted anew in every draw.
    """

    scores: Float[Array, "member row label"]
    thresholds: Float[Array, "member draw part"]
    part: Int[Array, " row"]
    miscoverage: float
    strict: bool = False
    attacked: Int[Array, " attacked"] | None = None
    scores_attacked: Float[Array, "member attacked label"] | None = None


Exhibit = TypeVar("Exhibit")


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

    def ask(self, kind: type[Exhibit]) -> Exhibit | NotMeasurable:
        """The exhibit of this kind, or why there is none."""
        if kind not in self._made:
            maker = self._makers.get(kind, NotMeasurable(f"this treatment has no {kind.__name__}"))
            self._made[kind] = maker if isinstance(maker, NotMeasurable) else maker()
        made: Exhibit | NotMeasurable = self._made[kind]
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


def tabulated(
    labels: list[int],
    decisions: list[int] | None = None,
    probabilities: list[list[float]] | None = None,
    groups: list[int] | None = None,
    exhibits: tuple[Any, ...] = (),
    minimum_support: int = 1,
) -> Evidence:
    """Evidence of one member from plain lists, for known-answer examples.

    Without `probabilities` the log-probabilities are those of a member that gives its decision probability 0.9. The
    grouping is called "group", its groups "a", "b", ..., and the first is the reference.

    Example:
        >>> evidence = tabulated(labels=[1, 0], decisions=[1, 1])
        >>> evidence.mean(np.array([[1.0, 0.0]]))
        array([[0.5]])
    """
    count, classes = len(labels), max(2, max(labels) + 1)
    if probabilities is None:
        given = np.asarray(labels if decisions is None else decisions)
        probabilities = np.where(np.arange(classes) == given[:, None], 0.9, 0.1 / (classes - 1)).tolist()
    logs = np.log(np.asarray(probabilities, dtype=np.float64))[None]
    taken = np.asarray(decisions)[None] if decisions is not None else logs.argmax(axis=2)
    groupings = {}
    if groups is not None:
        names = tuple("abcdefghij"[: max(groups) + 1])
        groupings["group"] = Grouping("group", np.asarray(groups), names, 0)
    rows = Rows(
        labels=np.asarray(labels),
        groupings=groupings,
        counted=np.ones((1, count), dtype=bool),
        weights=np.ones((1, count)),
        classes=classes,
        minimum_support=minimum_support,
    )
    right = RightlyDecided(taken == np.asarray(labels))
    known: dict[type, Callable[[], Any] | NotMeasurable] = {
        Predictions: lambda: Predictions(logs, taken),
        RightlyDecided: lambda: right,
    }
    known.update({type(exhibit): present(exhibit) for exhibit in exhibits})
    return Evidence(rows, known)


def present(exhibit: Any) -> Callable[[], Any] | NotMeasurable:
    """What an evidence asks for an exhibit that is there already, or the reason why it is absent."""
    return exhibit if isinstance(exhibit, NotMeasurable) else partial(_same, exhibit)


def _signs(rows: Rows) -> Float[Array, " row"]:
    return np.where(rows.labels == rows.favourable, 1.0, -1.0)


def _same(exhibit: Any) -> Any:
    return exhibit


def _ratio(
    top: Float[Array, "member draw"], total: Float[Array, "_ draw"]
) -> Float[Array, "member draw"] | NotMeasurable:
    return np.asarray(top / total) if bool((total > 0).all()) else NotMeasurable("no row to average over")
