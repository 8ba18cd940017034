"""Classifiers of skorch as estimators: what is checked of them, their seeds, weights and copies."""

import numpy as np
import pytest
from tests.measurement.worlds import bank

import interplay as ip
from interplay.auditing.prepare import prepare
from interplay.design.treatment import Treatment
from interplay.errors import RefusedCombination
from interplay.training.train import more_members

torch = pytest.importorskip("torch")
pytestmark = [
    pytest.mark.oracles,
    pytest.mark.filterwarnings("ignore"),  # skorch and PyTorch warn about their own insides
]

MODULES = "tests.oracles.modules"


def study(*interventions, factory="skorched", **model):
    return ip.Study(
        name="a bank",
        members=3,
        most_members=3,
        draws=50,
        data=ip.DataSection(source="frame", label="y", favourable=1),
        groups=ip.GroupsSection(attributes={"g": ip.GroupSection()}, minimum_rows=20),
        model=ip.ModelSection(kind="estimator", factory=f"{MODULES}:{factory}" if factory else "", **model),
        interventions=tuple(ip.InterventionSection(name=name) for name in interventions),
    )


def fitted(ready, *interventions, members=(0,)):
    return more_members(ready.training_setting(), Treatment(interventions), 1.0, list(members))


def test_a_classifier_of_skorch_holds_the_contract_and_leaves_the_programs_generator_alone(capsys):
    torch.manual_seed(7)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    ready = prepare(study(), bank(rows=400))
    stack = fitted(ready, members=range(2))
    assert torch.equal(torch.get_rng_state(), before) and torch.get_num_threads() == threads
    assert "train_loss" not in capsys.readouterr().out, "nobody reads every epoch of every model"
    rows = ready.encoded.matrix
    first, second = ready.family.scores(stack, rows)
    assert not np.array_equal(first, second), "members begin with parameters of their own"
    np.testing.assert_array_equal(ready.family.scores(fitted(ready), rows)[0], first)
    assert stack[0].fitted.model.module_.inner[0].weight.dtype == torch.float32
    again = ready.family.unpack(ready.family.pack(stack))
    np.testing.assert_array_equal(ready.family.scores(again, rows), [first, second])


def test_scores_are_the_logarithms_of_what_it_says_itself():
    ready = prepare(study(), bank(rows=400))
    (one,) = fitted(ready)
    rows = ready.encoded.matrix[:50].astype(np.float32)
    said = one.fitted.model.predict_proba(rows)
    np.testing.assert_allclose(np.exp(ready.family.scores((one,), rows)[0]), said, atol=1e-6)


def test_weights_are_refused_where_its_fit_takes_none_and_heard_where_it_does():
    with pytest.raises(RefusedCombination, match="NeuralNetClassifier takes no sample_weight"):
        prepare(study("reweighing"), bank(rows=400))
    ready = prepare(study("reweighing", factory="hearing"), bank(rows=400))
    plain, weighed = (fitted(ready, *each)[0] for each in ((), ("reweighing",)))
    assert plain.seen != weighed.seen


def test_noisy_copies_act_and_dp_sgd_is_refused_with_the_reason():
    ready = prepare(study("noisy_copies"), bank(rows=400))
    assert fitted(ready)[0].seen != fitted(ready, "noisy_copies")[0].seen
    with pytest.raises(RefusedCombination, match="trained by their own library"):
        prepare(study("dp_sgd"), bank(rows=400))


def test_a_given_one_is_cloned_and_audited(tmp_path):
    from tests.oracles.modules import skorched

    given, frame = skorched(7, iterator_valid__batch_size=-1), bank(rows=200)
    audit = ip.run(study("split_conformal", factory=""), tmp_path, frame=frame, network=given).content
    assert not given.initialized_, "the classifier of the user is never fitted"
    assert "NeuralNetClassifier on 7 columns" in str(audit["methods"]["statements"])
    measured = {each["name"] for each in audit["metrics"] if any(value["mean"] is not None for value in each["values"])}
    assert {"robust_accuracy", "membership_risk", "coverage"} <= measured
