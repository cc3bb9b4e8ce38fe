# Needs Python 3.11 or newer and make; everything else it brings itself.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
# A changed lock file or another Python makes another stamp, and so a new install.
STAMP := $(VENV)/.installed-$(shell cat requirements/*.txt 2>/dev/null | cksum | tr -cd '0-9')
PORT ?= 8000
ARGS ?=

.PHONY: help
help: ## List the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-24s %s\n", $$1, $$2}'

.PHONY: env
env: $(STAMP) ## Make .venv and install the locked packages

$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; say which: make env PYTHON=python3.12"; exit 1; }
	@echo "Installing the packages into $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || { $(PYTHON) -m venv --without-pip --clear $(VENV) \
	  && $(PYTHON) -m pip --python $(PY) install --quiet pip; } || { \
	  echo "Python's venv module is missing; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PY) config/local/install.py
	@rm -f $(VENV)/.installed-* && touch $@

.PHONY: engines
engines: env ## Start PostgreSQL and Valkey, unless DATABASE_URL and REDIS_URL name others
	@$(PY) -m config.local.engines up

.PHONY: engines-down
engines-down: env ## Stop the PostgreSQL and Valkey of this checkout
	@$(PY) -m config.local.engines down
