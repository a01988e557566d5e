# make play   sets up .venv, and you are in the game
# make test   sets up everything that the tests need, and runs them
# make check  style and types      make smoke  bots and Locust for seconds
# make bench  how far one server fans out, beside the stock manager and Node (16 minutes)
# make truth  servers that misbehave on purpose, at full length (some minutes)
# make fuzz   a million hostile frames, bodies and requests thrown at our server (some minutes)
# make faults  three nodes behind nginx: killed, cut off, slowed and thrown off, on both brokers (25 minutes)
# make abuse  each hostile input beside a hundred honest bots, calm and attack in turn (12 minutes)
# make soak   an hour of churn, storms, slow readers, aborts and polls: is the server as before?
# make screen  what the screen takes and how soon a key is seen on it (some minutes)
# make stacks  our server beside python-socketio's own, Flask-SocketIO and Node: who holds how many (20 minutes)
# make picture  the README's pictures: a report and a dashboard of real runs, the board on a real screen and in real browsers (needs Chromium)

# Each test that starts a command would compile all of ours anew, and each worker every test.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# pytest-xdist workers: the suite waits more than it computes, so two cores take four.
WORKERS ?= 4
# Sessions of the malicious server in `make fuzz`.
CLIENT_CASES ?= 1000
PACKAGES := tests/install_packages.sh cc:gcc cc:libc6-dev redis-server:redis-server nginx:nginx-light \
  rabbitmq-server:rabbitmq-server systemd-analyze:systemd faketime:faketime zsh:zsh fish:fish \
  dh_bash-completion:bash-completion

.PHONY: play test truth fuzz faults abuse soak check bench screen stacks smoke picture snapshots clean

play: $(VENV)/.play
	@$(BIN)/gridcli play $(ARGS)

test: $(VENV)/.dev tests/js/node_modules/.installed
	@$(PACKAGES)
	@command -v google-chrome >/dev/null || tests/install_packages.sh chromium:chromium
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup $(ARGS)

truth: $(VENV)/.dev
	$(BIN)/pytest tests/truth --whole $(ARGS)

fuzz: $(VENV)/.dev
	$(BIN)/python tests/fuzz/run.py --cases 1000000 --seed 1 $(ARGS)
	@$(BIN)/python -c "import atheris" 2>/dev/null || $(BIN)/pip install --quiet \
	  --disable-pip-version-check -e '.[fuzz]' || true  # where it can't be had, the next says so
	$(BIN)/python tests/fuzz/parsers.py
	$(BIN)/python tests/fuzz_client/run.py --cases $(CLIENT_CASES) --seed 1

faults: $(VENV)/.dev
	@$(PACKAGES)
	$(BIN)/pytest tests/faults --whole --faults-out .faults.jsonl $(ARGS)
	$(BIN)/python tests/faults/page.py .faults.jsonl > docs/benchmarks/cluster.md

abuse: $(VENV)/.dev
	$(BIN)/python tests/abuse/benchmark.py $(ARGS) > .abuse.md
	mv .abuse.md docs/benchmarks/abuse.md

soak: $(VENV)/.dev
	$(BIN)/python tests/soak/run.py $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.dev
	@tests/install_packages.sh cc:gcc cc:libc6-dev node:nodejs npm:npm
	$(BIN)/python tests/bench/fanout.py $(ARGS)

screen: $(VENV)/.dev
	$(BIN)/python tests/bench/screen.py --out docs/benchmarks/screen.md $(ARGS)

stacks: $(VENV)/.dev
	@tests/install_packages.sh node:nodejs npm:npm
	$(BIN)/gridcli stacks --out .stacks.json --page docs/benchmarks/stacks.md $(ARGS)

smoke: $(VENV)/.play
	PATH="$(CURDIR)/$(BIN):$$PATH" tests/smoke.sh

picture: $(VENV)/.dev
	$(BIN)/python tests/tui/make_picture.py docs/board.svg
	$(BIN)/python tests/report/make_picture.py docs/report.svg
	PYTHONPATH=tests $(BIN)/python -m tui.web.make_picture docs/web.png
	$(BIN)/python tests/bots/make_picture.py docs/bots.svg

snapshots: $(VENV)/.dev
	$(BIN)/pytest tests/tui --snapshot-update

clean:
	rm -rf $(VENV) tests/js/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "gridcli needs Python 3.11 or newer; name one with: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "setting up $(VENV) (once) ..."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "python3 cannot make a virtual environment; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.play: pyproject.toml | $(BIN)/python
	@echo "installing gridcli and what it needs (once) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	@echo "installing gridcli and what its tests need (once) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.play

# The JavaScript client of the tests. Where node can't be had they skip, and say so.
tests/js/node_modules/.installed: tests/js/package.json
	@tests/install_packages.sh node:nodejs npm:npm
	@if command -v npm >/dev/null; then \
	  npm install --prefix tests/js --no-audit --no-fund --no-package-lock --silent && touch $@; fi
