# Two commands matter: `make up` brings a Jenkins up, `make test` tests everything.
#
#   make up            YES=1 answers its questions
#   make test          ENGINE=mine uses your own Docker Engine, pulls and tags nothing there; JOBS=2 processes
#   make soak          the long tests
#   make bench         a table of medians and ratios, measured side by side
#   make pictures      the README's pictures, from real output

VENV ?= .venv
ENGINE ?= lab
# On one's own engine one process: there is no second engine for tests that look at all it holds.
JOBS ?= $(if $(filter mine,$(ENGINE)),0,2)
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
TEST_STAMP := $(VENV)/.installed-test
export YES

.PHONY: up test lint unit soak bench pictures lab lab-down clean

up: $(STAMP)
	@$(PY) -m tests.lab.first_run

test: lint
	$(PY) -m pytest -n $(JOBS) --dist worksteal --engine=$(ENGINE) -m "not soak"

lint: $(TEST_STAMP)
	$(VENV)/bin/ruff check devbox tests
	$(VENV)/bin/ruff format --check devbox tests
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache

soak: $(TEST_STAMP)
	$(PY) -m pytest --engine=lab -m soak --timeout=3600

bench: $(TEST_STAMP)
	$(PY) -m tests.bench

pictures: $(TEST_STAMP)
	$(PY) -m tests.pictures

lab: $(TEST_STAMP)
	$(PY) -m tests.lab up

lab-down: $(TEST_STAMP)
	$(PY) -m tests.lab down

$(STAMP): pyproject.toml
	@sh tests/lab/venv.sh $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(TEST_STAMP): pyproject.toml
	@sh tests/lab/venv.sh $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@ $(STAMP)

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
