"""Tables of planted worlds and of their twins: in each an effect is known to exist, or known not to."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.special import expit

from interplay.data.load import named
from interplay.data.sections import DataSection

Frame = Callable[[np.random.Generator], pd.DataFrame]
"""A table with the label "y" ("yes" is hoped for) and the group "g"."""


def _framed(columns: np.ndarray, favourable: np.ndarray, groups: np.ndarray | None = None) -> pd.DataFrame:
    frame = pd.DataFrame(columns, columns=[f"x{place}" for place in range(columns.shape[1])])
    apart = np.arange(len(columns)) % 3 == 0 if groups is None else groups
    return frame.assign(g=np.where(apart, "b", "a"), y=np.where(favourable, "yes", "no"))


def learned_by_heart(random: np.random.Generator) -> pd.DataFrame:
    """Two classes that overlap, a fifth of the labels turned round."""
    side = random.integers(0, 2, 2_000)
    columns = random.normal(size=(2_000, 20)) + 0.4 * (2 * side[:, None] - 1)
    return _framed(columns, np.where(random.random(2_000) < 0.2, 1 - side, side) == 1)


def many_classes(random: np.random.Generator) -> pd.DataFrame:
    """Ten classes that overlap."""
    centres, labels = 0.8 * random.normal(size=(10, 20)), random.integers(0, 10, 2_000)
    frame = _framed(centres[labels] + random.normal(size=(2_000, 20)), labels == 0)
    return frame.assign(y=np.where(labels == 0, "yes", [f"no {label}" for label in labels]))


def far_apart(random: np.random.Generator) -> pd.DataFrame:
    """Two classes that no row lies between."""
    side = random.integers(0, 2, 3_000)
    return _framed(random.normal(size=(3_000, 10)) + 2.0 * (2 * side[:, None] - 1), side == 1)


def between_two(random: np.random.Generator) -> pd.DataFrame:
    """Rows around two centres, uncertain between them."""
    side = random.integers(0, 2, 2_000)
    columns = random.normal(size=(2_000, 6)) + 0.6 * (2 * side[:, None] - 1)
    return _framed(columns, random.random(2_000) < expit(1.2 * columns.sum(axis=1)))


def one_sided(random: np.random.Generator) -> pd.DataFrame:
    """Chances above one half almost everywhere, so that uncertainty falls where the score rises."""
    columns = random.normal(size=(3_000, 2))
    return _framed(columns, random.random(3_000) < expit(2.0 + 0.6 * columns.sum(axis=1)))


def columns_alike(random: np.random.Generator) -> pd.DataFrame:
    """Ten columns that matter alike."""
    columns = random.normal(size=(2_000, 10))
    return _framed(columns, random.random(2_000) < expit(columns.sum(axis=1)))


def three_strong(random: np.random.Generator) -> pd.DataFrame:
    """Three columns that matter and that nobody can move, beside five that hardly do."""
    columns = random.normal(size=(2_000, 8))
    score = 2.5 * columns[:, 0] + 2.0 * columns[:, 1] + 1.5 * columns[:, 2] + 0.05 * columns[:, 3:].sum(axis=1)
    return _framed(columns, random.random(2_000) < expit(score))


def hanging_together(random: np.random.Generator) -> pd.DataFrame:
    """Eight columns made from two."""
    first, second = random.normal(size=(2, 2_000))
    mixed = [first, second, first + second, first - second, first * second, first**2, second**2, first + 2 * second]
    columns = np.stack(mixed, axis=1) + 0.05 * random.normal(size=(2_000, 8))
    return _framed(columns, random.random(2_000) < expit(first + second), random.random(2_000) < 0.5)


def independent(random: np.random.Generator) -> pd.DataFrame:
    """Eight columns that have nothing in common."""
    columns = random.normal(size=(2_000, 8))
    return _framed(columns, random.random(2_000) < expit(columns[:, 0] + columns[:, 1]), random.random(2_000) < 0.5)


def many_weak(random: np.random.Generator) -> pd.DataFrame:
    """Few rows and twenty columns that matter a little."""
    columns = random.normal(size=(700, 20))
    return _framed(columns, random.random(700) < expit(0.4 * columns.sum(axis=1)))


def one_strong(random: np.random.Generator) -> pd.DataFrame:
    """One column that decides, with nothing beside it that could be named."""
    columns = random.normal(size=(3_000, 1))
    return _framed(columns, random.random(3_000) < expit(3.0 * columns[:, 0]))


def errors_anywhere(random: np.random.Generator) -> pd.DataFrame:
    """A fifth of the labels turned, wherever the row lies: neither confidence nor explanations can warn."""
    columns = random.normal(size=(3_000, 1))
    return _framed(columns, (columns[:, 0] > 0) != (random.random(3_000) < 0.2))


def ring(random: np.random.Generator) -> pd.DataFrame:
    """A boundary that goes round: uncertain where columns matter most."""
    columns = random.normal(size=(2_000, 2))
    return _framed(columns, random.random(2_000) < expit(4 * ((columns**2).sum(axis=1) - 1.4)))


def bank(placebo: bool) -> Frame:
    """The generated bank, whose women show their worth in another column than men; in the placebo they do not."""

    def frame(random: np.random.Generator) -> pd.DataFrame:
        seed = int(random.integers(1_000))
        section = DataSection(source="silobank", options={"rows": 5_000, "placebo": placebo, "seed": seed})
        table = named()["silobank"].load(section)
        kept = [name for name in table.columns if name not in ("creditworthiness", "couple", "sex", "repays")]
        columns = np.stack([table.columns[name].values for name in kept], axis=1)
        words = {
            name: np.array(table.columns[name].categories)[table.columns[name].values] for name in ("sex", "repays")
        }
        return _framed(columns, words["repays"] == "yes", words["sex"] == "woman")

    return frame


def two_levels(random: np.random.Generator) -> pd.DataFrame:
    """Groups with very unlike shares of favourable labels, known from a column."""
    group = random.random(3_000) < 0.4
    columns = np.column_stack([random.normal(size=(3_000, 3)), group + 0.3 * random.normal(size=3_000)])
    return _framed(columns, random.random(3_000) < expit(columns[:, 0] + np.where(group, -2.0, 1.0)), group)


def two_strengths(random: np.random.Generator) -> pd.DataFrame:
    """Groups that no column tells apart, in one of which labels hardly follow the columns."""
    group = random.random(3_000) < 0.4
    columns = random.normal(size=(3_000, 4))
    return _framed(columns, random.random(3_000) < expit(np.where(group, 0.5, 4.0) * columns[:, 0]), group)


def one_level(random: np.random.Generator) -> pd.DataFrame:
    """Groups that are alike."""
    group = random.random(3_000) < 0.4
    columns = random.normal(size=(3_000, 4))
    return _framed(columns, random.random(3_000) < expit(2 * columns[:, 0]), group)


def noisy_group(random: np.random.Generator) -> pd.DataFrame:
    """A group, known from a column, whose labels are much noisier."""
    group = random.random(3_000) < 0.4
    columns = np.column_stack([random.normal(size=(3_000, 3)), group + 0.1 * random.normal(size=3_000)])
    return _framed(columns, random.random(3_000) < expit(np.where(group, 0.3, 4.0) * columns[:, 0]), group)


def few_by_lot(random: np.random.Generator) -> pd.DataFrame:
    """A group of one row in eight whose labels are drawn by lot, and as many columns as a member has rows of it."""
    return _by_lot(random, 0.12)


def half_by_lot(random: np.random.Generator) -> pd.DataFrame:
    """The same with groups of equal size."""
    return _by_lot(random, 0.5)


def _by_lot(random: np.random.Generator, share: float) -> pd.DataFrame:
    group, columns = random.random(1_500) < share, random.normal(size=(1_500, 40))
    clear = expit(1.5 * columns[:, :2].sum(axis=1))
    return _framed(columns, random.random(1_500) < np.where(group, 0.5, clear), group)


def own_column(random: np.random.Generator) -> pd.DataFrame:
    """A group of one row in twelve, known from three columns, whose outcome follows from them and nobody else's does."""
    return _own_column(random, 1 / 12)


def halves(random: np.random.Generator) -> pd.DataFrame:
    """The same with groups of equal size."""
    return _own_column(random, 0.5)


def _own_column(random: np.random.Generator, share: float) -> pd.DataFrame:
    group = random.random(4_000) < share
    own = random.normal(size=(4_000, 3)) * (0.2 + group[:, None])
    others = random.normal(size=(4_000, 5))
    score = np.where(group, 2.5 * own.sum(axis=1), 2.0 * others[:, 0] + others[:, 1])
    return _framed(np.column_stack([own, others]), random.random(4_000) < expit(score), group)


def driven_by_stand_ins(random: np.random.Generator) -> pd.DataFrame:
    """An outcome that follows from three columns which also tell the group, and a little from six others."""
    return _driven(random, 1.5)


def driven_apart(random: np.random.Generator) -> pd.DataFrame:
    """The same with columns that do not tell the group."""
    return _driven(random, 0.0)


def _driven(random: np.random.Generator, apart: float) -> pd.DataFrame:
    group = random.random(3_000) < 0.4
    drivers = random.normal(size=(3_000, 3)) - apart * group[:, None]
    others = random.normal(size=(3_000, 6))
    score = 1.2 * (drivers + 0.4 * apart).sum(axis=1) + 0.3 * others.sum(axis=1)
    return _framed(np.column_stack([drivers, others]), random.random(3_000) < expit(score), group)


def steep(random: np.random.Generator) -> pd.DataFrame:
    """Five columns with steep odds, so that a small change of each moves the score far."""
    columns = random.normal(size=(3_000, 5))
    return _framed(columns, random.random(3_000) < expit(3 * columns.sum(axis=1)))


def few_in_one_column(random: np.random.Generator) -> pd.DataFrame:
    """A group of one row in twenty that differs from the others in the numbers of two columns, and in nothing else."""
    return _in_one_column(random, 0.05)


def half_in_one_column(random: np.random.Generator) -> pd.DataFrame:
    """The same with groups of equal size."""
    return _in_one_column(random, 0.5)


def _in_one_column(random: np.random.Generator, share: float) -> pd.DataFrame:
    group, columns = random.random(4_000) < share, random.normal(size=(4_000, 3))
    columns[:, 0] *= np.where(group, 0.1, 1.0)
    columns[:, 1] *= np.where(group, 2.0, 1.0)
    return _framed(columns, random.random(4_000) < expit(3.0 * columns[:, :2].sum(axis=1)), group)


def weak_and_strong(random: np.random.Generator) -> pd.DataFrame:
    """Two columns that set classes far apart, beside twenty in which they lie close."""
    side = random.integers(0, 2, 2_000)
    apart = np.concatenate([np.full(2, 1.0), np.full(20, 0.35)])
    return _framed(random.normal(size=(2_000, 22)) + apart * (2 * side[:, None] - 1), side == 1)


def unequally_close(random: np.random.Generator) -> pd.DataFrame:
    """Five pairs of classes, told from their partners by the same twenty columns; some pairs lie closer than others."""
    return _ten_classes(random, np.linspace(0.7, 0.3, 5), np.zeros(5))


def unequally_mixed(random: np.random.Generator) -> pd.DataFrame:
    """Five pairs of classes that lie equally far apart; in some more labels are drawn by lot between partners than in others."""
    return _ten_classes(random, np.full(5, 0.7), np.linspace(0.0, 0.4, 5))


def _ten_classes(random: np.random.Generator, apart: np.ndarray, mixed: np.ndarray) -> pd.DataFrame:
    """A column for each pair, which no radius turns round, and twenty that tell its classes apart, by so much each."""
    pair, side = random.integers(0, 5, 3_000), random.integers(0, 2, 3_000)
    own = 6.0 * (np.arange(5) == pair[:, None]) + random.normal(size=(3_000, 5))
    shared = random.normal(size=(3_000, 20)) + (apart[pair] * (2 * side - 1))[:, None]
    side = np.where(random.random(3_000) < mixed[pair] / 2, 1 - side, side)
    labels = 2 * pair + side
    frame = _framed(np.column_stack([own, shared]), labels == 0)
    return frame.assign(y=np.where(labels == 0, "yes", [f"no {label}" for label in labels]))


def one_useful(random: np.random.Generator) -> pd.DataFrame:
    """Labels that follow one column, beside twenty that say nothing."""
    columns = random.normal(size=(3_000, 21))
    return _framed(columns, random.random(3_000) < expit(4.0 * columns[:, 0]))


def plenty(random: np.random.Generator) -> pd.DataFrame:
    """Many rows of two columns."""
    columns = random.normal(size=(20_000, 2))
    return _framed(columns, random.random(20_000) < expit(columns.sum(axis=1)))


def with_twins(random: np.random.Generator) -> pd.DataFrame:
    """A crowd, and outliers that look like the other class of it; each has a twin in the same direction, a third less far out."""
    far, labels = _far_out(random, 20.0), random.random(100) < 0.5
    near = 0.65 * far + 0.05 * random.normal(size=far.shape)
    return _beside_a_crowd(random, np.concatenate([far - _told(labels), near]), np.tile(labels, 2))


def without_twins(random: np.random.Generator) -> pd.DataFrame:
    """The same crowd, and as many outliers as far out, each by itself."""
    far = np.concatenate([_far_out(random, 20.0), _far_out(random, 13.0)])
    return _beside_a_crowd(random, far, random.random(200) < 0.5)


def _far_out(random: np.random.Generator, distance: float) -> np.ndarray:
    """Rows that say nothing of the two columns which tell the classes of the crowd apart."""
    columns = random.normal(size=(100, 120)) * (np.arange(120) >= 2)
    return distance * columns / np.linalg.norm(columns, axis=1, keepdims=True)


def _told(side: np.ndarray) -> np.ndarray:
    """What the two columns say of a class."""
    return 2.0 * np.where(side[:, None], 1.0, -1.0) * (np.arange(120) < 2)


def _beside_a_crowd(random: np.random.Generator, outliers: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    side = random.random(1_800) < 0.5
    crowd = 0.3 * random.normal(size=(1_800, 120)) + _told(side)
    return _framed(np.concatenate([outliers, crowd]), np.concatenate([labels, side]))


def column_of_its_own(random: np.random.Generator) -> pd.DataFrame:
    """A fifth of the rows follow a column of their own."""
    return _followed(random, 1)


def column_of_all(random: np.random.Generator) -> pd.DataFrame:
    """The same, where all follow the column alike."""
    return _followed(random, 0)


def _followed(random: np.random.Generator, column: int) -> pd.DataFrame:
    columns, apart = random.normal(size=(2_500, 6)), random.random(2_500) < 0.2
    columns[:, 5] = np.where(apart, 1.0, -1.0)
    followed = np.where(apart, columns[:, column], columns[:, 0])
    return _framed(columns, random.random(2_500) < expit(3.0 * followed), apart)
