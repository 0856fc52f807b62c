# Every command sets up what it needs: on a fresh machine Python and make are enough.
# The work is done by small Python tools, so that a machine without make can run them too.

# The first Python that gptlab can use; `make PYTHON=/path/to/python lab` chooses another.
ifndef PYTHON
PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	"$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null \
	&& { echo "$$p"; break; }; done)
endif
BIN := $(if $(filter Windows_NT,$(OS)),.venv/Scripts,.venv/bin)
PY := $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help lab test quick lint types notebooks site figures models bench constraints clean \
	env-lab env-site env-test python

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

lab: env-lab ## set up, then open JupyterLab on the first lesson (LAB_ARGS="--no-browser --port=9999")
	@$(PY) -m tools.lab $(LAB_ARGS)

test: env-test lint types ## set up, then run everything that CI runs
	$(PY) -m pytest

quick: env-test ## only the fast tests, without notebooks, training and browsers
	$(PY) -m pytest -m "not slow and not browser"

lint: env-test ## check style and formatting (to mend: .venv/bin/ruff check --fix . && .venv/bin/ruff format .)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: env-test ## check the types
	$(PY) -m mypy

notebooks: env-test ## run notebooks/src/*.md and write notebooks/*.ipynb
	$(PY) -m tools.notebooks build

site: env-site ## build the HTML edition of the course into site/; it opens from disk, without a network
	$(PY) -m tools.site

figures: env-test ## draw figures/ again
	$(PY) -m tools.figures

models: env-test ## train and round the models that ship (for maintainers; 20 minutes)
	$(PY) -m tools.models

bench: env-test ## measure gptlab side by side with others, one table
	$(PY) -m tools.benchmarks

constraints: python ## pin what a fresh environment installs (for maintainers; takes minutes)
	$(PYTHON) tools/environment.py constraints

clean: ## remove the environment and all caches; work/ and runs/ stay
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist site
	find gptlab tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

env-lab: python
	@$(PYTHON) tools/environment.py lab

env-site: python
	@$(PYTHON) tools/environment.py site

env-test: python
	@$(PYTHON) tools/environment.py test

python:
	@test -n "$(PYTHON)" || { echo "gptlab needs Python 3.11 to 3.14, and none was found on this \
	machine. Install one (www.python.org, or your system's package manager), or name one: \
	make PYTHON=/path/to/python3.12 lab"; exit 1; }
