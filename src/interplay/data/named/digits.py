"""Handwritten digits of 8 by 8 pixels, as the package scikit-learn ships them."""

import numpy as np

from interplay.data.csv_file import read_csv
from interplay.data.named._named import NamedData, no_options, packaged
from interplay.data.sections import DataSection
from interplay.data.table import Column, Table, texts

_SIDE = 8
_PIXELS = tuple(f"row {row} column {column}" for row in range(1, _SIDE + 1) for column in range(1, _SIDE + 1))


def _load(section: DataSection) -> Table:
    no_options(section)
    path = packaged("sklearn", "datasets/data/digits.csv.gz", "pip install scikit-learn")
    table = read_csv(path, names=(*_PIXELS, "digit"))
    # A pixel is a shade of ink even where it happens to be 0 or 1 on every image.
    pixels = (Column(name, "numeric", table.column(name).values.astype(np.float64)) for name in _PIXELS)
    digits = texts("digit", [str(int(value)) for value in table.column("digit").values])
    return Table({name: table.columns[name] for name in table.columns}, table.rows, "digits").replaced(*pixels, digits)


NAMED = NamedData(
    title="handwritten digits",
    load=_load,
    label="digit",
    favourable=None,
    provenance=(
        "1,797 images of 8 by 8 pixels with shades from 0 to 16, ten classes; E. Alpaydin and C. Kaynak (1998), "
        "Optical Recognition of Handwritten Digits, UCI Machine Learning Repository (its test set); as shipped by the "
        "Python package scikit-learn. It says nothing about the writers, so there are no groups of people."
    ),
)
