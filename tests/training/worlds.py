"""A small table, jobs and recipes for tests of the loop and the fleet."""

import numpy as np

from interplay import streams
from interplay.attacks.pgd import Threat
from interplay.engine import jnp
from interplay.families.network.hooks import hooks
from interplay.families.network.loop import Job, Recipe, TrainingTable
from interplay.families.network.sampler import Sampling
from interplay.interventions import TrainingRows
from interplay.interventions.adversarial_training import AdversarialTraining
from interplay.interventions.dp_sgd import DpSgd
from interplay.interventions.group_clipping import GroupClipping
from interplay.interventions.parity_penalty import ParityPenalty
from interplay.interventions.trades import Trades
from interplay.models.dense import Dense

ROWS, COLUMNS = 120, 5
PLAIN = Recipe(Dense((COLUMNS, 4, 2)), "sgd", Sampling(60, 1.0, 30), movable=(0, 1), group_count=2)
POISSON = Recipe(Dense((COLUMNS, 4, 2)), "adam", Sampling(60, 0.2, 30), movable=(0, 1), group_count=2)
PRIVATE, ADVERSARIAL = DpSgd(noise_multiplier=1.0), AdversarialTraining()
KINDS = {
    "plain": (PLAIN, ()),
    "poisson": (POISSON, ()),
    "dp_sgd": (PLAIN, (PRIVATE,)),
    "poisson dp_sgd": (POISSON, (PRIVATE,)),
    "adversarial": (PLAIN, (ADVERSARIAL,)),
    "copies": (PLAIN, (AdversarialTraining(copies=2, clean_copy=True), PRIVATE)),
    "both": (POISSON, (ADVERSARIAL, PRIVATE)),
    "penalty": (POISSON, (ParityPenalty(),)),
    "group clipping": (POISSON, (GroupClipping(noise_multiplier=1.0, max_grad_norm=0.2),)),
    "trades": (POISSON, (Trades(),)),
    "private trades": (PLAIN, (Trades(), PRIVATE)),
}


def table(seed=0, rows=ROWS):
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(rows, COLUMNS)).astype(np.float32)
    labels = (inputs[:, 0] + 0.5 * rng.normal(size=rows) > 0).astype(np.int64)
    threat = Threat(jnp.array([1.0, 1, 0, 0, 0]), jnp.asarray(inputs.min(0)), jnp.asarray(inputs.max(0)))
    return TrainingTable(jnp.asarray(inputs), jnp.asarray(labels), jnp.asarray(rng.integers(0, 2, rows)), threat)


def job(number, active=(), rate=0.1, decay=0.0, rows=None):
    keys = (streams.key_data(0, purpose, member=number) for purpose in ("initialisation", "batches", "noise", "attack"))
    half = streams.generator(0, "half", member=number).choice(ROWS, ROWS // 2, replace=False) if rows is None else rows
    acting = hooks(active)
    factors = None if acting.gradient is None else acting.gradient.factors(_training_rows(half))
    return Job(
        half.astype(np.int32),
        np.ones(len(half), np.float32),
        np.float32(rate),
        np.float32(decay),
        acting,
        *keys,
        None if factors is None else factors.astype(np.float32),
    )


def _training_rows(half):
    data = table()
    return TrainingRows(np.asarray(data.labels)[half % ROWS], np.asarray(data.groups)[half % ROWS], 2)
