"""Features as numbers, for models that read one matrix."""

import pandas as pd

from interplay.errors import ModelError


def as_numbers(rows: pd.DataFrame, where: str) -> pd.DataFrame:
    """The features as floating-point numbers, with gaps as NaN.

    Raises ModelError where a column holds texts that are no numbers.
    """
    numbers = rows.apply(pd.to_numeric, errors="coerce")
    lost = [str(name) for name in rows.columns if (numbers[name].isna() & rows[name].notna()).any()]
    if lost:
        found = f"texts in {', '.join(lost)[:300]}"
        step = "write the model with an input for every column, or give numbers"
        raise ModelError("features that are numbers, for a model of one matrix", found, where, step)
    return numbers.astype("float64")
