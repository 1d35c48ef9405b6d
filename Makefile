# make run    serves Trademe on http://127.0.0.1:8000 (PORT= changes it); nothing else has to be installed
# make test   installs what the tests need, then lints, type-checks and runs every test
# make proof  holds engine, sandbox and figures against others and prints the table; make faults does it with the chat
# make real-model  talks to a real (tiny) model on loopback; it is built from source first
# make bench, make lint, make screenshots, make install: docs/development.md

PORT ?= 8000
export PORT
BIN := .venv/bin

.PHONY: run test bench faults proof real-model lint screenshots install install-dev

run: install
	@$(BIN)/python -m trademe.serve

test:
	@scripts/test.sh

bench: install-dev
	@scripts/install.sh oracle
	@$(BIN)/python -m bench

faults: install-dev
	@$(BIN)/python -m tests.faults

proof: install-dev
	@scripts/install.sh oracle
	@$(BIN)/python -m tests.proof

real-model: install-dev
	@scripts/install.sh real-model
	@$(BIN)/python -m pytest -q tests/real_model

lint: install-dev
	@scripts/lint.sh

screenshots: install-dev
	@$(BIN)/python -m scripts.screenshots

install:
	@scripts/install.sh run

install-dev:
	@scripts/install.sh dev
