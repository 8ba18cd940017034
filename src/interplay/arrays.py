"""Array types with named axes; the one place that lists the axis names.

Axes: `member` (a trained model of a treatment), `row` (a data row), `draw` (a row-bootstrap draw; draw 0 has all
weights one), `label` (a class), `group` (a value of a sensitive attribute), `column` (an encoded feature),
`feature` (a column of the user's table), `contrast`.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Float, Int

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]
else:
    Array = np.ndarray

__all__ = ["Array", "Bool", "Float", "Int"]
