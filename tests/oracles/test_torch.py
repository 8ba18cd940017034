"""Modules of PyTorch: the laws of families, training against our own networks, Opacus, attacks, and what is refused."""

from typing import ClassVar

import jax
import numpy as np
import pytest
from tests.measurement.worlds import bank

import interplay as ip
from interplay import accounting, streams
from interplay.auditing.confirm import confirm
from interplay.auditing.given import given as given_table
from interplay.auditing.given import study_of
from interplay.auditing.prepare import prepare
from interplay.design.treatment import Treatment
from interplay.engine import jnp
from interplay.errors import ModelError, RefusedCombination, StudyError
from interplay.estimates import NotMeasurable
from interplay.evidence import AdversarialScores, Distances
from interplay.exhibits import Memo, refitted
from interplay.families import Order, budget
from interplay.models.dense import Dense
from interplay.models.network import Examples
from interplay.testing.family_suite import FamilySuite
from interplay.training.train import more_members

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracles

MODULES = "tests.oracles.modules"


class TestLinearModules(FamilySuite):
    kind = "torch"
    model: ClassVar[dict[str, str]] = {"factory": f"{MODULES}:linear"}


class TestLazyModulesWithAdam(FamilySuite):
    kind = "torch"
    model: ClassVar[dict[str, str]] = {"factory": f"{MODULES}:lazy", "optimiser": "adam", "batch_size": 32}

    test_gradients_are_those_of_the_log_probabilities = None  # a network with corners has none at some rows


class TestModulesOfOneScore(FamilySuite):
    kind = "torch"
    model: ClassVar[dict[str, str]] = {"factory": f"{MODULES}:single"}

    test_gradients_are_those_of_the_log_probabilities = None


def study(*interventions, members=3, groups=True, factory="perceptron", parameters=None, **model):
    own = {"steps": 60, "learning_rates": (0.1,), **model}
    return ip.Study(
        name="a bank",
        members=members,
        most_members=members,
        draws=50,
        data=ip.DataSection(source="frame", label="y", favourable=1),
        groups=ip.GroupsSection(attributes={"g": ip.GroupSection()} if groups else {}, minimum_rows=20),
        model=ip.ModelSection(kind="torch", factory=f"{MODULES}:{factory}" if factory else "", **own),
        interventions=tuple(
            ip.InterventionSection(name=name, parameters=(parameters or {}).get(name, {})) for name in interventions
        ),
    )


def trained(ready, *interventions, rate=0.1, secret=False):
    treatment, half = Treatment(interventions), ready.design.halves[0]
    order = Order(treatment, rate, half, 0, "member", secret)
    return ready.family.train(ready.training_setting(), [order])[0]


def control_of(ready, members=3):
    return refitted(ready.setting(), more_members(ready.training_setting(), Treatment(), 0.1, range(members)))


class Fixed(torch.nn.Module):
    """A perceptron that begins with given parameters."""

    def __init__(self, parameters):
        super().__init__()
        self.given = parameters
        self.first, self.last = (torch.nn.Linear(*layer.weight.shape) for layer in parameters)
        self.reset_parameters()

    def reset_parameters(self):
        for own, layer in zip((self.first, self.last), self.given, strict=True):
            own.weight.data = torch.tensor(np.asarray(layer.weight).T.copy())
            own.bias.data = torch.tensor(np.asarray(layer.bias))

    def forward(self, rows):
        return self.last(torch.relu(self.first(rows)))

    def __repr__(self):
        return "Fixed"


def twins(*interventions, optimiser="sgd", weight_decay=0.0, parameters=None):
    """One network of ours and the same as a module, both trained by their family on the same rows in full batches."""
    frame = bank(rows=400)
    settings = {"optimiser": optimiser, "weight_decay": weight_decay, "steps": 40, "hidden": (8,)}
    ours = study(*interventions, parameters=parameters, factory="", **settings)
    ours = ours.model_copy(update={"model": ours.model.model_copy(update={"kind": "network"})})
    here = prepare(ours, frame)
    network = Dense((len(here.encoded.columns), 8, 2))
    words = streams.key_data(here.design.study.seed, "member initialisation", member=0)
    first = network.initial(jax.random.wrap_key_data(jnp.asarray(words)))
    there = prepare(study(*interventions, parameters=parameters, factory="", **settings), frame, network=Anew(first))
    treatment, half = Treatment(interventions), here.design.halves[0]
    order = Order(treatment, 0.1, half, 0, "member")
    scores = [
        ready.family.scores(ready.family.train(ready.training_setting(), [order]), ready.encoded.matrix)[0]
        for ready in (here, there)
    ]
    return (*(np.diff(each, axis=1)[:, 0] for each in scores), here, first)


class Anew(Fixed):
    """The same, whose layers keep what they are given when they are drawn anew."""

    def __init__(self, parameters):
        super().__init__(parameters)
        for own in (self.first, self.last):
            own.reset_parameters = self.reset_parameters


@pytest.mark.parametrize(
    ("interventions", "settings"),
    [
        ((), {}),
        ((), {"optimiser": "adam", "weight_decay": 0.01}),
        (("reweighing",), {}),
        (("reduction",), {}),
        (("clipping_only",), {}),
    ],
)
def test_a_module_is_trained_as_our_network_is(interventions, settings):
    there, ours, *_ = twins(*interventions, **settings)
    assert np.ptp(ours) > 1
    np.testing.assert_allclose(there, ours, atol=2e-3)
    assert np.abs(there - ours).mean() < 2e-4


def test_noise_is_the_multiplier_times_the_norm_over_the_batch():
    loud = {"dp_sgd": {"noise_multiplier": 50.0, "max_grad_norm": 0.01, "privacy_delta": 1e-5}}
    ready = prepare(study("dp_sgd", parameters=loud, steps=1, weight_decay=0.0), bank(rows=400))
    quiet = prepare(
        study("clipping_only", parameters={"clipping_only": {"max_grad_norm": 0.01}}, steps=1), bank(rows=400)
    )
    noisy, plain = (trained(*each, rate=1.0).state for each in ((ready, "dp_sgd"), (quiet, "clipping_only")))
    noise = np.concatenate([(noisy[name] - plain[name]).ravel() for name in noisy])
    assert noise.std() == pytest.approx(50.0 * 0.01 / ready.design.half, rel=0.15)
    assert abs(noise.mean()) < 0.3 * noise.std()


def test_the_budget_is_that_of_opacus_accountant_for_what_was_run_and_noise_is_solved_for_once(monkeypatch):
    from opacus.accountants import PRVAccountant

    calls, plain = [], accounting._sampled_noise
    accounting.noise_for.cache_clear()
    monkeypatch.setattr(accounting, "_sampled_noise", lambda *given: calls.append(given) or plain(*given))
    ready, private = prepare(study("dp_sgd", batch_size=40, steps=20), bank(rows=400)), Treatment(("dp_sgd",))
    more_members(ready.training_setting(), private, 0.1, range(3))
    spent, schedule = budget(ready.design, private), ready.design.schedule_of(private)
    assert len(calls) == 1, "whatever the number of members"

    job = ready.family._job(ready.training_setting(), Order(private, 0.1, ready.design.halves[0], 0, "member"))
    assert job.clipping.noise_multiplier == spent.noise_multiplier and job.schedule == schedule
    sizes = [len(job.batch()) for _ in range(400)]
    assert np.mean(sizes) == pytest.approx(schedule.expected, rel=0.05)
    assert np.std(sizes) == pytest.approx(np.sqrt(schedule.expected * (1 - schedule.rate)), rel=0.2), "Poisson's"
    theirs = PRVAccountant()
    theirs.history = [(spent.noise_multiplier, schedule.rate, schedule.steps)]
    assert spent.privacy_epsilon == pytest.approx(theirs.get_epsilon(delta=spent.privacy_delta), abs=0.05)
    assert spent.privacy_epsilon <= 8.0


@pytest.mark.filterwarnings("ignore:Full backward hook is firing")
def test_copies_of_a_row_are_clipped_as_one():
    """Opacus' sum for copies against the network's own, which averages the copies of a record before clipping."""
    from interplay.families.torch.private import Clipping, PrivateGradient

    chance = np.random.default_rng(0)
    inputs, labels = chance.normal(size=(20, 3, 5)).astype(np.float32), chance.integers(0, 2, 20)
    network = Dense((5, 8, 2))
    first = network.initial(jax.random.key(0))
    examples = Examples(jnp.asarray(inputs), jnp.asarray(labels), jnp.ones(20))
    ours, norms = network.clipped_sum(first, examples, 1.0)
    assert 0.05 < float((norms > 1.0).mean()) < 1.0
    module = Fixed(first)
    parameters = list(module.parameters())
    private = PrivateGradient(module.train(), parameters, Clipping(1.0, 0.0, np.random.default_rng(0)))
    losses = torch.nn.functional.cross_entropy(
        module(torch.tensor(inputs).flatten(0, 1)), torch.tensor(labels).repeat_interleave(3), reduction="none"
    )
    losses.reshape(20, 3).mean(dim=1).sum().backward()
    private.release(20)
    theirs = [parameter.grad.numpy() for parameter in parameters]
    expected = [part for layer in ours for part in (np.asarray(layer.weight).T, np.asarray(layer.bias))]
    for here, there in zip(theirs, expected, strict=True):
        np.testing.assert_allclose(here, there, atol=2e-5)


def test_an_empty_batch_is_noise_alone():
    ready = prepare(study("dp_sgd", batch_size=1, steps=30, learning_rate=0.1), bank(rows=400))
    assert all(np.isfinite(array).all() for array in trained(ready, "dp_sgd").state.values())


def test_a_layer_that_no_score_depends_on_does_not_stop_clipping():
    ready = prepare(study("dp_sgd", factory="Idle", steps=3), bank(rows=400))
    assert np.isfinite(trained(ready, "dp_sgd").state["used.weight"]).all()


def test_secret_noise_and_batches_are_drawn_anew_and_the_rest_follows_from_the_seed():
    ready = prepare(study("dp_sgd", batch_size=50, steps=5), bank(rows=400))
    first, second, known, again = (trained(ready, "dp_sgd", secret=each).state for each in (True, True, False, False))
    name = next(iter(first))
    assert not np.array_equal(first[name], second[name]) and not np.array_equal(first[name], known[name])
    np.testing.assert_array_equal(known[name], again[name])
    job = ready.family._job(
        ready.training_setting(), Order(Treatment(("dp_sgd",)), 0.1, ready.design.halves[0], 0, "member", True)
    )
    assert not np.array_equal(job.batches.random(5), streams.generator(0, "member batches", member=0).random(5))


def test_members_differ_and_the_programs_own_generator_and_threads_are_left_alone():
    torch.manual_seed(7)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    ready = prepare(study(factory="perceptron", options={"dropout": 0.2}), bank(rows=400))
    stack = more_members(ready.training_setting(), Treatment(), 0.1, range(2))
    assert torch.equal(torch.get_rng_state(), before) and torch.get_num_threads() == threads
    first, second = (each.state["0.weight"] for each in stack)
    assert not np.array_equal(first, second)


def test_noisy_copies_and_weights_change_the_model():
    ready = prepare(study("reweighing", "noisy_copies"), bank(rows=400))
    plain, *others = (trained(ready, *each).state["0.weight"] for each in ((), ("reweighing",), ("noisy_copies",)))
    assert all(not np.array_equal(plain, other) for other in others)


def test_the_last_hidden_layer_is_told_where_there_is_one(attacked):
    ready, members = attacked
    rows = ready.encoded.matrix[:20].astype(np.float32)
    units = members.activations(rows)
    for member in range(3):
        state = members.model(member).state
        scores = units[member] @ state["3.weight"].T + state["3.bias"]
        np.testing.assert_allclose(scores, members.model(member).scores(rows), atol=1e-5)
    without = control_of(prepare(study(factory="linear", steps=2), bank(rows=400)), 1)
    assert isinstance(without.activations(rows), NotMeasurable)


def test_what_is_released_is_read_by_the_module_itself():
    ready = prepare(study(), bank(rows=400))
    stack = more_members(ready.training_setting(), Treatment(), 0.1, range(2))
    module = ready.family.recipe.untrained(5)
    module.load_state_dict({name: torch.tensor(each) for name, each in ready.family.released(stack, 1).items()})
    rows = ready.encoded.matrix[:30].astype(np.float32)
    with torch.no_grad():
        found = module.eval()(torch.tensor(rows)).numpy()
    np.testing.assert_allclose(found, ready.family.scores(stack, rows)[1], atol=1e-6)


def test_statistics_of_batches_are_kept_with_the_parameters():
    ready = prepare(study(factory="normalised"), bank(rows=400))
    family, stack = ready.family, more_members(ready.training_setting(), Treatment(), 0.1, range(2))
    again = family.unpack(family.pack(stack))
    np.testing.assert_array_equal(
        family.scores(again, ready.encoded.matrix), family.scores(stack, ready.encoded.matrix)
    )
    assert stack[0].state["1.num_batches_tracked"] == 60


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("probabilities", "as probabilities are"),
        ("rows together", "follow from that row alone"),
        ("another answer", "the same answer when asked twice"),
        ("not finite", "finite scores"),
        ("three scores", r"tensor of shape \(64, 2\), found Tensor of shape \(64, 3\)"),
    ],
)
def test_a_module_with_a_fault_is_refused_with_what_is_wrong(fault, words):
    with pytest.raises(ModelError, match=words) as refused:
        prepare(study(factory="faulty", options={"fault": fault}), bank(rows=400))
    assert refused.value.where == "Faulty" and refused.value.remedy


def test_one_without_a_fault_is_taken_and_one_that_does_not_fit_is_refused():
    ready = prepare(study(factory="faulty", options={"fault": ""}), bank(rows=400))
    assert ready.family.words.startswith("Faulty, a module of PyTorch: 16 parameters, on 7 columns")
    with pytest.raises(ModelError, match="rows of 7 columns and 2 classes") as refused:
        prepare(study(factory="narrow"), bank(rows=400))
    assert "`columns`" in refused.value.remedy


@pytest.mark.parametrize(
    ("factory", "options", "words"),
    [
        ("normalised", {}, "BatchNorm1d at '1'"),
        ("faulty", {"fault": "rows together in training"}, "rows beside it in training"),
    ],
)
def test_what_cannot_be_made_private_is_refused_by_name(factory, options, words):
    assert prepare(study(factory=factory, options=options), bank(rows=400)), "without dp_sgd it is trained"
    with pytest.raises(RefusedCombination, match=words) as refused:
        prepare(study("dp_sgd", factory=factory, options=options), bank(rows=400))
    assert "take out 'dp_sgd'" in refused.value.remedy


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("group_clipping", "does not clip the gradients of all rows to one norm"),
        ("noise_only", "does not clip the gradients of all rows to one norm"),
        ("adversarial_training", "inside the compiled steps of networks"),
        ("trades", "inside the compiled steps of networks"),
        ("parity_penalty", "inside the compiled steps of networks"),
        ("own", "takes the place of a library's fit"),
    ],
)
def test_what_cannot_act_is_refused_with_the_reason_and_what_there_is_instead(name, why):
    own = {"call": "tests.families.own_fits:linear", "aspects": ["privacy"], "reference": "nobody, 2026"}
    own["serves"] = [{"metric": "membership_risk"}]
    with pytest.raises(RefusedCombination, match=why) as refused:
        prepare(study(name, parameters={name: own if name == "own" else {}}), bank(rows=400))
    if name in ("adversarial_training", "trades"):
        assert "noisy_copies" in refused.value.remedy
    if name == "group_clipping":
        assert "dp_sgd" in refused.value.remedy


def test_kinds_that_were_mixed_up_are_refused_with_the_right_one():
    with pytest.raises(StudyError, match=r"kind = .estimator."):
        prepare(study(factory="skorched"), bank(rows=400))
    wrong = study()
    wrong = wrong.model_copy(update={"model": wrong.model.model_copy(update={"kind": "estimator"})})
    with pytest.raises(StudyError, match=r"kind = .torch."):
        prepare(wrong, bank(rows=400))
    with pytest.raises(StudyError, match="encoded columns"):
        prepare(study(inputs="table"), bank(rows=400))


def test_a_given_module_begins_with_parameters_of_its_own_for_every_member_or_is_refused():
    from tests.oracles.modules import Own, perceptron

    given = perceptron(7, 2)
    before = {name: value.clone() for name, value in given.state_dict().items()}
    ready = prepare(study(factory=""), bank(rows=400), network=given)
    first, second = (ready.family.recipe.untrained(seed).state_dict()["0.weight"] for seed in (0, 1))
    assert not torch.equal(first, second) and not torch.equal(first, before["0.weight"])
    assert all(torch.equal(value, before[name]) for name, value in given.state_dict().items())
    with pytest.raises(ModelError, match=r"Own, which has parameters and no reset_parameters"):
        prepare(study(factory=""), bank(rows=400), network=Own(7, 2))


@pytest.fixture(scope="module")
def attacked():
    """Perceptrons as modules."""
    ready = prepare(study(steps=150), bank(rows=600))
    return ready, control_of(ready)


def test_an_attack_along_gradients_finds_what_a_search_finds(attacked):
    ready, members = attacked
    memo = Memo(members, ready.setting())
    moved = memo.ask(AdversarialScores)
    assert isinstance(moved, AdversarialScores) and moved.checks is not None
    assert moved.checks.by_gradient <= moved.checks.by_search + 0.01 and not moved.checks.masked
    labels = ready.dataset.labels[moved.rows]
    clean = (members.log_probabilities(ready.encoded.matrix[moved.rows]).argmax(axis=2) == labels).mean()
    assert (moved.log_probabilities.argmax(axis=2) == labels).mean() < clean - 0.05


def test_on_a_linear_module_the_exact_worst_row_and_distance_are_found():
    ready = prepare(study(factory="linear"), bank(rows=600))
    members, setting = control_of(ready), ready.setting()
    memo = Memo(members, setting)
    moved, near = memo.ask(AdversarialScores), memo.ask(Distances)
    inputs, labels = setting.encoded.matrix[moved.rows], setting.dataset.labels[moved.rows]
    reach = setting.attack.radius * np.asarray(setting.attack.threat.movable)
    low, high = (np.asarray(edge) for edge in (setting.attack.threat.lower, setting.attack.threat.upper))
    for member in range(3):
        state = members.model(member).state
        slopes = members.scale[member] * np.diff(state["weight"], axis=0)[0]
        shift = members.scale[member] * np.diff(state["bias"])[0] + np.diff(members.intercepts[member])[0]
        worst = np.clip(
            inputs - np.sign(np.where(labels == 1, 1.0, -1.0)[:, None] * slopes) * reach,
            np.minimum(inputs, low),
            np.maximum(inputs, high),
        )
        np.testing.assert_allclose(moved.margins[member], worst @ slopes + shift, atol=1e-3)
        rows = setting.encoded.matrix[near.rows]
        exact = np.abs(rows @ slopes + shift) / np.abs(slopes[setting.encoded.movable]).sum()
        inside = exact < 0.5
        gap = near.distances[member][inside] - exact[inside]
        assert gap.min() > -1e-3 and (gap < 0.03).mean() > 0.98


def test_with_three_labels_attacks_at_cuts_are_on_the_decision():
    from interplay.attacks.thresholded import Favourable
    from interplay.families.estimator.adversary import _at_cuts as by_numbers
    from interplay.families.torch.adversary import _at_cuts, _excess

    chance = np.random.default_rng(0)
    scores, cuts, labels = chance.normal(size=(50, 3)), chance.normal(size=50), chance.integers(0, 3, 50)
    favourable = Favourable(1, 3)
    here = _at_cuts(torch.tensor(scores), favourable, torch.tensor(cuts))
    np.testing.assert_allclose(here, by_numbers(lambda rows: scores, favourable, cuts)(scores), rtol=1e-12)
    from interplay.attacks.reach import excess

    np.testing.assert_allclose(_excess(here, torch.tensor(labels)), excess(here.numpy(), labels), rtol=1e-12)


class Deployed(torch.nn.Module):
    """A module with what was done to the numbers of the table before it, and a softmax behind it."""

    def __init__(self, parts, module):
        super().__init__()
        self.module = module
        for name in ("mean", "deviation"):
            self.register_buffer(name, torch.tensor([getattr(part, name) for part in parts], dtype=torch.float32))

    def forward(self, rows):
        return self.module((rows - self.mean) / self.deviation).softmax(dim=1)


@pytest.mark.filterwarnings("ignore")  # the exporter that needs no other package is said to be the old one
def test_the_same_module_as_a_file_of_onnx_gives_the_same_scores(tmp_path):
    frame = bank(rows=600).drop(columns="c")
    ready = prepare(study(), frame)
    stack = more_members(ready.training_setting(), Treatment(), 0.1, range(1))
    assert not any(part.logarithmic or part.indicator for part in ready.encoded.parts)
    path, rows = tmp_path / "model.onnx", torch.zeros(2, 4)
    torch.onnx.export(
        Deployed(ready.encoded.parts, stack[0].module).eval(),
        (rows,),
        str(path),
        dynamo=False,
        input_names=["rows"],
        output_names=["probabilities"],
        dynamic_axes={"rows": {0: "n"}, "probabilities": {0: "n"}},
    )
    given = study(factory="", path=str(path), classes=("0", "1"))
    given = given.model_copy(
        update={"members": None, "most_members": None, "model": given.model.model_copy(update={"kind": "fitted"})}
    )
    fitted = prepare(given, frame)
    there = fitted.family.scores((fitted.family.model,), fitted.encoded.matrix)[0]
    here = torch.tensor(ready.family.scores(stack, ready.encoded.matrix)[0]).log_softmax(dim=1).numpy()
    assert np.abs(here - there).max() < 1e-5 and np.ptp(here) > 1


def test_from_a_module_to_an_audit_and_to_a_model_for_deployment_whose_noise_is_secret(tmp_path):
    from safetensors.torch import load_file
    from tests.oracles.modules import perceptron

    frame = bank(rows=600)
    given, asked = (frame.drop(columns=["y", "g"]), frame["y"]), ["dp_sgd", "split_conformal"]
    declared = {
        "members": 3,
        "most_members": 3,
        "draws": 50,
        "model": {"steps": 40, "learning_rates": [0.3]},
        "limits": [{"metric": "privacy_budget", "at_most": 9.0}],
        "priorities": {"set_by": "the board"},
    }
    module = perceptron(7, 2)
    audit = ip.audit(module, *given, favourable=1, interventions=asked, runs=tmp_path, quiet=True, **declared).content
    assert "Trained is this module: Sequential, a module of PyTorch" in str(audit["methods"]["statements"])
    spent = {each["name"]: each["privacy"] for each in audit["treatments"]}
    assert spent["control"] is None and 0 < spent["dp_sgd"]["epsilon"] <= 8.0
    measured = {each["name"] for each in audit["metrics"] if any(value["mean"] is not None for value in each["values"])}
    assert {"robust_accuracy", "membership_risk", "coverage"} <= measured
    assert audit["decision"]["treatment"].startswith("dp_sgd")

    table = given_table(*given)
    study = study_of(table, 1, asked, declared, kind="torch")
    done = confirm(study, tmp_path, frame=table.frame, network=module, secret_noise=True)
    assert done["secret_noise"] and done["privacy"]["epsilon"] <= 8.0
    (described,) = tmp_path.glob("*/deployable.json")
    assert "PCG64" in described.read_text()
    perceptron(7, 2).load_state_dict(load_file(described.with_suffix(".safetensors")))
