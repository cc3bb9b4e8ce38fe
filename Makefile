# Needs Python 3.11 or newer and make; everything else it brings itself.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
# A changed lock file makes another stamp, and so a new install; else it takes no time.
ENV_STAMP := $(VENV)/.installed-$(shell cat requirements/*.txt 2>/dev/null | cksum | tr -cd '0-9')
CATALOGUE := locale/en/LC_MESSAGES/django.mo
NODE_STAMP := node_modules/.installed-$(shell cksum < package-lock.json | tr -cd '0-9')

PORT ?= 8000
LAN ?=
N ?= 1
# For pytest: make test ARGS="tests/setup -k roles"
ARGS ?=
# One test process more than there are cores: those that stop servers wait for them most of their time.
JOBS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')

.PHONY: help
help: ## List the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-22s %s\n", $$1, $$2}'

.PHONY: env
env: $(ENV_STAMP) ## Make .venv and install the locked packages

$(ENV_STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; say which: make env PYTHON=python3.12"; exit 1; }
	@echo "Installing the packages into $(VENV) ..."
	@test -x $(PY) || $(PYTHON) -m venv $(VENV) || { $(PYTHON) -m venv --without-pip --clear $(VENV) \
	  && $(PYTHON) -m pip --python $(PY) install --quiet pip; } || { \
	  echo "Python's venv module is missing; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PY) config/local/install.py
	@rm -f $(VENV)/.installed-* && touch $@

.PHONY: node
node: env $(NODE_STAMP) ## Fetch the styles and charts the pages use

$(NODE_STAMP): | $(ENV_STAMP)
	@echo "Fetching styles and charts ..."
	@$(PY) -m config.local.styles
	@rm -f node_modules/.installed-* && touch $@

.PHONY: messages
messages: env ## Bring the translations in line with the sources, and compile them
	@$(PY) -m config.local.extraction
	@$(PY) -m config.local.messages

$(CATALOGUE): $(CATALOGUE:.mo=.po) | $(ENV_STAMP)
	@$(PY) -m config.local.messages

.PHONY: engines
engines: env ## Start PostgreSQL and Valkey, unless DATABASE_URL and REDIS_URL name others
	@$(PY) -m config.local.engines up

.PHONY: engines-down
engines-down: env ## Stop the PostgreSQL and Valkey of this checkout
	@$(PY) -m config.local.engines down

.PHONY: demo
demo: env node $(CATALOGUE) ## Run everything on PORT=8000 until Ctrl-C; LAN=1 also for phones nearby
	@exec $(PY) -m config.local.demo --port $(PORT) $(if $(LAN),--lan)

.PHONY: demo-reset
demo-reset: env ## Delete the demo's data and stop its servers
	@$(PY) -m config.local.demo --reset

.PHONY: test
test: env node $(CATALOGUE) engines ## Run all tests; ARGS= goes to pytest, JOBS= says how many processes
	@$(PY) -m config.local.browser || true
	@$(PY) -m pytest -n $(JOBS) --dist loadscope --no-loadscope-reorder $(ARGS)

.PHONY: lint
lint: env engines ## Check style, floors, types, settings and migrations
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy
	$(PY) manage.py check
	$(PY) manage.py makemigrations --check --dry-run

.PHONY: bench
bench: env $(CATALOGUE) engines ## Run the benchmarks
	@$(PY) -m benchmarks $(ARGS)

.PHONY: chaos
chaos: env node $(CATALOGUE) engines ## Run the faults, N= times as many
	@FENYONG_CHAOS_N=$(N) $(PY) -m pytest tests/chaos $(ARGS)

.PHONY: locks
locks: env ## Resolve requirements/*.in anew, into lock files with hashes and without addresses
	@for name in tools base embedded node dev; do \
	  $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	    -o requirements/$$name.txt requirements/$$name.in || exit 1; done
