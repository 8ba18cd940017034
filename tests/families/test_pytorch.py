"""What is known of PyTorch where it is not installed or not loaded, and what a factory is given."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from tests.measurement.worlds import bank

import interplay as ip
from interplay.auditing.prepare import prepare
from interplay.errors import InterplayError, StudyError
from interplay.families import families
from interplay.families._factory import factory
from interplay.families._pytorch import asked, is_module, seeded, single_thread
from interplay.interventions.adversarial_training import AdversarialTraining
from interplay.interventions.dp_sgd import DpSgd
from interplay.interventions.group_clipping import GroupClipping
from interplay.interventions.longer_dp_sgd import LongerDpSgd
from interplay.interventions.noise_only import NoiseOnly
from interplay.interventions.noisy_copies import NoisyCopies
from interplay.interventions.reweighing import Reweighing
from interplay.interventions.shorter_training import ShorterTraining
from interplay.study.load import load

EXAMPLE = Path(__file__).parents[2] / "examples" / "torch.toml"


def _asked(kind, **model):
    return ip.Study(
        name="a bank",
        members=3,
        data=ip.DataSection(source="frame", label="y", favourable=1),
        model=ip.ModelSection(kind=kind, **model),
    )


def test_without_pytorch_a_study_of_modules_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(InterplayError, match="the package torch") as refused:
        prepare(_asked("torch", factory="mymodel:make"), bank(rows=200))
    assert "pip install 'interplay[torch]'" in refused.value.remedy


def test_finding_the_families_loads_no_pytorch():
    code = "import sys; from interplay.families import families; families(); print('torch' in sys.modules)"
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_factory_is_given_the_sizes_that_it_cannot_do_without():
    sizes = {"columns": 7, "classes": 2}
    for called, wanted in (
        ("wants_both", {"columns": 7, "classes": 2}),
        ("wants_one", {"classes": 2}),
        ("has_a_default", {}),
        ("takes_anything", {}),
    ):
        assert factory(f"tests.families.factories:{called}", {}, None, sizes)() == wanted, called
    declared = factory("tests.families.factories:wants_both", {"columns": 3}, None, sizes)
    assert declared() == {"columns": 3, "classes": 2}
    assert "columns" in declared.identity and "wants_both" in declared.identity


def test_an_estimator_may_ask_for_the_number_of_its_columns():
    for inputs, columns in (("encoded", 9), ("table", 6)):
        asked_for = _asked("estimator", factory="tests.families.factories:sized", inputs=inputs)
        with pytest.raises(StudyError, match=f"{columns} columns and 2 classes"):
            prepare(asked_for, bank(rows=200))


def test_the_example_is_a_study_whose_module_lies_beside_it():
    declared = load(EXAMPLE)
    module, _, name = declared.model.factory.partition(":")
    assert declared.model.kind == "torch" and f"def {name}(" in EXAMPLE.with_name(f"{module}.py").read_text()


def test_what_can_act_on_a_module():
    family = families()["torch"]
    by_class = SimpleNamespace(admits=lambda one: family.admits(None, one))
    for able in (DpSgd(), LongerDpSgd(), Reweighing(), ShorterTraining(), NoisyCopies()):
        assert by_class.admits(able), able.name
    for unable in (AdversarialTraining(), GroupClipping(), NoiseOnly()):
        assert not by_class.admits(unable), unable.name


class _Generator:
    """As much of PyTorch as has a generator and threads."""

    def __init__(self):
        self.state, self.threads = 5, 4

    def loaded(self):
        torch, generator = ModuleType("torch"), self

        class Forked:
            def __init__(self, devices):
                self.devices = list(devices)

            def __enter__(self):
                self.before = generator.state

            def __exit__(self, *_):
                generator.state = self.before

        torch.random = SimpleNamespace(fork_rng=Forked)
        torch.cuda = SimpleNamespace(device_count=lambda: 0)
        torch.nn = SimpleNamespace(Module=_Module)
        torch.manual_seed = lambda seed: setattr(generator, "state", seed)
        torch.get_num_threads = lambda: generator.threads
        torch.set_num_threads = lambda count: setattr(generator, "threads", count)
        return torch


class _Module:
    pass


def test_what_is_drawn_and_how_many_threads_there_are_is_as_it_was(monkeypatch):
    generator = _Generator()
    monkeypatch.setitem(sys.modules, "torch", generator.loaded())
    with single_thread():
        with seeded(9):
            assert (generator.state, generator.threads) == (9, 1)
            generator.state = 10
        assert (generator.state, generator.threads) == (5, 1)
    assert (generator.state, generator.threads) == (5, 4)
    with pytest.raises(ZeroDivisionError), seeded(9):
        raise ZeroDivisionError
    assert (generator.state, generator.threads) == (5, 4)
    assert is_module(_Module()) and not is_module(generator)


def test_only_a_classifier_of_pytorch_is_kept_from_the_programs_generator(monkeypatch):
    generator = _Generator()
    monkeypatch.setitem(sys.modules, "torch", generator.loaded())
    of_skorch = type("Net", (), {"__module__": "skorch.classifier"})()
    for model, after in ((of_skorch, 5), (SimpleNamespace(steps=[("last", of_skorch)]), 5), (object(), 8)):
        generator.state = 5
        with asked(model):
            generator.state = 8
        assert (generator.state, generator.threads) == (after, 4)
