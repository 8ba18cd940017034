# Two commands for a newcomer: `make demo` and `make test`. Everything is set up in .venv on first use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1

.PHONY: docs demo test slow oracles bench calibrate controls defaults lint clean

demo: $(VENV)/demo
	$(BIN)/interplay run examples/mortgage.toml

test: $(VENV)/dev lint
	$(BIN)/pytest -q -n auto --maxprocesses 4 --dist loadfile

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

slow: $(VENV)/dev
	$(BIN)/pytest -q -m slow

oracles: .venv-oracles/ready
	.venv-oracles/bin/pytest -q -m oracles tests/oracles

bench: .venv-bench/ready
	.venv-bench/bin/python -m benchmarks

docs: $(VENV)/dev
	$(BIN)/python -m mkdocs build --strict

calibrate: $(VENV)/dev
	$(BIN)/python -m benchmarks.calibration

controls: $(VENV)/dev
	$(BIN)/python -m benchmarks.controls

defaults: $(VENV)/dev
	$(BIN)/python -m benchmarks.defaults

$(VENV)/python:
	$(PYTHON) -c 'import sys; sys.exit("interplay needs Python 3.11 or newer, found " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	touch $@

$(VENV)/demo: $(VENV)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[demo]"
	touch $@

$(VENV)/dev: $(VENV)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[dev,demo]"
	touch $@ $(VENV)/demo

.venv-oracles/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-oracles
	.venv-oracles/bin/python -m pip install --quiet --upgrade pip
	.venv-oracles/bin/python -m pip install --quiet -c constraints.txt -e ".[oracles]"
	touch $@

.venv-bench/ready: pyproject.toml constraints.txt benchmarks/requirements.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --upgrade pip
	.venv-bench/bin/python -m pip install --quiet -c constraints.txt -r benchmarks/requirements.txt -e .
	touch $@

clean:
	rm -rf $(VENV) .venv-oracles .venv-bench .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
