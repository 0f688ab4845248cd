# The commands of this repository. `make help` lists them.
# Everything is done by infra/local with Python's standard library until the environments exist.

PYTHON ?= python3

# PYTHONDONTWRITEBYTECODE would make every start of every service compile its modules again.
LOCAL := env -u PYTHONDONTWRITEBYTECODE $(PYTHON) -m infra.local
RUN := env -u PYTHONDONTWRITEBYTECODE PYTHONPATH=. .venv/pipeline/bin/python

.DEFAULT_GOAL := help
.PHONY: help up down status logs restart reset environments python lock lint format test verify bench

help: ## List the commands
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "  \033[1mmake %-13s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# In words that every Python understands, because an old one cannot even read our files.
python:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here: install Python 3.11 or 3.12, or name it, for example 'make up PYTHON=python3.12'." >&2; exit 1; }
	@$(PYTHON) -c "import sys; v = '%d.%d' % sys.version_info[:2]; sys.exit(None if v in ('3.11', '3.12') else \
	'This is Python ' + v + ' and Corridor needs 3.11 or 3.12: install one of them, or name it, for example \'make up PYTHON=python3.12\'.')"

up: python ## Start everything, send the published history, print where to look (may be interrupted and repeated)
	@$(LOCAL) up

down: python ## Stop everything and wait for its end; data stays
	@$(LOCAL) down

status: ## Show each service: up, since, memory, address
	@./corridor status || true

logs: python ## Follow the logs: all of them, or one with S=gateway
	@$(LOCAL) logs $(S)

restart: python ## Restart one service: make restart S=gateway
	@$(LOCAL) restart $(S)

reset: python ## Stop and remove all data, logs and secrets of this stack (asks first; YES=1 does not)
	@$(LOCAL) reset $(if $(filter 1 yes,$(YES)),--yes)

environments: python ## Make both locked Python environments in .venv
	@$(LOCAL) environments

lock: environments ## Write the lock files anew from infra/requirements/*.in and the Kafka version
	@$(RUN) -m infra.local.lock

lint: environments ## Check style, types, SQL and YAML
	@$(RUN) -m infra.local.lint

format: environments ## Format Python
	@.venv/pipeline/bin/ruff format . && .venv/pipeline/bin/ruff check --fix -q .

test: lint ## Run every check on a stack of its own (ARGS="-k name" chooses)
	@$(RUN) -m tests test $(ARGS)

verify: environments ## Run the longer proofs
	@$(RUN) -m tests verify $(ARGS)

bench: environments ## Measure speed and size: a table and JSON
	@$(RUN) -m tests.bench $(ARGS)
