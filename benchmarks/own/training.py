"""Training by interplay: models of one kind, or of all kinds, on all cores."""

from collections.abc import Sequence

import numpy as np

from benchmarks.work import Work
from interplay import streams
from interplay.attacks.pgd import Threat
from interplay.engine import jnp
from interplay.families.network.fleet import Lazy, train_all
from interplay.families.network.hooks import hooks
from interplay.families.network.loop import Job, Recipe, TrainingTable
from interplay.families.network.sampler import Sampling
from interplay.interventions import Intervention
from interplay.interventions.adversarial_training import AdversarialTraining
from interplay.interventions.dp_sgd import DpSgd
from interplay.models.dense import Dense
from interplay.models.network import Parameters


def network(work: Work) -> Dense:
    """The perceptron that every side trains."""
    return Dense((work.inputs.shape[1], *work.recipe.hidden, 2))


def private(work: Work) -> DpSgd:
    """The clipping and the noise that every side uses."""
    return DpSgd(max_grad_norm=work.recipe.max_grad_norm, noise_multiplier=work.recipe.noise_multiplier)


def adversarial(work: Work) -> AdversarialTraining:
    """The attack that every side trains against."""
    return AdversarialTraining(radius=work.recipe.attack.radius, attack_steps=work.recipe.attack.steps)


MEMBERS = 16
"""Models trained at once: the members that a treatment has unless a study says otherwise."""


class Fleet:
    """Models trained for some epochs on the work's rows. Unit: one model-epoch of 30,162 rows.

    Batches are Poisson batches of the expected size of the others' batches, drawn anew for every step.
    """

    def __init__(
        self, work: Work, active: Sequence[Intervention] = (), models: int = MEMBERS, all_columns: bool = True
    ) -> None:
        width = work.inputs.shape[1]
        movable = np.ones(width, bool) if all_columns else work.movable
        threat = Threat(jnp.asarray(movable, jnp.float32), jnp.zeros(width), jnp.ones(width))
        self.work, self.active, self.models = work, tuple(active), models
        self.table = TrainingTable(
            jnp.asarray(work.inputs), jnp.asarray(work.labels, jnp.int32), jnp.zeros(work.rows, jnp.int32), threat
        )
        sampling = Sampling(work.rows, work.recipe.batch / work.rows, round(work.batches))
        self.recipe = Recipe(network(work), "adam", sampling, movable=tuple(np.flatnonzero(movable).tolist()))

    def __call__(self) -> float:
        """Train all models for one epoch."""
        self.train()
        return float(self.models)

    def train(self) -> Parameters:
        """The parameters of all models."""
        return train_all(self.recipe, self.table, Lazy(self.models, lambda number: self.job(number)))

    def job(self, number: int, rows: np.ndarray[tuple[int], np.dtype[np.int64]] | None = None) -> Job:
        """One model on some rows, or on all."""
        chosen = np.arange(self.work.rows) if rows is None else rows
        words = (
            streams.key_data(0, purpose, member=number) for purpose in ("initialisation", "batches", "noise", "attack")
        )
        return Job(
            chosen.astype(np.int32),
            np.ones(len(chosen), np.float32),
            np.float32(self.work.recipe.learning_rate),
            np.float32(0.0),
            hooks(self.active),
            *words,
        )


class Grid:
    """Plain, private, adversarial and both, on all cores. Unit: one model-epoch, the mean of the four kinds."""

    def __init__(self, work: Work, all_columns: bool = True) -> None:
        dp, pgd = private(work), adversarial(work)
        self.fleets = [Fleet(work, active, all_columns=all_columns) for active in ((), (dp,), (pgd,), (pgd, dp))]

    def __call__(self) -> float:
        """One epoch of every model of every kind."""
        return sum(fleet() for fleet in self.fleets)
