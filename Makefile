# Every way to run the project; `make` alone lists them.

export PYTHONUTF8 := 1
BIN := .venv/bin
# Macros are templates of SQL: they are linted where models and tests use them.
SQL := $(wildcard dbt_project/models dbt_project/tests)

.DEFAULT_GOAL := help
.PHONY: help setup demo site test test-long lint bench airflow generate lock clean

help: ## list these recipes
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## build .venv from requirements.lock (every other recipe does this by itself)
	@sh .ci/set-up

demo: setup ## load the made-up region, build the warehouse and draft its report
	@$(BIN)/assure demo

site: setup ## write the static site of what was loaded, to look at or to serve; its last line is the first page
	@$(BIN)/assure site

test: setup ## run every test
	@$(BIN)/python -m pytest -n 3

test-long: setup ## run the tests that need many made-up regions on two hundred of them
	@ASSURE_TEST_REGIONS=200 $(BIN)/python -m pytest tests/dbt/test_nothing_planted.py

lint: setup ## check style, who imports whom, SQL, and that generated files are fresh
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(if $(SQL),$(BIN)/sqlfluff lint --processes 0 --disable-progress-bar $(SQL))
	$(BIN)/assure generate --check

bench: setup ## measure loading, building and reporting on this machine
	@$(BIN)/assure bench

airflow: setup ## start Airflow with the project's timetable, on this machine only
	@$(BIN)/assure airflow

generate: setup ## write the generated files anew from contracts, seeds and provider files
	@$(BIN)/assure generate

lock: setup ## resolve pyproject.toml anew into requirements.lock: versions and hashes, no addresses
	@env -u UV_FIND_LINKS $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
		--extra embedded --extra test pyproject.toml -o requirements.lock

clean: ## remove what was built here: the environment, the demo's data, the caches
	@if [ -d .assure ] && [ -x $(BIN)/python ]; then \
		$(BIN)/python -c "from pathlib import Path; from warehouse import server; server.erase(Path('.assure'))"; fi
	@rm -rf .venv .assure .cache .pytest_cache .ruff_cache .import_linter_cache build *.egg-info dbt_project/target dbt_project/logs
