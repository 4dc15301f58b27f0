# Needs Python 3.11 or later and make; everything else is fetched by `make setup`.

PYTHON ?= python3
PORT ?= 8000
# One more than there are processors: some tests wait.
JOBS ?= $(shell expr $$(nproc) + 1)
N ?= 20
MONTHS ?= 200
RUN = .venv/bin

# Tests and servers start hundreds of processes; each module is compiled once, not once in each.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
# Steps run one after another, so that the summary of the tests comes last.
.NOTPARALLEL:
.PHONY: help setup assets demo demo-reset test test-fast test-whole test-months lint format types bench crash clean papers weights

help: ## Show this list
	@echo "明票 Mingpiao"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  PORT=8080 changes the port of the demonstration, PYTHON=python3.12 the Python in use."

setup: ## Fetch everything: virtual environment, page assets, font (quick when already done)
	@$(PYTHON) scripts/bootstrap.py

assets: setup ## The same: page assets and the font are part of it

demo: setup ## Start the demonstration province on http://127.0.0.1:8000 (Ctrl-C stops it)
	@PORT=$(PORT) $(RUN)/mingpiao demo

demo-reset: setup ## Delete the demonstration's data
	@$(RUN)/mingpiao demo-reset

test: lint types test-fast test-whole ## Everything that must hold: style, types, rooms, tests, browser

test-fast: setup ## Tests within a process
	@$(RUN)/python scripts/programs.py openssl
	$(RUN)/pytest -n $(JOBS) --dist worksteal -m "not browser and not whole and not bench" --ignore tests/gateway/test_any_input.py

test-whole: setup ## Tests of whole programs: stories in Chromium; servers, workers and readers that are killed
	@$(RUN)/python scripts/programs.py curl openssl java chromium libatomic chinese-font
	$(RUN)/pytest -n $(JOBS) --dist loadscope -m "browser or whole"

test-months: setup ## Search long (MONTHS=200) for an order of issuing, writing off and rectifying that contradicts itself
	MINGPIAO_MONTHS=$(MONTHS) $(RUN)/pytest -x tests/writeoff/test_any_order.py

lint: setup ## Style and the floors of the house
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/lint-imports

format: setup ## Put the source into its standard form
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .

types: setup ## Type check
	$(RUN)/mypy

bench: setup ## Measure; results as tables and in build/bench.json and build/evidence.json
	$(RUN)/python -m bench
	$(RUN)/python -m bench.batches
	$(RUN)/python -m bench.writeoff
	$(RUN)/python -m bench.supply
	$(RUN)/python -m bench.years
	$(RUN)/python -m bench.demonstration
	$(RUN)/python -m bench.evidence --jobs $(JOBS)

papers: setup ## Measure the reader on papers of other hands (the open ones; LOCKED=--locked for the others)
	@$(RUN)/python scripts/programs.py chromium libatomic chinese-font office paper-fonts pango
	@$(PYTHON) scripts/paper_fonts.py
	$(RUN)/python -m bench.papers $(LOCKED) --jobs $(JOBS)

weights: setup ## Learn the weights of the reader anew from the open papers, and tell how well they do
	@$(RUN)/python scripts/programs.py chromium libatomic chinese-font office paper-fonts pango
	@$(PYTHON) scripts/paper_fonts.py
	$(RUN)/python -m bench.papers.train --jobs $(JOBS)
	$(RUN)/python -m bench.papers.train --check --jobs $(JOBS)

crash: setup ## Kill server and database N times under load and check the books
	MINGPIAO_CRASHES=$(N) $(RUN)/pytest -m crash -s

clean: ## Remove what was built or fetched, and test leftovers (the demonstration's data stays)
	rm -rf .venv .tools node_modules build dist src/mingpiao/portals/static/vendor src/mingpiao/portals/static/packed src/mingpiao/letters/fonts
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .schemathesis .import_linter_cache
