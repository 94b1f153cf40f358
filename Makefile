# Two commands do everything: `make film IDEA="..."` and `make test`. Both make the environment, once; what only tests need is
# added by the first target that tests or measures.
#
# The idea never becomes part of a recipe's text: its raw value goes into the recipe's environment, where the shell passes
# it on as one word. `unexport` keeps make from expanding it on the way.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TESTING := $(VENV)/.testing
FUZZING := $(VENV)/.fuzzing
CLUSTER := $(VENV)/.cluster
ARGS ?=
N ?= 2000
SEED ?= 1
TARGET ?=
SECONDS ?= 600

unexport IDEA ID FILE
export FILM_IDEA := $(value IDEA)
export FILM_ID := $(value ID)
export FILM_FILE := $(value FILE)
export FILM_FROM_MAKE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

ifeq ($(wildcard $(READY)),)
ifneq ($(shell $(PYTHON) -c 'import sys; print(int(sys.version_info >= (3, 11)))' 2>/dev/null),1)
$(error Python 3.11 or newer is needed and '$(PYTHON)' is not one: install it, or name one: make PYTHON=/path/to/python3.12)
endif
endif

.PHONY: film plan doctor styles studio batch approve rename resume redo edit pick trim note use shots takes history undo sessions view cost fork export import push pull gc verify repair prompts test test-all test-browser test-patterns bench bench-flow bench-render crash-bench day-bench hostile fuzz cluster cluster-test environment
.DEFAULT_GOAL := film

# The first film compiles what pip leaves uncompiled (below), even if the caller's environment forbids that.
film studio batch: export PYTHONDONTWRITEBYTECODE :=

film: $(READY)
	@if [ -n "$$FILM_IDEA" ]; then exec $(BIN)/film make $(ARGS) -- "$$FILM_IDEA"; else exec $(BIN)/film make $(ARGS); fi

plan: $(READY)
	@if [ -n "$$FILM_ID" ]; then exec $(BIN)/film plan $(ARGS) -- "$$FILM_ID"; else exec $(BIN)/film plan $(ARGS) -- "$$FILM_IDEA"; fi

doctor: $(READY)
	@exec $(BIN)/film doctor $(ARGS)

batch: $(READY)
	@if [ -n "$$FILM_FILE" ]; then exec $(BIN)/film batch $(ARGS) -- "$$FILM_FILE"; else exec $(BIN)/film batch $(ARGS); fi

styles: $(READY)
	@exec $(BIN)/film styles $(ARGS)

studio: $(READY)
	@exec $(BIN)/film studio $(ARGS)

resume: $(READY)
	@exec $(BIN)/film resume $${FILM_ID:+"$$FILM_ID"} $(ARGS)

rename: $(READY)
	@exec $(BIN)/film rename $${FILM_ID:+"$$FILM_ID"} $(ARGS)

approve: $(READY)
	@exec $(BIN)/film approve $${FILM_ID:+"$$FILM_ID"} $(ARGS)

sessions: $(READY)
	@exec $(BIN)/sessions list $(ARGS)

view: $(READY)
	@exec $(BIN)/sessions view $${FILM_ID:+"$$FILM_ID"} $(ARGS)

cost: $(READY)
	@exec $(BIN)/sessions cost $${FILM_ID:+"$$FILM_ID"} $(ARGS)

prompts: $(READY)
	@exec $(BIN)/sessions prompts $${FILM_ID:+"$$FILM_ID"} $(ARGS)

redo: $(READY)
	@exec $(BIN)/film redo $${FILM_ID:+"$$FILM_ID"} $(ARGS)

edit: $(READY)
	@exec $(BIN)/film edit $${FILM_ID:+"$$FILM_ID"} $(ARGS)

pick: $(READY)
	@exec $(BIN)/film pick $${FILM_ID:+"$$FILM_ID"} $(ARGS)

trim: $(READY)
	@exec $(BIN)/film trim $${FILM_ID:+"$$FILM_ID"} $(ARGS)

note: $(READY)
	@exec $(BIN)/film note $${FILM_ID:+"$$FILM_ID"} $(ARGS)

use: $(READY)
	@if [ -n "$$FILM_FILE" ]; then exec $(BIN)/film use $(ARGS) -- "$$FILM_ID" "$$FILM_FILE"; \
	else exec $(BIN)/film use $${FILM_ID:+"$$FILM_ID"} $(ARGS); fi

shots: $(READY)
	@exec $(BIN)/film shots $${FILM_ID:+"$$FILM_ID"} $(ARGS)

takes: $(READY)
	@exec $(BIN)/sessions takes $${FILM_ID:+"$$FILM_ID"} $(ARGS)

history: $(READY)
	@exec $(BIN)/sessions history $${FILM_ID:+"$$FILM_ID"} $(ARGS)

undo: $(READY)
	@exec $(BIN)/sessions undo $${FILM_ID:+"$$FILM_ID"} $(ARGS)

fork: $(READY)
	@exec $(BIN)/sessions fork $${FILM_ID:+"$$FILM_ID"} $(ARGS)

gc: $(READY)
	@exec $(BIN)/sessions gc $(ARGS)

export: $(READY)
	@exec $(BIN)/sessions export $(ARGS) -- $${FILM_ID:+"$$FILM_ID"} $${FILM_FILE:+"$$FILM_FILE"}

import: $(READY)
	@exec $(BIN)/sessions import $(ARGS) -- $${FILM_FILE:+"$$FILM_FILE"}

push pull: $(READY)
	@exec $(BIN)/sessions $@ $${FILM_ID:+"$$FILM_ID"} $(ARGS)

verify: $(READY)
	@exec $(BIN)/sessions verify $${FILM_ID:+"$$FILM_ID"} $(ARGS)

repair: $(READY)
	@exec $(BIN)/sessions repair $${FILM_ID:+"$$FILM_ID"} $(ARGS)

test: $(TESTING)
	@exec $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

# What `make test` leaves out: more samples of what it tests, and its property tests with more examples.
test-all: $(TESTING)
	@exec $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "thorough or hypothesis" --hypothesis-profile=thorough $(ARGS)

# Needs Debian's chromium; screenshots go to output/browser/.
test-browser: $(TESTING)
	@exec $(BIN)/python -m pytest tests/browser -m browser $(ARGS)

# Tries every regular expression of the program on 200,000 characters of its worst input; some two minutes.
test-patterns: $(TESTING)
	@exec $(BIN)/python -m pytest tests/test_patterns.py -m patterns $(ARGS)

bench: $(TESTING)
	@exec $(BIN)/python -m tests.bench.film $(ARGS)

# Measures what the flow itself costs, beside bare Prefect tasks; some minutes.
bench-flow: $(TESTING)
	@exec $(BIN)/python -m tests.bench.flow $(ARGS)

# Measures the renderer beside MoviePy, zoompan and the bare encoder; ARGS="--join", "--film": see ARGS=--help.
bench-render: $(TESTING)
	@exec $(BIN)/python -m tests.bench.render $(ARGS)

# Kills films at every point: an hour and more on two cores; N=200 takes some minutes.
crash-bench: $(TESTING)
	@exec $(BIN)/python -m tests.crash --n $(N) --seed $(SEED) $(ARGS)

# Kills flow, worker and server while films are made under Prefect; some ten minutes. ARGS="--films 4", "--by-hand".
day-bench: $(TESTING)
	@exec $(BIN)/python -m tests.bench.day $(ARGS)

# Tries every kind of hostile input, in variants, each measured in a process of its own: some minutes.
hostile: N := 1000
hostile: $(TESTING)
	@exec $(BIN)/python -m tests.hostile --n $(N) --seed $(SEED) $(ARGS)

# Coverage-guided fuzzing, SECONDS for each of its eight targets, or for TARGET alone (tests/fuzz/targets/).
fuzz: $(FUZZING)
	@exec $(BIN)/python -m tests.fuzz $(TARGET) --seconds $(SECONDS) $(ARGS)

# Brings up on this machine, without Docker, what compose.yaml describes; Ctrl-C ends it. Needs Debian's postgresql and
# redis-server.
cluster: $(CLUSTER)
	@exec $(BIN)/python -m tests.cluster $(ARGS)

# As root it installs those two packages; else what needs them is skipped, by name.
cluster-test: $(CLUSTER)
	@$(BIN)/python -m tests.cluster.debian
	@exec $(BIN)/python -m pytest tests/cluster tests/crash/test_hosts.py -m cluster $(ARGS)

environment: $(READY)

# Not compiled: a film imports a third of it, and the first film compiles that in less time than pip needs for all of it.
$(READY): requirements.lock pyproject.toml
	@echo "making the environment in $(VENV) (once; a minute or two)" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --no-compile --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# Compiled whole: tests measure time, in which compiling a library at its first import must not count.
$(TESTING): requirements-dev.lock $(READY)
	@echo "adding what tests need to $(VENV) (once; about a minute)" >&2
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements-dev.lock
	@$(BIN)/python -m compileall -q $(VENV)/lib
	@touch $@

# The tests' environment does not include the fuzzer.
$(FUZZING): requirements-fuzz.lock $(TESTING)
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements-fuzz.lock
	@touch $@

# The extra `cluster`, and the S3 server that its tests run on loopback.
$(CLUSTER): requirements-cluster.lock $(TESTING)
	@echo "adding the extra 'cluster' to $(VENV) (once)" >&2
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements-cluster.lock
	@touch $@
