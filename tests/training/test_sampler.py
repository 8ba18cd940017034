"""The sampler that runs is the one the accountant is told: seen from the outside, in what training used."""

import jax
import numpy as np
import pytest
from scipy import stats
from tests.training.worlds import job

from interplay.attacks.pgd import Threat
from interplay.engine import jnp
from interplay.families.network.fleet import train_all
from interplay.families.network.loop import Recipe, TrainingTable
from interplay.families.network.sampler import OVERFLOW, Sampling
from interplay.models.dense import Dense

ROWS, RATE, MEMBERS = 90, 0.2, 600


def used_rows(sampling, members):
    """Which rows one step of training used, for many members (member, row).

    Every row has an input column of its own, so a row was used if and only if the weights of its column moved.
    """
    network = Dense((sampling.rows, 2))
    threat = Threat(jnp.zeros(sampling.rows), jnp.zeros(sampling.rows), jnp.ones(sampling.rows))
    data = TrainingTable(
        jnp.eye(sampling.rows), jnp.arange(sampling.rows) % 2, jnp.zeros(sampling.rows, jnp.int32), threat
    )
    jobs = [job(number, rate=1.0, rows=np.arange(sampling.rows)) for number in range(members)]
    trained = train_all(Recipe(network, "sgd", sampling), data, jobs)
    starts = np.stack([network.initial(jax.random.wrap_key_data(one.initialisation))[0].weight for one in jobs])
    return np.abs(trained[0].weight - starts).max(axis=2) > 1e-5


def assert_poisson(used, rate):
    """Independent coin tosses: the mean, the spread of batch sizes, every row's rate, and pairs of rows."""
    members, rows = used.shape
    sizes = used.sum(axis=1)
    error = np.sqrt(rows * rate * (1 - rate))
    assert sizes.mean() == pytest.approx(rows * rate, abs=4 * error / np.sqrt(members))
    spread = sizes.var(ddof=1) / error**2 * (members - 1)
    assert stats.chi2.ppf(1e-5, members - 1) < spread < stats.chi2.ppf(1 - 1e-5, members - 1), "batch sizes"
    shares = used.mean(axis=0)
    worst = np.abs(shares - rate).max() / np.sqrt(rate * (1 - rate) / members)
    assert worst < stats.norm.isf(1e-5 / rows), "a row is preferred"
    together = (used[:, 1:] & used[:, :-1]).mean(axis=0)
    worst = np.abs(together - rate**2).max() / np.sqrt(rate**2 * (1 - rate**2) / members)
    assert worst < stats.norm.isf(1e-5 / rows), "neighbours are drawn together"


def test_training_uses_the_rows_that_the_accountant_counts():
    sampling = Sampling(ROWS, RATE, 1)
    assert_poisson(used_rows(sampling, MEMBERS), sampling.rate)


@pytest.mark.parametrize("wrong", ["shuffled", "rate"])
def test_another_sampler_is_noticed(wrong, monkeypatch):
    def shuffled(self, key, places):
        chosen = jnp.sort(jax.random.permutation(key, self.rows)[: int(self.expected)])
        return jnp.concatenate([chosen, jnp.full(places - len(chosen), self.rows)])

    def frequent(self, key, places):
        chance = jax.random.uniform(key, (self.rows,)) < 1.15 * self.rate
        return jnp.nonzero(chance, size=places, fill_value=self.rows)[0]

    sampling = Sampling(ROWS - 1, RATE, 1)  # a program of its own
    monkeypatch.setattr(Sampling, "draw", {"shuffled": shuffled, "rate": frequent}[wrong])
    with pytest.raises(AssertionError):
        assert_poisson(used_rows(sampling, MEMBERS + (wrong == "rate")), sampling.rate)


@pytest.mark.parametrize("rate", [0.001, 0.02, 0.3, 0.97])
def test_draws_are_increasing_and_have_the_rate(rate):
    sampling = Sampling(5000, rate, 10)
    keys = jax.random.split(jax.random.key(3), 400)
    found = np.asarray(jax.lax.map(lambda key: sampling.draw(key, sampling.places), keys))
    inside = found < sampling.rows
    gaps = np.diff(found, axis=1)
    assert (gaps[inside[:, 1:]] > 0).all()
    assert (found[~inside] == sampling.rows).all()
    sizes = inside.sum(axis=1)
    spread = np.sqrt(sampling.expected * (1 - rate))
    assert sizes.mean() == pytest.approx(sampling.expected, abs=4 * spread / 20)
    assert sizes.std() == pytest.approx(spread, rel=0.2)
    assert stats.kstest(found[inside] / sampling.rows, "uniform").pvalue > 1e-4


def test_every_step_with_full_batches_has_all_rows():
    found = Sampling(10, 1.0, 3).draw(jax.random.key(0), 16)
    assert found.tolist() == [*range(10), *[10] * 6]


@pytest.mark.parametrize("sampling", [Sampling(30_162, 256 / 30_162, 2340), Sampling(576, 0.5, 400)])
def test_no_run_sees_a_batch_without_room(sampling):
    over = stats.binom.sf(sampling.places, sampling.rows, sampling.rate) * sampling.steps
    assert over <= OVERFLOW
    assert sampling.places < sampling.rows


@pytest.mark.parametrize("rows,rate", [(30_162, 256 / 30_162), (576, 1.0), (60, 0.2), (16_000, 1.0), (5, 1.0)])
def test_parts_waste_few_places(rows, rate):
    sampling = Sampling(rows, rate, 100)
    size = sampling.part_rows(False)
    sizes = stats.binom.rvs(rows, rate, size=2000, random_state=0) if rate < 1 else np.array([rows])
    computed = -(-sizes // size) * size
    assert size % 8 == 0
    assert computed.mean() <= 1.25 * sampling.expected + 8
