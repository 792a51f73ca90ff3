# What is typed here. Every verb does its own set-up first, says what it does, and repeats nothing.
# Only `format` and `lock` change files that git knows.

.DEFAULT_GOAL := help
.PHONY: help install run test machine format bench wall-demo lock clean
unexport PYTHONHOME PYTHONPATH

python := .venv/bin/python
pip := $(python) -m pip --disable-pip-version-check $(if $(V),,-qq)
failed := { echo 'That failed. Can this machine reach its package registry? make V=1 install tells all.'; exit 1; }
as_locked := install --require-hashes --only-binary=:all: -r

# A checkout that was moved, or a Python that is gone, leaves an environment that looks whole and is not.
ifneq (yes,$(shell [ "$$(cat .venv/made 2>/dev/null)" = "$$(pwd)" ] && $(python) -c '' && echo yes))
.PHONY: .venv/made
endif

help:
	@echo 'make run      the cockpit on this machine, at http://127.0.0.1:8050'
	@echo 'make test     format, lint, types and tests; changes nothing'
	@echo 'make install  the set-up of both, without running anything'
	@echo 'make format   writes what the formatter and the linter would have'
	@echo 'make bench    speed and memory; ARGS="--cases 1000000 --json" is handed on'
	@echo 'make wall-demo  a wall in a window, of the demo that make run serves'
	@echo 'make lock     pins what pyproject.toml asks for; ARGS=--upgrade takes newer ones'
	@echo 'make clean    undoes the set-up; what the cockpit knows (var/) stays'

run: .venv/runtime
	@$(python) -m cockpit run $(ARGS)

install: .venv/tools
	@echo 'All is in place.'

test: machine
	@echo '— format' && $(python) -m ruff format --quiet --check . || \
		{ echo 'Not as the formatter writes it. Run: make format'; exit 1; }
	@echo '— lint' && $(python) -m ruff check --quiet .
	@echo '— types' && $(python) -m mypy
	@echo '— tests' && $(python) -m pytest -m 'not browser' --numprocesses=2 --dist=loadfile
	@echo '— tests in the browser' && $(python) -m pytest -m browser --numprocesses=2 --dist=loadfile

format: .venv/tools
	@$(python) -m ruff check --quiet --fix . ; $(python) -m ruff format .

bench: .venv/tools
	@$(python) -m bench $(ARGS)

# A wall in a window, paired with the demo that `make run` serves: it shows a code, which is typed here.
# ARGS="--place 330106 --wall district" chooses another. Without a screen, any browser that is let
# through to this machine will do.
wall-demo: .venv/runtime
	@at=http://127.0.0.1:$${COCKPIT_PORT:-8050}; \
	$(python) -c "import urllib.request as r; r.urlopen('$$at/healthz')" 2>/dev/null \
		|| { echo "Nothing answers at $$at. In another window: make run"; exit 1; }; \
	if ! command -v chromium >/dev/null; then echo "There is no chromium here: open $$at/wall in a browser."; \
	elif [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		echo "There is no screen here: open $$at/wall in a browser."; \
		echo "From another machine: ssh -L $${at##*:}:127.0.0.1:$${at##*:} $$(hostname)"; \
	else profile=$$(mktemp -d); \
		( chromium $$([ "$$(id -u)" != 0 ] || echo --no-sandbox) --user-data-dir="$$profile" --no-first-run \
			--app="$$at/wall" >"$$profile/said" 2>&1 || tail -n 2 "$$profile/said"; rm -rf "$$profile" ) & \
	fi; \
	printf 'The code that the wall shows: ' && read -r code && \
	$(python) -m cockpit wall pair "$$code" --name "demo-$$$$" $(or $(ARGS),--place 3301 --wall city)

clean:
	@rm -rf .venv cockpit.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find cockpit tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# ── The environment ────────────────────────────────────────────────────────────────────────────────

.venv/made:
	@new=; whole=; \
	for each in $(or $(PYTHON),python3.11 python3 python3.12 python3.13 python3.14 /usr/bin/python3); do \
		"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		new=$${new:-$$each}; \
		if "$$each" -c 'import ensurepip, venv' 2>/dev/null; then whole=$$each; break; fi; \
	done; \
	if [ -z "$$new" ]; then \
		echo 'The cockpit needs Python 3.11 or newer, and there is none on the PATH.'; \
		echo 'On Debian: apt-get install python3.11 python3.11-venv. Elsewhere: make PYTHON=/where/it/is …'; \
		exit 1; \
	elif [ -z "$$whole" ]; then \
		package=python$$("$$new" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv; \
		echo "$$new is here, but not the part of it that makes environments."; \
		$(call from_debian,$$package) || exit 1; \
		whole=$$new; \
	fi; \
	echo "Making the environment .venv with $$("$$whole" --version) …"; \
	"$$whole" -m venv --clear .venv && pwd > .venv/made

.venv/runtime: .venv/made requirements.lock pyproject.toml
	@echo 'Installing what the cockpit runs on (requirements.lock; 140 MB, minutes on a slow line) …'
	@$(pip) $(as_locked) requirements.lock || $(failed)
	@$(pip) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/tools: .venv/runtime requirements-dev.lock
	@echo 'Installing what the tests need (requirements-dev.lock; 80 MB more) …'
	@$(pip) $(as_locked) requirements-dev.lock || $(failed)
	@$(python) -m pip check >.venv/check || { cat .venv/check; echo 'Run: make lock'; exit 1; }
	@touch $@

# What the tests want of the machine: the browser that they drive with type for Chinese, what Playwright's
# driver wants on a bare Debian, and PostgreSQL, of which Debian is told to start none of its own.
machine: .venv/tools
	@need=; \
	command -v chromium >/dev/null || need='chromium'; \
	$(python) -m playwright --version >/dev/null 2>&1 || need="$$need libatomic1"; \
	command -v fc-list >/dev/null || need="$$need fontconfig"; \
	fc-list :lang=zh 2>/dev/null | grep -q . || need="$$need fonts-noto-cjk"; \
	if ! ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 && ! command -v postgres >/dev/null; then \
		need="$$need postgresql"; \
		$(may_install); \
		if [ -n "$$may" ] && [ ! -d /etc/postgresql-common ]; then \
			$(call from_debian,postgresql-common); \
			$$may sed -i 's/^#*create_main_cluster.*/create_main_cluster = false/' \
				/etc/postgresql-common/createcluster.conf; \
		fi; \
	fi; \
	[ -z "$$need" ] || { echo 'The tests look at pages in chromium, in Chinese type, and keep people in PostgreSQL too.'; \
		$(call from_debian,$$need); }

# How we may install Debian packages, if we may.
define may_install
if ! command -v apt-get >/dev/null; then may=; \
	elif [ "$$(id -u)" = 0 ]; then may=env; elif sudo -n true 2>/dev/null; then may='sudo -n env'; else may=; fi
endef

# Installs Debian packages where we may, else says which to install.
define from_debian
$(may_install); \
	if [ -z "$$may" ]; then \
		echo "Please install it and come again. On Debian: apt-get install" $(1); exit 1; \
	fi; \
	echo "Installing from Debian:" $(1) "…"; \
	apt="$$may DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300"; \
	{ $$apt update && $$apt install -y --no-install-recommends $(1); } >.debian.log 2>&1 \
		|| { tail -20 .debian.log; echo "That failed; the whole story is in .debian.log"; exit 1; }; \
	rm -f .debian.log
endef

# The locks hold for every Python and platform that the packages serve, and name no registry.
lock: .venv/made
	@tools=; aside=$$(mktemp -d) && trap 'rm -rf "$$aside"' EXIT && \
	cp requirements*.lock "$$aside" && \
	echo 'Making a throw-away environment with uv …' && \
	$(python) -m venv "$$aside" && "$$aside/bin/python" -m pip -qq install uv==0.13.9 && \
	for lock in requirements.lock requirements-dev.lock; do \
		echo "Pinning $$lock …"; \
		[ $$lock = requirements.lock ] || tools='--extra dev --constraint requirements.lock'; \
		echo '# Made by `make lock` from pyproject.toml.' > "$$aside/new"; \
		"$$aside/bin/uv" --quiet --system-certs pip compile pyproject.toml $$tools $(ARGS) \
			--universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
			--no-header --no-annotate --no-emit-index-url --output-file "$$aside/$$lock" || exit 1; \
		cat "$$aside/$$lock" >> "$$aside/new" && cat "$$aside/new" > $$lock; \
	done
