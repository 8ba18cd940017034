"""The engine: devices, the choice between them, and a program that used JAX before."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from interplay import engine
from interplay.engine import (
    BLOCK_BYTES,
    CORES,
    IN_FLIGHT,
    LOADED,
    MEMORY,
    accelerated,
    block_bytes,
    cache_folder,
    compile_seconds,
    declared_memory,
    devices,
    jax,
    jnp,
    make_room,
    notice,
    workers,
)
from interplay.errors import MachineError


def _python(script, **environment):
    clean = {name: value for name, value in os.environ.items() if name not in ("XLA_FLAGS", "INTERPLAY_DEVICE")}
    return subprocess.run(
        [sys.executable, "-c", script], env={**clean, **environment}, capture_output=True, text=True, timeout=120
    )


@pytest.mark.skipif(accelerated(), reason="counts threads of a processor")
def test_every_core_has_a_thread_and_threads_share_a_device_while_it_takes_their_calls():
    assert len(workers()) == CORES
    assert len(set(workers())) == -(-CORES // IN_FLIGHT)


@pytest.mark.skipif(accelerated(), reason="counts virtual processor devices")
def test_more_cores_than_a_device_takes_calls_get_another_device():
    script = "import os; os.sched_getaffinity = lambda _: range(70)\n"
    script += (
        "from interplay.engine import devices, workers\nprint(len(devices()), len(workers()), len(set(workers())))"
    )
    done = _python(script)
    assert done.stdout.strip() == "3 70 3", done.stderr


@pytest.mark.skipif(accelerated(), reason="accelerators take no memory mappings")
def test_programs_are_unloaded_before_the_system_refuses_to_map_more(monkeypatch):
    program = jax.jit(lambda x: jnp.cos(x) - 17.25)
    expected = program(jnp.ones(3))
    monkeypatch.setattr(engine, "_loaded", LOADED)
    make_room()
    assert program._cache_size() == 1, "there is room"
    monkeypatch.setattr(engine, "_most_mappings", lambda: 1)
    make_room()
    assert program._cache_size() == 1, "mappings are counted once in a while"
    monkeypatch.setattr(engine, "_loaded", LOADED)
    make_room()
    assert program._cache_size() == 0
    assert (program(jnp.ones(3)) == expected).all()


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux tells")
def test_programs_take_mappings_and_give_them_back():
    script = """
import gc
from interplay import engine
from interplay.engine import jax, jnp
kept = [jax.jit(lambda x, n=n: jnp.fft.fft(jnp.sort(jnp.sin(x) * n)).real.sum()) for n in range(40)]
jax.jit(jnp.sin)(jnp.ones(8))
before = engine._mappings()
for one in kept: one(jnp.ones(8))
loaded = engine._mappings()
engine._most_mappings = lambda: loaded
engine.make_room(); gc.collect()
print(loaded - before > 40, engine._mappings() - before < (loaded - before) / 2)
"""
    assert _python(script).stdout.split() == ["True", "True"], _python(script).stderr


def test_nothing_is_lost_when_interplay_comes_first():
    assert notice() == ""
    assert len(devices()) >= 1


def test_what_is_lost_when_jax_was_in_use_before_is_said():
    script = "import jax; jax.devices()\nfrom interplay.engine import notice, workers\nprint(len(workers()), notice())"
    done = _python(script, INTERPLAY_DEVICE="cpu")
    assert done.stdout.startswith(f"{CORES} JAX was in use before"), done.stderr
    assert "Import interplay first" in done.stdout


def test_nothing_is_lost_when_jax_was_only_imported():
    done = _python("import jax\nfrom interplay.engine import notice, workers\nprint(len(workers()), repr(notice()))")
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
