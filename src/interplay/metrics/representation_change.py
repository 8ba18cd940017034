"""Representation change: how far the last hidden layer lies from that of an ordinary model."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Representations
from interplay.metrics._alignment import alignment
from interplay.metrics._metric import Direction, Metric

FEWEST_ROWS = 20


@dataclass(frozen=True)
class RepresentationChange(Metric):
    """How far the last hidden layer lies from that of an ordinary model trained on the same rows from another start.

    representation_change = 1 - max(alignment, 0), alignment = linear centred kernel alignment (CKA) of the two models'
    activations on up to 300 evaluated rows, without the pairs of a row with itself

    The ordinary model is the control from another start (`another_start`), so that the control's own value is that of two
    ordinary models and a treatment is held against it. Between 0 and 1; lower is better, by convention: what people learned of
    the model by looking at an ordinary one holds for it the less the more it moved. 0 for layers that differ by
    a rotation and a scale of their units; about 1 for layers that have nothing in common. Without pairs of a row with
    itself few rows and many units do not make unlike layers look alike. Not measurable for models without a hidden layer.

    Reference: Kornblith et al. (2019), "Similarity of neural network representations revisited"; Song et al. (2012); Nguyen
    et al. (2021).

    Example:
        >>> from interplay.evidence import tabulated
        >>> units = np.random.default_rng(0).normal(size=(1, 40, 3))
        >>> turned = Representations(np.arange(40), 2 * units[:, :, ::-1] + 1, units)
        >>> round(abs(RepresentationChange().measure(tabulated([0, 1] * 20, exhibits=(turned,))).mean), 9)
        0.0

    Does not show: whether the change is for the worse: representations may move and explanations hold as well as before
    (`explanation_fidelity`). Directions with little variance hardly count, whatever the decision makes of them.
    """

    aspect: ClassVar[Aspect] = Aspect.EXPLAINABILITY
    title: ClassVar[str] = "changed representation"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "one minus alignment"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.05
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Representations,)
    reference: ClassVar[str] = "Kornblith et al., 2019"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        layers = evidence.ask(Representations)
        if isinstance(layers, NotMeasurable):
            return layers
        counted, weights = evidence.rows.counted[:, layers.rows], evidence.rows.weights[:, layers.rows]
        if (fewest := int(counted.sum(axis=1).min())) < FEWEST_ROWS:
            return NotMeasurable(
                f"some member has {fewest} of at least {FEWEST_ROWS} rows to compare representations on"
            )
        values = []
        for own, ordinary, here in zip(layers.own, layers.ordinary, counted, strict=True):
            alike = alignment(own[here], ordinary[here], weights[:, here])
            if alike is None:
                return NotMeasurable("the last hidden layer of some member gives all rows the same")
            values.append(1 - np.clip(alike, 0.0, 1.0))
        return Sample(np.stack(values), evidence.support(None, layers.rows))
