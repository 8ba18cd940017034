"""Membership scores of pool rows by LiRA, by loss and by RMIA, the other members as shadows."""

from typing import ClassVar

import numpy as np

from interplay.attacks import lira, loss_threshold, rmia
from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, Memberships, Scores
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class MembershipsMaker(Maker):
    """Membership scores of pool rows by LiRA, by loss and by RMIA, the other members as shadows."""

    makes: ClassVar[type[Exhibit]] = Memberships
    looks_at_members: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> Memberships | NotMeasurable:
        del members
        scores, design, labels = ask(Scores), setting.design, setting.dataset.labels
        if isinstance(scores, NotMeasurable):
            return scores
        pool, inside, every = design.pool, design.inside(), scores.log_probabilities
        likelihood = loss_threshold.scores(every, labels)
        by_ratio = lira.scores(lira.signal(every[:, pool], labels[pool]), inside[:, pool])
        # The population of RMIA is every row outside of the pool, but for those held back for a confirmation.
        by_reference = rmia.scores(likelihood[:, pool], inside[:, pool], likelihood[:, setting.never_trained])
        shape = inside.shape
        of_all = {name: np.zeros(shape) for name in ("lira", "loss", "rmia")}
        scored = np.zeros(shape, dtype=bool)
        of_all["lira"][:, pool] = by_ratio.scores
        of_all["loss"][:, pool] = likelihood[:, pool]
        of_all["rmia"][:, pool] = by_reference.scores
        scored[:, pool] = by_ratio.scored & by_reference.scored
        return Memberships(of_all["lira"], of_all["loss"], of_all["rmia"], inside, scored)
