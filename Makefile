# Everything a person types. The first run of a target sets up what it needs; see scripts/setup.py.

PYTHON ?= python3
BIN := .venv/bin
PYTEST ?= $(BIN)/pytest
WORKERS ?= 2

.PHONY: help run test check fix setup setup-test journeys lock screenshots clean
.PHONY: bench-upload bench-pages bench-package

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

run: setup ## the whole portal with made-up people; Ctrl-C stops it
	@PORTAL_ENVIRONMENT=$${PORTAL_ENVIRONMENT:-demo} exec $(BIN)/python -m flask --app app up --demo

test: check ## everything that has to hold before a change is merged
	$(PYTEST) -n $(WORKERS)

check: setup-test ## style, types, who may import whom; changes nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: setup-test ## put right what tools can put right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

journeys: setup-test ## only the browser journeys
	$(PYTEST) -m journey -n 0

screenshots: setup-test ## the pictures of the README, into docs/images
	$(BIN)/python scripts/screenshots.py readme

bench-upload: setup-test ## upload through the portal against a plain upload
	$(BIN)/python bench/upload.py

bench-pages: setup-test ## pages a second against a bare page
	$(BIN)/python bench/pages.py

bench-package: setup-test ## the package against plain decryption
	$(BIN)/python bench/package.py

lock: setup-test ## pin the newest allowed versions, with hashes and without addresses
	$(BIN)/python scripts/lock.py

setup:
	@$(PYTHON) scripts/setup.py run

setup-test:
	@$(PYTHON) scripts/setup.py test

clean: ## remove what set-up and tools made; data in var/ stays
	rm -rf .venv node_modules static/build .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
