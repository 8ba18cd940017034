"""What keeping rows together changes, and whom a privacy budget protects, in words for the plan and the audit."""

import numpy as np

from interplay.data.clusters import chance_of_twin, clusters, people, twins
from interplay.data.dataset import Dataset
from interplay.design.plan import Design


def seen_lines(design: Design, dataset: Dataset, budgets: bool) -> list[str]:
    """For the outline of a plan."""
    return [
        f"Twins      {_twins(design, dataset)}",
        *(f"People     {text}" for text in _people(design, dataset)),
        *(f"Protects   {text}" for text in ([protected(design, dataset)] if budgets else [])),
    ]


def seen_sentences(design: Design, dataset: Dataset, budgets: bool) -> list[str]:
    """For the methods of an audit."""
    texts = [_twins(design, dataset), *_people(design, dataset), *([protected(design, dataset)] if budgets else [])]
    return [f"{text[0].upper()}{text[1:]}." for text in texts]


def _twins(design: Design, dataset: Dataset) -> str:
    equal = twins(dataset)
    repeated = dataset.rows - int(equal.max()) - 1
    if not repeated:
        return "no two rows agree in every feature"
    study = design.study
    share = chance_of_twin(equal, int(design.split.pool.sum()))
    kept = (
        "all rows that agree lie in one part and in one half"
        if study.data.twins == "together"
        else 'they are split one by one, since the study says that they are different people (twins = "apart")'
    )
    return (
        f"{repeated:,} of {dataset.rows:,} rows repeat an earlier row in every feature; split one by one, {share:.1%} of the "
        f"test rows would have a twin among the training rows; {kept}"
    )


def _people(design: Design, dataset: Dataset) -> list[str]:
    own = people(dataset)
    if own is None:
        return []
    most, distinct = int(np.bincount(own).max()), int(own.max()) + 1
    together = clusters(dataset, design.study.data.twins == "together")
    largest = int(np.bincount(together).max())
    return [
        f"{distinct:,} by {dataset.person!r}, at most {most:,} rows each; all rows of a person lie in one part and in one "
        f"half (up to {largest:,} rows are kept together)"
    ]


def protected(design: Design, dataset: Dataset) -> str:
    """Whom a budget of differential privacy protects: one row, and one person only where each has a single row."""
    own = people(dataset)
    most = int(np.bincount((twins(dataset) if own is None else own)[design.pool]).max())
    head = "a budget of differential privacy protects one row of training, added or removed, and no tuning or calibration row"
    if own is not None:
        more = f"; a person has up to {most:,} training rows here, for whom epsilon is up to {most:,} times as large"
        return head + (more if most > 1 else "; each person has one training row here, so it protects one person")
    if most > 1:
        head += f"; up to {most:,} training rows agree in every feature: if they are one person's, epsilon is up to {most:,} "
        head += "times as large for that person"
    return f"{head}; where a person can have several rows, name the column that tells people apart as data.person"
