# Consort. Fresh machine: git, make and Python 3.11. `make` alone lists the targets.

VENV := .venv
PY := $(VENV)/bin/python
export VENV

.PHONY: help setup setup-dev demo train-emotion test lint types contracts unit format tensorboard lock clean distclean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make .venv and install both stacks (and fluidsynth where apt and the rights are there)
	@sh scripts/setup.sh run

setup-dev: ## the same, and what the tests and checks need
	@sh scripts/setup.sh dev

demo: setup ## train, evaluate, export, compose and render: music in output/demo within minutes
	@$(PY) -m studio.demo

train-emotion: setup ## train, export and validate the five nets of the emotion pipeline
	@$(PY) -m studio.train_emotion

test: setup-dev ## lint, types, import contracts and the whole test suite
	@$(MAKE) --no-print-directory lint types contracts unit

lint: setup-dev ## ruff: rules and format
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: setup-dev ## mypy, strict
	$(PY) -m mypy

contracts: setup-dev ## import-linter: arrows run down, each framework behind its door
	$(VENV)/bin/lint-imports --no-logo

unit: setup-dev ## pytest alone, a process per core
	$(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile

format: setup-dev ## let ruff mend what it can
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

tensorboard: setup ## show the training logs in a browser
	$(PY) -m tensorboard.main --logdir logs

lock: setup-dev ## write constraints.txt anew from what is installed
	@{ sed -n '/^#/p' constraints.txt; $(PY) -m pip freeze; } > constraints.new && mv constraints.new constraints.txt

clean: ## remove caches and the demo's output
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis output
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean ## the same, and remove .venv
	rm -rf $(VENV)
