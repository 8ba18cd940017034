"""A generated bank in which a differentially private model harms a minority: the story of Cresswell (2025), 4.1."""

import numpy as np
from pydantic import Field, ValidationError

from interplay import streams
from interplay.arrays import Array, Bool, Float
from interplay.data.named._named import NamedData
from interplay.data.nearest import suggestion
from interplay.data.sections import DataSection, GroupSection
from interplay.data.table import Column, Table, table, texts
from interplay.errors import DataError
from interplay.sections import Section

NOISE_COLUMNS = 5
PROXY_NOISE = 0.2
"""Noise of the column that tells women from men: a model can find her formula, but has to look for it."""


class Options(Section):
    """Parameters of the generated bank."""

    rows: int = Field(default=8_000, ge=50)
    """How many customers there are."""
    seed: int = Field(default=0, ge=0)
    """Another seed is another bank of the same kind."""
    share_women: float = Field(default=0.15, gt=0, lt=1)
    """The share of women among the customers."""
    placebo: bool = False
    """Whether women's accounts look like men's, so that there is nothing to harm."""


def generate(rows: int = 8_000, seed: int = 0, share_women: float = 0.15, placebo: bool = False) -> Table:
    """A bank's customers, who repay or not; women's creditworthiness shows in another column than men's.

    repays = [worth + 0.2 * noise > 0] with worth and all noise standard normal, and

    men: recorded_income = worth + 0.3 * noise; joint_account_flow = 0.8 * noise
    women: recorded_income = 0.2 * worth + 0.5 * noise - 0.3; joint_account_flow = worth + 0.3 * noise
    household_signal = [woman] + 0.2 * noise

    because a couple's income is booked on the husband. With `placebo` women have the men's formulas. Each woman is
    married to one of the men, as long as there are enough; the two share `couple` and their creditworthiness, which is
    kept as a column (no feature) so that couples with one answer for him and another for her can be counted. Five
    columns are noise.

    A model finds the minority's formula late in training; the gradients of its rows stay large, and clipping cuts them.

    Example:
        >>> bank = generate(rows=200, seed=1)
        >>> bank.rows, int((~bank.column("couple").missing).sum())
        (200, 60)

    Does not show: how banks work. The effect is planted.
    """
    random = streams.generator(seed, "silobank")
    women = np.zeros(rows, dtype=bool)
    women[random.permutation(rows)[: max(1, round(share_women * rows))]] = True
    worth = random.standard_normal(rows)
    couple = _couples(women)
    # Wives and husbands come in the same order, so this gives her his creditworthiness.
    worth[women & (couple >= 0)] = worth[~women & (couple >= 0)]
    return table(_columns(random, women, worth, couple, placebo), "silobank")


def _couples(women: Bool[Array, " row"]) -> Float[Array, " row"]:
    """The number of every row's couple, -1 for those who live alone."""
    couple = np.full(len(women), -1.0)
    count = min(int(women.sum()), int((~women).sum()))
    for side in (women, ~women):
        couple[np.flatnonzero(side)[:count]] = np.arange(count)
    return couple


def _columns(
    random: np.random.Generator,
    women: Bool[Array, " row"],
    worth: Float[Array, " row"],
    couple: Float[Array, " row"],
    placebo: bool,
) -> list[Column]:
    def noise() -> Float[Array, " row"]:
        return random.standard_normal(len(women))

    other = women & (not placebo)
    income = np.where(other, 0.2 * worth + 0.5 * noise() - 0.3, worth + 0.3 * noise())
    flow = np.where(other, worth + 0.3 * noise(), 0.8 * noise())
    signal = women + PROXY_NOISE * noise()
    repays = worth + 0.2 * noise() > 0
    numeric = {"recorded_income": income, "joint_account_flow": flow, "household_signal": signal}
    numeric |= {f"noise_{place}": noise() for place in range(1, NOISE_COLUMNS + 1)}
    numeric |= {"creditworthiness": worth, "couple": np.where(couple < 0, np.nan, couple)}
    return [
        *(Column(name, "numeric", values) for name, values in numeric.items()),
        texts("sex", ["woman" if woman else "man" for woman in women]),
        texts("repays", ["yes" if one else "no" for one in repays]),
    ]


def _load(section: DataSection) -> Table:
    try:
        options = Options(**section.options)
    except ValidationError as problem:
        first = problem.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        known = list(Options.model_fields)
        remedy = f"correct {name}" if name in known else suggestion(name, known)
        raise DataError("options of silobank", f"{name}: {first['msg']}", "data.options", remedy) from None
    return generate(**options.model_dump())


NAMED = NamedData(
    title="SiloBank, a generated bank",
    load=_load,
    label="repays",
    favourable="yes",
    groups={"sex": GroupSection(reference="man")},
    drop={
        "creditworthiness": "the hidden truth of the generator; no bank sees it",
        "couple": "it names who is married to whom",
    },
    provenance="Generated; the effect on women is planted, after the story of section 4.1 of Cresswell (2025).",
)
