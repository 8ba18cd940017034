"""What a maker is: how one kind of exhibit is made from trained models."""

import abc
from collections.abc import Sequence
from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class Maker(abc.ABC):
    """Makes the exhibit `makes` of one treatment's members, or says why there is none.

    `ask` gives other exhibits of the same treatment, each made once. What rests on a layer is made anew for the treatment
    with the layer; what does not is shared with the treatment beneath, whoever asked first.

    A maker of another package is contributed under the entry point group "interplay.exhibits".
    """

    makes: ClassVar[type[Exhibit]]
    looks_at_members: ClassVar[bool] = True
    """Whether it asks the models themselves, and not only for other exhibits."""
    needs_probabilities: ClassVar[bool] = True
    """Whether it asks the models for more than decisions: models that give nothing else do not have what it makes."""

    @abc.abstractmethod
    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> Exhibit | NotMeasurable:
        """The exhibit."""

    def make_together(
        self, stacks: Sequence[Members], setting: EvaluationSetting
    ) -> Sequence[Exhibit | NotMeasurable] | None:
        """The exhibits of all treatments at once, where that is cheaper; None where it is not.

        What is made so may ask for no other exhibit.
        """
        del stacks, setting
        return None
