# Two commands are enough on a fresh machine: `make run` and `make test`. Both do their own set-up first.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
# HASHES=yes takes only the very files whose hashes are written down in .ci/.
HASHES ?= no
EVAL ?= ../shared/eval

.DEFAULT_GOAL := help
.PHONY: help setup run test lint format bench eval pictures hashes clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .stamps/python .stamps/browser .stamps/ocr ## Virtual environment, pinned dependencies, a Chromium, tesseract

run: setup ## The whole job offline on invented sites, then the desk
	$(BIN)/adwatch demo --host $(HOST) --port $(PORT)

test: .stamps/dev .stamps/browser .stamps/ocr ## Lint, types and all tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist loadfile

lint: .stamps/dev ## Lint, types, import directions, advisories about what we rely on
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python .ci/audit

format: .stamps/dev ## Put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Whatever misses its aim, the others are measured too, and the table shows them all. Each in a process of its own: what
# one held in memory would count for the next.
bench: .stamps/dev .stamps/browser .stamps/ocr ## Measure all beside baselines; one table, written into docs/performance.md
	@rm -rf .bench
	@failed=0; \
	for each in tests/bench/test_*.py; do \
		$(BIN)/pytest $$each -o addopts="" -q --benchmark-columns=median,mean,stddev,rounds || failed=1; \
	done; \
	$(BIN)/python -m tests.flyers.measuring || failed=1; \
	$(BIN)/python -m tests.bench.table || failed=1; \
	exit $$failed

eval: .stamps/dev ## Measure against the evaluation data beside the project, if they are there
	@if [ -d "$(EVAL)" ]; then $(BIN)/python -m tests.evaluation "$(EVAL)"; \
	else echo "make eval: no evaluation data at $(EVAL); nothing was measured"; fi

pictures: .stamps/dev .stamps/browser .stamps/ocr ## Draw the desk's pictures in docs/images anew, from a night of the demo
	$(BIN)/python -m tests.desk.pictures docs/images

.stamps/venv:
	@bash .ci/make_venv "$(PYTHON)" "$(VENV)"
	@mkdir -p .stamps && touch $@

.stamps/python: .stamps/venv requirements.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(if $(filter yes,$(HASHES)),--no-deps --require-hashes -r .ci/hashes.txt,-r requirements.txt)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.stamps/dev: .stamps/python requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(if $(filter yes,$(HASHES)),--no-deps --require-hashes -r .ci/hashes-dev.txt,-r requirements-dev.txt)
	@touch $@

.stamps/browser: .stamps/python
	@bash .ci/find_browser "$(BIN)"
	@touch $@

.stamps/ocr: .stamps/venv
	@bash .ci/find_ocr
	@touch $@

hashes: .stamps/venv ## Write the hashes of all pinned packages anew, after a pin changed
	@bash .ci/make_hashes $(BIN)

clean: ## Remove what set-up and tests made; never the data folder
	rm -rf $(VENV) .stamps .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .benchmarks .bench *.egg-info
