# make chat   ask the articles in a chat window        make test   all tests and the evaluation
# make test-fast   the tests that need no model, browser or database
# make install, make check, make eval, make eval-update

PYTHON ?= python3
VENV := .venv
PIP := $(VENV)/bin/pip install --disable-pip-version-check -c constraints.txt
export HF_HUB_OFFLINE ?= 1
export TOKENIZERS_PARALLELISM ?= false

.PHONY: install install-test chat check test test-fast eval eval-update

install: $(VENV)/.installed
install-test: $(VENV)/.installed-test

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing into $(VENV): a few minutes, once."
	@$(PIP) -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	@$(PIP) --quiet -e ".[test]"
	@touch $@

chat: install
	@$(VENV)/bin/pincite status --json >/dev/null 2>&1 || $(VENV)/bin/pincite index corpus
	@$(VENV)/bin/pincite chat

check: install-test
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

test-fast: install-test
	$(VENV)/bin/pytest -q -n 2 --hypothesis-profile fast -m "not slow and not browser and not database"

test: install-test
	$(VENV)/bin/pytest
	$(VENV)/bin/pytest eval/ -s

eval: install-test
	$(VENV)/bin/pytest eval/ -s

eval-update: install-test
	$(VENV)/bin/python -m eval.baseline
