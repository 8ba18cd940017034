"""The engine: devices, the choice between them, and a program that used JAX before."""

import os
import subprocess
import sys

import pytest

from interplay.engine import (
    BLOCK_BYTES,
    CORES,
    MEMORY,
    accelerated,
    block_bytes,
    cache_folder,
    compile_seconds,
    declared_memory,
    devices,
    jax,
    jnp,
    notice,
)
from interplay.errors import MachineError


def _python(script, **environment):
    clean = {name: value for name, value in os.environ.items() if name not in ("XLA_FLAGS", "INTERPLAY_DEVICE")}
    return subprocess.run(
        [sys.executable, "-c", script], env={**clean, **environment}, capture_output=True, text=True, timeout=120
    )


@pytest.mark.skipif(accelerated(), reason="counts virtual processor devices")
def test_every_core_is_a_device():
    done = _python("from interplay.engine import devices, CORES; print(len(devices()) == CORES)")
    assert done.stdout.strip() == "True", done.stderr


def test_nothing_is_lost_when_interplay_comes_first():
    assert notice() == ""
    assert len(devices()) >= 1


@pytest.mark.skipif(CORES < 2, reason="with one core nothing can be lost")
def test_what_is_lost_when_jax_was_in_use_before_is_said():
    script = "import jax; jax.devices()\nfrom interplay.engine import notice, devices\nprint(len(devices()), notice())"
    done = _python(script, INTERPLAY_DEVICE="cpu")
    assert done.stdout.startswith("1 JAX was in use before"), done.stderr
    assert "Import interplay first" in done.stdout


@pytest.mark.skipif(CORES < 2, reason="with one core there is one device anyhow")
def test_nothing_is_lost_when_jax_was_only_imported():
    done = _python("import jax\nfrom interplay.engine import notice, devices\nprint(len(devices()), repr(notice()))")
    assert done.stdout.strip() == f"{CORES} ''", done.stderr


def test_an_absent_gpu_is_refused_with_a_remedy():
    if accelerated():
        pytest.skip("there is one")
    done = _python("from interplay.engine import devices; devices()", INTERPLAY_DEVICE="gpu")
    assert "pip install 'jax[cuda" in done.stderr
    other = _python("from interplay.engine import devices; devices()", INTERPLAY_DEVICE="tpu-like")
    assert "auto, cpu or gpu" in other.stderr


def test_compiling_is_counted_apart():
    before = compile_seconds()
    jax.jit(lambda x: jnp.sin(x) + 41.5)(jnp.ones(3)).block_until_ready()
    assert compile_seconds() > before


def test_programs_are_kept_in_the_users_cache_folder():
    assert cache_folder().name == "programs"
    assert jax.config.jax_compilation_cache_dir == os.environ.get("JAX_COMPILATION_CACHE_DIR", str(cache_folder()))


def test_models_in_work_take_an_eighth_of_the_declared_memory_at_most(monkeypatch):
    monkeypatch.delenv(MEMORY, raising=False)
    assert declared_memory() is None
    assert block_bytes() == BLOCK_BYTES
    monkeypatch.setenv(MEMORY, "1.2")
    assert declared_memory() == 1_200_000_000
    assert block_bytes() == 150_000_000
    monkeypatch.setenv(MEMORY, "64")
    assert block_bytes() == BLOCK_BYTES, "more would only delay progress and interrupts"


@pytest.mark.parametrize("told", ["much", "-1", "0", "nan", "inf"])
def test_a_memory_that_is_no_size_is_refused(monkeypatch, told):
    monkeypatch.setenv(MEMORY, told)
    with pytest.raises(MachineError, match="a positive number of GB") as caught:
        declared_memory()
    assert caught.value.where == MEMORY
