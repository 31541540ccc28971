# Two commands to know: `make run` and `make test`. The others are for who changes the code.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup browser run test lint types layers migrations check security bench messages

setup: .venv/ready

# Compiled again when a pinned version changes.
.venv/ready: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed / il faut Python 3.11 ou plus récent."; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch .venv/ready

# Texts are kept as .po and compiled without gettext's tools, by the project itself.
locale/fr/LC_MESSAGES/django.mo: $(wildcard locale/fr/LC_MESSAGES/django.po) | setup
	@$(BIN)/python -m repere.web.messages compile

run: setup locale/fr/LC_MESSAGES/django.mo
	$(BIN)/repere run $(if $(EMPTY),--empty) $(if $(PORT),--port $(PORT))

test: setup browser locale/fr/LC_MESSAGES/django.mo
	$(BIN)/python -m pytest $(TESTS)

# Debian's Chromium, when this machine lets us install it; without it the browser tests say that they were skipped.
browser:
	@if ! command -v chromium >/dev/null && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null \
			|| echo "Chromium could not be installed: the browser tests will be skipped."; \
	fi

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet . || echo "Some files are formatted otherwise than ruff would (not an error)."
	$(BIN)/bandit --quiet --recursive repere --severity-level medium --skip B608  # string-built SQL: ruff S608 looks at each place

types: setup
	$(BIN)/mypy repere

layers: setup
	$(BIN)/lint-imports

migrations: setup
	$(BIN)/python manage.py makemigrations --check --dry-run

check: lint types layers migrations test

# The same tests with many more seeds, and those too slow for every day.
security: setup
	REPERE_THOROUGH=1 $(BIN)/python -m pytest $(TESTS)
	$(BIN)/bandit --quiet --recursive repere --skip B608

bench: setup
	$(BIN)/python -m bench

messages: setup
	$(BIN)/python -m repere.web.messages extract
	$(BIN)/python -m repere.web.messages check
