# Everything a developer or a build server types. `make` alone explains itself.
# Variables for the app pass through the environment or the command line, for instance
# `make run PORT=8600 HEADLESS=1`: HOST, PORT, HEADLESS, CRM_DATA_DIR, CRM_DATABASE_URL,
# CRM_KEYS_FILE, CRM_ALLOWED_HOSTS; for tests CRM_TEST_DATABASE_URL and CRM_CHROMIUM.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Targets given together (`make format test`) run one after the other even under -j: they share one
# virtual environment and one set of caches.
.NOTPARALLEL:

PY := .venv/bin/python
# Test processes: as many as processors, but at least 2 (much of a browser test is waiting) and at
# most 4 (each may hold a browser and a server).
WORKERS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); echo $$(( n < 2 ? 2 : n > 4 ? 4 : n )))
# More words for pytest, for instance `make test ARGS="-k import -x"`.
ARGS ?=
PYTEST = $(PY) -m pytest -n $(WORKERS) --dist loadfile

.PHONY: help setup dev run test check proof bench format lock words clean

help: ## Show this list
	@echo 'make TARGET [VARIABLE=value …]'; echo
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

run: setup ## Start the app with demonstration data at http://localhost:8501 (PORT=, HEADLESS=1)
	@exec $(PY) manage.py run

test: check browser ## Check, then run every test in its short form (ARGS= goes to pytest)
	$(PYTEST) $(ARGS)

check: dev ## Format, lint, types, migrations, house rules; no other tests
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(PY) -m db.drift
	$(PY) -m pytest tests/test_house.py

proof: check browser ## The long forms: kills, hammers, a million operations, mutation of the policy
	CRM_PROOF=1 $(PYTEST) $(ARGS)

bench: dev ## Speed and load beside their own floors, 20 minutes or more (ARGS="--quick --size large --json FILE")
	@$(PY) manage.py bench $(ARGS)

format: dev ## Put the code in the one format and mend what the linter can mend
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

lock: ## Write requirements*.txt anew from pyproject.toml, keeping pins that still fit (UPGRADE=1: newest)
	@tools/lock

words: dev ## Bring the Chinese catalogue up to date with the msgids in the code; lists what has none
	@$(PY) tools/words.py

clean: ## Remove the virtual environment and caches; data stays
	rm -rf .venv .venv.lock .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -not -path './data/*' -prune -exec rm -rf {} +

# Steps that the targets above share.
.PHONY: browser
setup:
	@tools/venv run
dev:
	@tools/venv dev
browser: dev
	@$(PY) tests/browser.py
