"""Makes confidences from what members say."""

from typing import ClassVar

import numpy as np

from acme_trust._confidence import Confidence
from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, Scores
from interplay.exhibits import EvaluationSetting, Maker
from interplay.families import Members
from interplay.interventions import Ask


class ConfidenceMaker(Maker):
    """The largest probability of every row."""

    makes: ClassVar[type[Exhibit]] = Confidence
    looks_at_members: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> Confidence | NotMeasurable:
        scores = ask(Scores)
        return scores if isinstance(scores, NotMeasurable) else Confidence(np.exp(scores.log_probabilities.max(axis=2)))
