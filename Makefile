# The assistant's commands. `make run` and `make test` are all that a newcomer needs.
.DEFAULT_GOAL := help
.PHONY: help run desk desk-token chat test conversations record evaluate install install-dev content train lint types check lock audit widget widget-check clean
SHELL := /bin/bash

PORT ?= 5005
DESK_PORT ?= 5006
PY := .venv/bin/python
TOKEN := .data/desk-token
export ASSISTANT_PORT := $(PORT)
export DESK_PORT
export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export TF_CPP_MIN_LOG_LEVEL := 3
export PYTHONWARNINGS := ignore

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 20

run: content train desk-token ## set everything up and serve the assistant on port 5005 (make run PORT=5006 for another)
	@DESK_API_TOKEN="$${DESK_API_TOKEN:-$$(cat $(TOKEN))}" exec $(PY) -m bot serve

desk: content desk-token ## the staff desk on port 5006, beside `make run`; prints links to sign in with
	@DESK_API_TOKEN="$${DESK_API_TOKEN:-$$(cat $(TOKEN))}" exec $(PY) -m web.desk serve --sign-in-link

chat: content train ## the same, as a conversation in this terminal
	@exec $(PY) -m bot chat

test: install-dev content train ## all tests (make test ARGS="-k crisis" for some)
	@$(PY) -m pytest --noise all $(ARGS)

conversations: install-dev train ## the conversation tests alone, with noise; reports into results/conversations
	@$(PY) -m pytest tests/conversations -m conversation --noise all --conversation-report results/conversations $(ARGS)

record: install-dev train ## talk, and get a test case: make record INTO=tests/conversations/new.yml
	@$(PY) -m pytest_rasa record --into "$(or $(INTO),tests/conversations/recorded.yml)" $(ARGS)

evaluate: install-dev content train ## measure understanding into results/nlu (make evaluate ARGS=--record for new floors)
	@$(PY) -m tests.nlu.evaluate --out results/nlu $(ARGS)

install:
	@scripts/install requirements.txt

install-dev:
	@scripts/install requirements.txt requirements-dev.txt

# What the desk and the assistant of this machine know each other by.
desk-token: install
	@mkdir -p $(dir $(TOKEN)) && { [ -s $(TOKEN) ] || (umask 077; $(PY) -c "import secrets; print(secrets.token_urlsafe(32))" > $(TOKEN)); }

content: install ## load the content into the store (changes nothing when nothing changed)
	@$(PY) -m knowledge load

train: install ## train the model, if what it is made of has changed
	@$(PY) -m bot train

lint: install-dev ## ruff
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .

types: install-dev ## mypy, strict on our packages
	@$(PY) -m mypy

check: install ## prove the content: facts, figures, reading grade, contacts, intents
	@$(PY) -m knowledge check

lock: ## resolve the pins anew (needs the network); see docs/dependencies.md
	@scripts/lock

audit: install ## ask for known holes in the pinned packages (needs the internet); see docs/known-holes.md
	@$(PY) -m deploy.audit

widget: ## build the chat widget (needs Node 20.19 or newer; the built one is in the repository)
	@cd web/widget && npm ci --silent && npm run --silent types && npm run --silent build

widget-check: ## prove the chat widget: types, unit tests, size, and that the built one is what its sources give
	@cd web/widget && npm ci --silent && npm run --silent types && npm test --silent && npm run --silent size

clean: ## remove environment, store, models and caches
	rm -rf .venv .data models .rasa .pytest_cache .mypy_cache .ruff_cache results web/widget/node_modules
