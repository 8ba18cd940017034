"""Small banks with models trained on them, for tests of what is measured."""

import numpy as np
import pandas as pd

import interplay as ip
from interplay.auditing.prepare import Prepared, prepare
from interplay.design.treatment import Treatment
from interplay.evidence import (
    AdversarialScores,
    Attacked,
    CategoryFlips,
    DecisionRule,
    Distances,
    Logits,
    Memberships,
    Predictions,
    PredictionSets,
    RightlyDecided,
    Scores,
)
from interplay.exhibits import EvaluationSetting, Memo, refitted
from interplay.families import Members
from interplay.training.train import more_members

CONTROL = Treatment()


def bank(rows: int = 1200, seed: int = 0, share: float = 0.5) -> pd.DataFrame:
    """Four numbers, two of which matter, a colour, a group and a label; `share` of the labels are 1."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(rows, 4)).round(4)
    group = draw.choice(["a", "b"], rows, p=[0.6, 0.4])
    color = draw.choice(["red", "green", "blue"], rows)
    score = x[:, 0] + 0.6 * x[:, 1] - 0.5 * (group == "b") + 0.4 * (color == "red") + draw.logistic(size=rows) * 0.7
    label = (score > np.quantile(score, 1 - share)).astype(int)
    return pd.DataFrame(
        {"x0": x[:, 0], "x1": x[:, 1], "x2": x[:, 2], "x3": x[:, 3], "c": color, "g": group, "y": label}
    )


def study(*interventions: str, members: int = 3, **changes) -> ip.Study:
    """A study of such a bank with a logistic model; its radius of attacks is declared, unless a test says otherwise."""
    model = {"hidden": (), "steps": 60, "learning_rates": (0.1, 0.3)}
    return ip.Study(
        name="small bank",
        members=members,
        draws=60,
        data=ip.DataSection(source="frame", label="y", favourable=1, **{"radius": 0.5, **changes.pop("data", {})}),
        groups=ip.GroupsSection(attributes={"g": ip.GroupSection()}, minimum_rows=20),
        model=ip.ModelSection(**{**model, **changes.pop("model", {})}),
        interventions=tuple(ip.InterventionSection(name=name) for name in interventions),
        **changes,
    )


def ready(frame: pd.DataFrame, *interventions: str, **changes) -> Prepared:
    """A study of the frame, made ready."""
    return prepare(study(*interventions, **changes), frame)


def control_of(prepared: Prepared, rate: float = 0.3):
    """Members of the control, refitted."""
    shop = prepared.training_setting()
    return refitted(prepared.setting(), more_members(shop, CONTROL, rate, range(prepared.design.members)))


class Facts:
    """What is known of a stack of members, by name."""

    def __init__(self, setting: EvaluationSetting, members: Members, memo: Memo | None = None):
        self.setting, self.members = setting, members
        self.memo = memo or Memo(members, setting)

    def layered(self, layer, miscoverage: float = 0.1) -> "Facts":
        """The same with a layer on top."""
        return Facts(self.setting, self.members, self.memo.layered(layer.makers(self.setting.held_out(miscoverage))))

    parameters = property(lambda self: self.members.parameters)
    predictions = property(lambda self: self.memo.ask(Predictions))
    rightly_decided = property(lambda self: self.memo.ask(RightlyDecided))
    attacked = property(lambda self: self.memo.ask(Attacked))
    switched = property(lambda self: self.memo.ask(CategoryFlips))
    distances = property(lambda self: self.memo.ask(Distances))
    logits = property(lambda self: self.memo.ask(Logits))
    memberships = property(lambda self: self.memo.ask(Memberships))
    sets = property(lambda self: self.memo.ask(PredictionSets))
    cuts = property(lambda self: self.memo.ask(DecisionRule).cuts)
    refits = property(lambda self: self.memo.ask(Scores).refits)
    log_probabilities = property(lambda self: self.memo.ask(Scores).log_probabilities)
    adversarial_log_probabilities = property(lambda self: self.memo.ask(AdversarialScores).log_probabilities)

    def margins(self, log_probabilities):
        return self.setting.margins(log_probabilities)


def facts_of(prepared: Prepared, rate: float = 0.3) -> Facts:
    """What is known of them."""
    return Facts(prepared.setting(), control_of(prepared, rate))
