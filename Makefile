# tuned: `make demo` shows it at work, `make test` tests it, `make install PREFIX=...` installs it. Each target sets up what it needs.

SHELL := /bin/bash
CONFIGURATION ?= release
BIN := .build/$(CONFIGURATION)
# The Swift runtime is linked in, so that what is built runs where no toolchain is, and starts sooner.
BUILDFLAGS := -c $(CONFIGURATION) --static-swift-stdlib
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local

# Debian packages: to build, and for the plugins and tests that use them.
PACKAGES := build-essential pkg-config libffi-dev libopenblas-dev libnlopt-dev libsqlite3-dev libsvm-dev
# What the tests need beside: every library that a plugin can be built over.
TEST_PACKAGES := libxgboost-dev libtorch-dev python3-dev python3-numpy python3-venv cmake strace
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: help setup setup-tests build plugins test-plugins test-sdk golden demo demo-boosting demo-torch demo-mlp demo-fidelity demo-functions demo-command demo-python test test-python fuzz faults bench bench-search bench-fidelity \
	format check clean install install-sdk
# Targets are steps one after another; what each of them builds goes on in parallel.
.NOTPARALLEL:

help:
	@echo "make demo      build, start the daemon, tune an SVM on digits over all cores"
	@echo "make demo-fidelity  end bad trials early, train the best in full, score it once on rows that nobody has seen"
	@echo "make demo-NAME the same with another plugin: boosting (xgboost), torch (libtorch), mlp (Swift)"
	@echo "make test      every test"
	@echo "make fuzz      a million inputs to each reader of what plugins and files say"
	@echo "make faults    600 trials that misbehave among healthy ones; writes docs/faults.md"
	@echo "make bench     the measurements, beside Optuna and rustuna; writes Benchmarks/results"
	@echo "make bench-search  how well it searches, beside its peers; goes on where it stopped; QUICK=1 ends within an hour"
	@echo "make bench-fidelity  budgets, rungs and folds, beside their peers, on tables of learning curves; QUICK=1 takes minutes"
	@echo "make build     the command and the daemon, into build/bin"
	@echo "make plugins   the plugins, into build/plugins"
	@echo "make install   into PREFIX ($(PREFIX)); install-sdk: what plugin authors need, alone"

# Installs those of the packages $(1) that dpkg does not know as installed; says nothing where all are there.
define install
	@missing=""; for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q "ok installed" || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
		echo "Installing$$missing"; \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $$missing >/dev/null 2>&1 || \
		{ $(SUDO) apt-get update >/dev/null && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $$missing >/dev/null; }; \
	fi
endef

setup:
	@command -v swift >/dev/null || { echo "tuned needs the Swift 6.3 toolchain (https://www.swift.org/install/linux/debian/12)" >&2; exit 1; }
	$(call install,$(PACKAGES))

setup-tests: setup
	$(call install,$(TEST_PACKAGES))

build: setup
	@echo "Building tuned ($(CONFIGURATION); the first time takes some minutes)"
	@swift build $(BUILDFLAGS) --product tuned
	@swift build $(BUILDFLAGS) --product tuned-worker
	@mkdir -p build/bin && ln -sf "$(CURDIR)/$(BIN)/tuned" "$(CURDIR)/$(BIN)/tuned-worker" build/bin/

plugins: setup
	@$(MAKE) -j$(JOBS) --no-print-directory -C Plugins OUT="$(CURDIR)/build/plugins"

test-plugins: setup
	@$(MAKE) -j$(JOBS) --no-print-directory -C Tests/Plugins OUT="$(CURDIR)/build/test-plugins"

# One plugin, for a demonstration of it.
plugin-%: setup
	@$(MAKE) --no-print-directory -C Plugins PLUGINS=$* OUT="$(CURDIR)/build/plugins"

demo: build plugin-svm
	@build/bin/tuned load build/plugins/svm.so
	@build/bin/tuned run Plugins/svm/digits.yaml

demo-boosting demo-torch demo-mlp: demo-%: build plugin-%
	@test -e build/plugins/$*.so || { echo "$* was left out above, with the package that it needs" >&2; exit 1; }
	@build/bin/tuned load build/plugins/$*.so
	@build/bin/tuned run $(firstword $(wildcard Plugins/$*/study.yaml Plugins/$*/digits.yaml))

# Budgets: most configurations are stopped early, the best is trained in full and scored once on rows that nobody has seen.
demo-fidelity: build plugin-mlp
	@build/bin/tuned load build/plugins/mlp.so
	@slug=$$(build/bin/tuned run Plugins/mlp/fidelity.yaml --detach --json | sed -n 's/.*"study": *"\([^"]*\)".*/\1/p' | head -1) && \
		build/bin/tuned show $$slug --follow && build/bin/tuned finalize $$slug && \
		build/bin/tuned report $$slug -o build/$$slug.html && echo "The study, written up: build/$$slug.html"

demo-functions: build plugin-functions
	@build/bin/tuned load build/plugins/functions.so
	@build/bin/tuned run Plugins/functions/diabetes.yaml

demo-command: build plugin-command
	@build/bin/tuned load build/plugins/command.so --schema Plugins/command/examples/examples.json
	@build/bin/tuned run Plugins/command/examples/wine.yaml --config scripts="$(CURDIR)/Plugins/command/examples"
	@build/bin/tuned run Plugins/command/examples/diabetes.yaml --config scripts="$(CURDIR)/Plugins/command/examples"

demo-python: build plugin-python
	@build/bin/tuned load build/plugins/python.so --schema Plugins/python/examples/logistic.json
	@build/bin/tuned run Plugins/python/examples/breast_cancer.yaml --config script="$(CURDIR)/Plugins/python/examples/logistic.py"

test: setup-tests plugins test-plugins test-sdk
	@$(MAKE) -j$(JOBS) --no-print-directory -C Tests/Plugins OUT="$(CURDIR)/build/test-plugins" check
	swift test --package-path sdk
	@$(MAKE) --no-print-directory -C Plugins/mlp OUT="$(CURDIR)/build/plugins" check
	swift build --build-tests
	Tests/SDK/examples.sh .build/debug/tuned c cpp swift
	Tests/SDK/new.sh .build/debug/tuned c cpp swift
	TUNED_BIN="$(CURDIR)/.build/debug/tuned" python3 -m unittest Tests/Python/test_tuned.py
	TUNED_PLUGINS=build/plugins SEARCH_DRIVER=.build/debug/search-driver python3 -m unittest Tests/Python/test_search_benchmark.py
	SEARCH_DRIVER=.build/debug/search-driver python3 -m unittest Tests/Python/test_fidelity_benchmark.py
	python3 Tests/Faults/run.py --bin .build/debug --plugins build/test-plugins --noop build/plugins --work build/faults --trials 60 --healthy 300
	Tests/swift-tests.sh

# The SDK as authors get it; without the daemon.
test-sdk: setup
	sdk/abi/check --exact
	Tests/SDK/abi_test.py
	Tests/SDK/cxx_test.py
	Tests/SDK/installed.sh --swift

# Writes anew the pictures that tests compare with, after a change that was looked at (rsvg-convert x.svg -o x.png).
golden: setup
	swift build --build-tests
	TUNED_WRITE_GOLDEN=1 swift test --skip-build --disable-xctest --filter '^TunedPlotsTests\.GoldenTests'

# The Python client against the daemon that is built.
test-python: build
	@TUNED_BIN="$(CURDIR)/build/bin/tuned" python3 -m unittest Tests/Python/test_tuned.py

# A million inputs to each reader of what others wrote: schemas, messages, streams, checkpoints, declarations of functions.
FUZZ_COUNT ?= 1000000
fuzz: setup
	@swift build $(BUILDFLAGS) --product tuned-fuzz
	@$(BIN)/tuned-fuzz --count $(FUZZ_COUNT)

# Trials that misbehave in every known way among healthy ones; writes docs/faults.md.
faults: build plugin-noop test-plugins
	@python3 Tests/Faults/run.py --bin $(BIN) --plugins build/test-plugins --noop build/plugins --work build/faults --table docs/faults.md

bench: build plugins
	@$(MAKE) --no-print-directory -C Benchmarks

# SUBJECTS="quality bbob parallel cost long wide": some of it. ARGUMENTS: see Benchmarks/search/run.py --help.
bench-search: setup plugin-functions
	@swift build $(BUILDFLAGS) --product search-driver
	@$(MAKE) --no-print-directory -C Benchmarks/search DRIVER="$(CURDIR)/$(BIN)/search-driver"

# SUBJECTS="speed peers folds slots overhead checkpoint": some of it. ARGUMENTS: see Benchmarks/fidelity/run.py --help.
bench-fidelity: build
	@swift build $(BUILDFLAGS) --product search-driver
	@$(MAKE) --no-print-directory -C Benchmarks/fidelity BIN="$(CURDIR)/$(BIN)"

install: build plugins install-sdk
	install -D -m 755 $(BIN)/tuned $(DESTDIR)$(PREFIX)/bin/tuned
	install -D -m 755 $(BIN)/tuned-worker $(DESTDIR)$(PREFIX)/bin/tuned-worker

# What plugin authors need; without the daemon, and without Swift.
install-sdk:
	@$(MAKE) --no-print-directory -C sdk install DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)"

clean:
	rm -rf build .build
