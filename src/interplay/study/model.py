"""The study: what the user declares before anything runs."""

from typing import Any, Literal

from pydantic import Field, PositiveInt

from interplay.aspects import RANKED_ASPECTS, Aspect
from interplay.data.sections import DataSection, GroupsSection
from interplay.sections import Section


class ModelSection(Section):
    """The model and how it is trained without any intervention."""

    kind: str = "network"
    """The family of models: "network", "torch", "estimator", "fitted", or one that another package adds, as "package/name"."""
    options: dict[str, Any] = Field(default_factory=dict)
    """What the function or class of `factory` is called with, or what a family of another package wants to know, by name."""
    factory: str = ""
    """What makes an untrained classifier for kind = "estimator", an untrained module of PyTorch for kind = "torch", or gives a
    trained model for kind = "fitted": a class or function as "module:name", such as
    "sklearn.ensemble:HistGradientBoostingClassifier"; the module is looked for beside the study, then on Python's path. For what
    is untrained, parameters `columns` and `classes` without a default get how many there are."""
    path: str = ""
    """The file of a trained model for kind = "fitted": in ONNX, in the format of skops, as XGBoost writes it (.ubj or .json), or
    as LightGBM does (.txt). Pickles are refused."""
    trusted: tuple[str, ...] = ()
    """The types that a file of skops may hold beside its usual ones, such as "sklearn.tree._tree.Tree"."""
    classes: tuple[str, ...] = ()
    """The label value of each column of a trained model's probabilities, where the model does not name them itself."""
    inputs: Literal["encoded", "table"] = "encoded"
    """What an estimator sees: "encoded" columns of numbers, or the columns of the "table" as they were read, by name."""
    architecture: Literal["dense", "convolutional"] = "dense"
    """`dense` takes any columns; `convolutional` takes columns that are the pixels of an image, line by line."""
    hidden: tuple[PositiveInt, ...] = (16,)
    """Widths of the hidden layers; empty means logistic regression, or no more layers after the convolutions."""
    image: tuple[PositiveInt, ...] | None = None
    """Height and width of the images that a convolutional model sees, such as [8, 8], and channels if not 1."""
    filters: tuple[PositiveInt, ...] = (16,)
    """Filters of each convolution of a convolutional model; each halves the sides of the image."""
    optimiser: Literal["sgd", "adam"] = "sgd"
    """`sgd` is stochastic gradient descent with momentum."""
    learning_rate: float | None = Field(default=None, gt=0)
    """Your own rate, with which every treatment as applied is trained, the control among them. Where not declared, it is
    the rate chosen for the control. The tuned models choose from `learning_rates` either way."""
    learning_rates: tuple[float, ...] = (0.01, 0.03, 0.1, 0.3, 1.0)
    """The rates tried for every treatment, the same for all. Several are extended where the best lies at their edge; a
    single one is taken as it is."""
    batch_size: PositiveInt | Literal["full"] = "full"
    """Expected rows of a batch; "full" takes every training row in every step."""
    steps: int = Field(default=400, ge=1)
    """Updates of the parameters."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Strength of the squared penalty on the weights."""

    @property
    def is_given(self) -> bool:
        """Whether the model is trained already, so that it is measured as it is."""
        return self.kind == "fitted"


class InterventionSection(Section):
    """One intervention by its catalogue name, and its parameters."""

    name: str
    """The catalogue name, such as dp_sgd."""
    parameters: dict[str, Any] = Field(default_factory=dict)
    """What to set, by parameter name; the rest keeps its defaults."""
    strengths: dict[str, tuple[float, ...]] = Field(default_factory=dict)
    """Other values of a parameter, each trained as one more treatment with this intervention alone, such as
    { privacy_epsilon = [1, 3, 8, 32] }; only for interventions that act in training."""
    alone: bool = False
    """Whether it is trained by itself, compared and never chosen: what another one takes the place of, so that two that
    cannot act on one model are held against each other; only for interventions that act in training."""


class PrioritiesSection(Section):
    """The ranking of the aspects, and who set it."""

    ranking: tuple[Aspect, ...] = RANKED_ASPECTS
    """The five aspects of trust and utility, each once, the most important first."""
    set_by: str = ""
    """Who decided the ranking; as long as this is empty nothing is recommended."""
    set_on: str = ""
    """When, as a text such as "2026-01-31"."""
    stakeholders: tuple[str, ...] = ()
    """Who was asked."""
    weights: dict[Aspect, float] = Field(default_factory=dict)
    """How much the severity of a risk to an aspect counts, from 0 to 1; by rank 1, 0.8, 0.6, 0.4, 0.2 and 0.2 where none is
    given. Weights order the risk register; they never enter a verdict or the choice."""

    @property
    def signed(self) -> bool:
        """Whether somebody has set the priorities."""
        return bool(self.set_by.strip())


class LimitSection(Section):
    """A hard limit on a metric: a treatment that breaks it is not admissible."""

    metric: str
    """The metric's catalogue name, or name/grouping; a name alone covers all groupings."""
    at_least: float | None = None
    """The smallest value that is admissible, in the unit of the metric."""
    at_most: float | None = None
    """The largest value that is admissible, in the unit of the metric."""
    at_most_below_control: float | None = None
    """How far the value may lie below that of the control trained on the same rows, such as 0.03 for three points of a
    share; for metrics where higher is better."""
    at_most_above_control: float | None = None
    """How far the value may lie above that of the control, for metrics where lower is better."""
    reason: str = ""
    """Where the limit comes from: a law, a policy, a promise."""


class WaiverSection(Section):
    """A cell of the gate that somebody has decided to let through, for a while."""

    cell: str
    """The cell: a metric's catalogue name, or name/grouping."""
    reason: str = Field(min_length=1)
    """Why the cell is let through."""
    owner: str = Field(min_length=1)
    """Who answers for it."""
    expires: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    """The last day on which it holds, as a text such as "2026-12-31"."""


class GateSection(Section):
    """What a change of the model is held against, and by which cells."""

    approval: str = ""
    """The file that `interplay approve` has written for the approved model."""
    approved: ModelSection | None = None
    """The approved model itself, where there is no approval: it is measured, or trained, beside the candidate."""
    treatment: tuple[str, ...] = ()
    """The interventions of the study that act in training or on decisions and that the candidate has, such as ["dp_sgd"]. Without
    an approval and an approved model it is held against the same model without them."""
    cells: tuple[str, ...] = ()
    """The metrics that decide, by catalogue name or name/grouping; where none is declared, the headline metrics and those with
    limits."""
    waivers: tuple[WaiverSection, ...] = ()
    """The cells that are let through, each with a reason, an owner and a last day."""


class SoftGoalSection(Section):
    """A goal without a measurement: shown with its evidence, never gating."""

    aspect: Literal["accountability", "human agency", "safety", "alignment", "diversity"]
    """The aspect without a metric that the goal belongs to."""
    text: str
    """The goal."""
    responsible: str
    """Who sees to it."""
    evidence: str = ""
    """A link or a reference to what shows it."""


class Study(Section):
    """Everything a user declares: data, groups, model, interventions, priorities, limits, tolerances and goals."""

    version: Literal[1] = 1
    """The version of this file format."""
    name: str
    """What the report calls the study."""
    purpose: str = ""
    """What the model decides, and about whom."""
    seed: int = Field(default=0, ge=0)
    """Every random number of the study follows from it."""
    members: int | None = Field(default=None, ge=3)
    """Models trained for every treatment at first. Where not declared: 16 if the study acts for privacy or limits it (an
    attacked model has the other members as shadows), 5 otherwise. Three is the least."""
    most_members: int | None = Field(default=None, ge=3)
    """Members are added up to this number, to treatments whose comparisons matter and stay open. Where not declared:
    `members` if those are declared, else 20. A larger number continues a finished run."""
    draws: int = Field(default=200, ge=50)
    """Bootstrap draws of the rows, for the intervals."""
    data: DataSection
    groups: GroupsSection = GroupsSection()
    model: ModelSection = ModelSection()
    interventions: tuple[InterventionSection, ...] = ()
    priorities: PrioritiesSection = PrioritiesSection()
    limits: tuple[LimitSection, ...] = ()
    tolerances: dict[str, float] = Field(default_factory=dict)
    """The smallest change that matters, by metric or metric/grouping; the metric's own where none is given."""
    soft_goals: tuple[SoftGoalSection, ...] = ()
    gate: GateSection = GateSection()
