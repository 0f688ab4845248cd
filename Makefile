# The commands of this repository. `make help` lists them.
# Everything is done by infra/local with Python's standard library until the environments exist.

PYTHON ?= python3
S ?=
SQL ?=
export CORRIDOR_HOME CORRIDOR_PORT_BASE CORRIDOR_CACHE

# PYTHONDONTWRITEBYTECODE would make every start of every service compile its modules again.
LOCAL := env -u PYTHONDONTWRITEBYTECODE $(PYTHON) -m infra.local
RUN := env -u PYTHONDONTWRITEBYTECODE PYTHONPATH=. .venv/pipeline/bin/python

.DEFAULT_GOAL := help
.PHONY: help up down status logs restart reset environments lock lint format test verify bench

help: ## List the commands
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  \033[1mmake %-13s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## Start everything, send the published history, print where to look (may be interrupted and repeated)
	@$(LOCAL) up

down: ## Stop everything and wait for its end; data stays
	@$(LOCAL) down

status: ## Show each service: up, since, memory, address
	@./corridor status

logs: ## Follow the logs: all of them, or one with S=gateway
	@$(LOCAL) logs $(S)

restart: ## Restart one service: make restart S=gateway
	@$(LOCAL) restart $(S)

reset: ## Stop and remove all data, logs and secrets of this stack (asks first; YES=1 does not)
	@$(LOCAL) reset $(if $(filter 1 yes,$(YES)),--yes)

environments: ## Make both locked Python environments in .venv
	@$(LOCAL) environments

lock: environments ## Write the lock files anew from infra/requirements/*.in and the Kafka version
	@$(RUN) -m infra.local.lock

lint: environments ## Check style, types, SQL and YAML
	@$(RUN) -m infra.local.lint

format: environments ## Format Python
	@.venv/pipeline/bin/ruff format . && .venv/pipeline/bin/ruff check --fix -q .

test: lint ## Run every check on a stack of its own (ARGS="-k name" chooses)
	@$(RUN) -m pytest tests --ignore tests/chaos --ignore tests/bench $(ARGS)

verify: environments ## Run the longer proofs
	@$(RUN) -m pytest tests/chaos $(ARGS)

bench: environments ## Measure speed and size: a table and JSON
	@$(RUN) -m tests.bench $(ARGS)
