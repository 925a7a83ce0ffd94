# The one front door: whatever CI runs, `make check` runs. `make` alone lists the targets.
# On a machine that may lack Debian packages, say `sh bootstrap TARGET` instead of `make TARGET`.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.SUFFIXES:

# An active virtual environment is used, otherwise .venv is made.
VENV := $(or $(VIRTUAL_ENV),.venv)
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
export UV_LINK_MODE := copy

RUN_STAMP := $(VENV)/.pellucid-run
DEV_STAMP := $(VENV)/.pellucid-dev
FUZZ_STAMP := $(VENV)/.pellucid-fuzz
SAMPLE := .work/sample/router-sample.bin

DATA ?= .work/data
PORT ?= 8080
TESTS ?= tests
JOBS ?= 2
SECONDS ?= 600
ONLY ?=
GROWN ?=

.PHONY: help
help:  ## list the targets
	@awk -F ':.*##' '/^[a-z-]+:.*##/ { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# Setting up.

$(BIN)/python:
	@sh scripts/find_python.sh -m venv $(VENV)

$(RUN_STAMP): requirements/run.txt pyproject.toml | $(BIN)/python
	@PYTHON=$(BIN)/python UV_VERSION=$(UV_VERSION) sh scripts/install.sh requirements/run.txt
	@touch $@

$(DEV_STAMP): requirements/dev.txt $(RUN_STAMP)
	@PYTHON=$(BIN)/python UV_VERSION=$(UV_VERSION) sh scripts/install.sh requirements/dev.txt
	@touch $@

$(FUZZ_STAMP): requirements/fuzz.txt $(DEV_STAMP)
	@PYTHON=$(BIN)/python UV_VERSION=$(UV_VERSION) sh scripts/install.sh requirements/fuzz.txt
	@touch $@

.PHONY: venv
venv: $(DEV_STAMP)  ## set up the virtual environment (the active one, or .venv)

# Using it.

$(SAMPLE): scripts/build_sample.py | $(BIN)/python
	@$(BIN)/python scripts/build_sample.py --output $@

.PHONY: sample demo down serve
sample: $(SAMPLE)  ## build the sample image from Debian packages

demo: $(RUN_STAMP) $(SAMPLE)  ## start Pellucid, upload the sample, follow its scan, show what was found
	@BIN=$(BIN) SAMPLE=$(SAMPLE) sh scripts/demo.sh

down:  ## stop the server that demo started
	@sh scripts/down.sh

serve: $(RUN_STAMP)  ## run Pellucid in the foreground (DATA=folder PORT=number)
	@$(BIN)/pellucid serve --data-dir $(DATA) --port $(PORT)

# Working on it.

.PHONY: check lint types layers docs test
check: $(DEV_STAMP)  ## everything CI runs: format, lint, types, layers, docs, tests
	@$(MAKE) --keep-going lint types layers docs test

lint: $(DEV_STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(DEV_STAMP)
	$(BIN)/mypy

layers: $(DEV_STAMP)
	$(BIN)/lint-imports --no-cache

docs: $(DEV_STAMP)
	$(BIN)/python scripts/reference.py --check

test: $(DEV_STAMP)  ## run the tests (TESTS=path JOBS=number)
	$(BIN)/python -m pytest -n $(JOBS) $(TESTS)

.PHONY: fuzz
fuzz: $(FUZZ_STAMP)  ## fuzz the readers (SECONDS=number ONLY=name GROWN=1)
	$(BIN)/python -m scripts.fuzz --seconds $(SECONDS) --only "$(ONLY)" $(if $(GROWN),--grown)

.PHONY: corpus-tools
corpus-tools:
	@echo "the packages of requirements/debian-corpus.txt are installed"

.PHONY: format accept reference migration bench lock clean
format: $(DEV_STAMP)  ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

accept: $(DEV_STAMP)  ## rewrite the expected results of golden cases: read the diff before you commit it
	$(BIN)/python -m pytest tests/analyzers tests/extractors tests/matchers --accept

reference: $(DEV_STAMP)  ## rewrite the generated pages of docs/reference
	$(BIN)/python scripts/reference.py

migration: $(DEV_STAMP)  ## write a migration from the difference between rows and migrations (TITLE="what changes")
	$(BIN)/python -m pellucid.storage.migration "$(TITLE)"

bench: $(DEV_STAMP) $(SAMPLE)  ## run the benchmarks (benchmarks/peer.py wants a peer, and is run by hand)
	$(BIN)/python benchmarks/upload.py
	$(BIN)/python benchmarks/cache.py $(SAMPLE)

lock: $(DEV_STAMP)  ## choose new versions of everything and pin them in requirements/
	$(BIN)/python scripts/lock.py

clean:  ## stop the demo; remove .venv, caches and everything built
	@sh scripts/down.sh
	rm -rf .venv .work .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
