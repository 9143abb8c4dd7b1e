# tuned: `make demo` shows it at work, `make test` tests it, `make install PREFIX=...` installs it. Each target sets up what it needs.

SHELL := /bin/bash
CONFIGURATION ?= release
BIN := .build/$(CONFIGURATION)
# The Swift runtime is linked in, so that what is built runs where no toolchain is, and starts sooner.
BUILDFLAGS := -c $(CONFIGURATION) --static-swift-stdlib
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local

# Debian packages: to build, and for the plugins and tests that use them.
PACKAGES := build-essential cmake pkg-config libsqlite3-dev libsvm-dev strace python3-venv
# What the tests need beside: every library that a plugin can be built over.
TEST_PACKAGES := libxgboost-dev libtorch-dev libffi-dev python3-dev python3-numpy
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: help setup setup-tests build plugins test-plugins test-sdk demo demo-boosting demo-torch test bench format check clean install install-sdk
# Targets are steps one after another; what each of them builds goes on in parallel.
.NOTPARALLEL:

help:
	@echo "make demo      build, start the daemon, tune an SVM on digits over all cores"
	@echo "make demo-NAME the same with another plugin: boosting (xgboost), torch (libtorch)"
	@echo "make test      every test"
	@echo "make bench     the measurements, beside Optuna and rustuna; writes Benchmarks/results"
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
	@$(MAKE) --no-print-directory -C Plugins OUT="$(CURDIR)/build/plugins"

test-plugins: setup
	@$(MAKE) --no-print-directory -C Tests/Plugins OUT="$(CURDIR)/build/test-plugins"

demo: build plugins
	@build/bin/tuned load build/plugins/svm.so
	@build/bin/tuned run Plugins/svm/digits.yaml

demo-boosting demo-torch: demo-%: build plugins
	@test -e build/plugins/$*.so || { echo "$* was left out above, with the package that it needs" >&2; exit 1; }
	@build/bin/tuned load build/plugins/$*.so
	@build/bin/tuned run Plugins/$*/digits.yaml

test: setup-tests plugins test-plugins test-sdk
	@$(MAKE) --no-print-directory -C Tests/Plugins OUT="$(CURDIR)/build/test-plugins" check
	swift build --build-tests
	swift test --skip-build --parallel --disable-xctest
	Tests/SDK/examples.sh .build/debug/tuned c cpp swift
	Tests/SDK/new.sh .build/debug/tuned c cpp swift

# The SDK as authors get it; without the daemon.
test-sdk: setup
	sdk/abi/check --exact
	Tests/SDK/abi_test.py
	Tests/SDK/cxx_test.py
	Tests/SDK/installed.sh --swift

bench: build plugins
	@$(MAKE) --no-print-directory -C Benchmarks

install: build plugins install-sdk
	install -D -m 755 $(BIN)/tuned $(DESTDIR)$(PREFIX)/bin/tuned
	install -D -m 755 $(BIN)/tuned-worker $(DESTDIR)$(PREFIX)/bin/tuned-worker

# What plugin authors need; without the daemon, and without Swift.
install-sdk:
	@$(MAKE) --no-print-directory -C sdk install DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)"

clean:
	rm -rf build .build
