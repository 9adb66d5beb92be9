# Every target makes its own virtual environment and installs what it needs into it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: install demo test check docs format clean
.DELETE_ON_ERROR:

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

$(VENV)/torch: constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info[:2] < (3, 14) else "Python 3.11 to 3.13 is needed, this is " + sys.version.split()[0] + ": call make with PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) torch
	@touch $@

$(VENV)/installed: $(VENV)/torch pyproject.toml
	$(PIP) --editable '.[test,dev]'
	@touch $@

install: $(VENV)/torch ## what running needs, and nothing of what tests need
	$(PIP) --editable .

demo: $(VENV)/installed ## the whole platform on this machine, fed by a simulator
	$(BIN)/elec demo

# A file is always in one worker: what its tests share is made once. Three workers for two cores, for the tests of
# crashes and time-outs mostly wait; more would keep each other waiting until browsers run out of patience.
PYTEST := $(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

DOCS := NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --clean

test: $(VENV)/installed ## every test, the longest too, on a real PostgreSQL
	$(PYTEST)

check: $(VENV)/installed ## what CI would say: style, types, Dockerfile, documentation, all tests but the longest
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/hadolint Dockerfile
	$(DOCS)
	$(PYTEST) -m 'not long'

docs: $(VENV)/installed ## the documentation, in build/site
	$(DOCS)

format: $(VENV)/installed
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache
