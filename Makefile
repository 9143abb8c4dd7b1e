# tuned: `make demo` shows it at work, `make test` tests it, `make install PREFIX=...` installs it. Each target sets up what it needs.

SHELL := /bin/bash
CONFIGURATION ?= release
BIN := .build/$(CONFIGURATION)
# The Swift runtime is linked in, so that what is built runs where no toolchain is, and starts sooner.
BUILDFLAGS := -c $(CONFIGURATION) --static-swift-stdlib
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local

# Debian packages: to build, and for the plugins and tests that use them.
PACKAGES := build-essential pkg-config libsqlite3-dev libsvm-dev strace python3-venv
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: help setup build plugins test-plugins demo test bench format check clean install

help:
	@echo "make demo      build, start the daemon, tune an SVM on digits over all cores"
	@echo "make demo-mlp  the same with a neural network in Swift"
	@echo "make test      every test"
	@echo "make bench     the measurements, beside Optuna and rustuna; writes Benchmarks/results"
	@echo "make build     the command and the daemon, into build/bin"
	@echo "make plugins   the plugins, into build/plugins"
	@echo "make install   into PREFIX ($(PREFIX))"

# Installs what dpkg does not know as installed; says nothing where all is there.
setup:
	@command -v swift >/dev/null || { echo "tuned needs the Swift 6.3 toolchain (https://www.swift.org/install/linux/debian/12)" >&2; exit 1; }
	@missing=""; for p in $(PACKAGES); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q "ok installed" || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
		echo "Installing$$missing"; \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $$missing >/dev/null 2>&1 || \
		{ $(SUDO) apt-get update >/dev/null && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $$missing >/dev/null; }; \
	fi

build: setup
	@echo "Building tuned ($(CONFIGURATION); the first time takes some minutes)"
	@swift build $(BUILDFLAGS) --product tuned
	@swift build $(BUILDFLAGS) --product tuned-worker
	@mkdir -p build/bin && ln -sf "$(CURDIR)/$(BIN)/tuned" "$(CURDIR)/$(BIN)/tuned-worker" build/bin/

plugins: setup
	@$(MAKE) --no-print-directory -C Plugins OUT="$(CURDIR)/build/plugins"

test-plugins: setup
	@$(MAKE) --no-print-directory -C Tests/Plugins OUT="$(CURDIR)/build/test-plugins"

.PHONY: demo-mlp
demo-mlp: build plugins
	@build/bin/tuned load build/plugins/mlp.so
	@build/bin/tuned run Plugins/mlp/study.yaml

demo: build plugins
	@build/bin/tuned load build/plugins/svm.so
	@build/bin/tuned run Plugins/svm/digits.yaml

test: setup plugins test-plugins
	@$(MAKE) --no-print-directory -C Tests/Plugins OUT="$(CURDIR)/build/test-plugins" check
	swift test --package-path sdk
	@$(MAKE) --no-print-directory -C Plugins/mlp OUT="$(CURDIR)/build/plugins" check
	swift build --build-tests
	swift test --skip-build --parallel --disable-xctest

bench: build plugins
	@$(MAKE) --no-print-directory -C Benchmarks

install: build plugins
	install -D -m 755 $(BIN)/tuned $(DESTDIR)$(PREFIX)/bin/tuned
	install -D -m 755 $(BIN)/tuned-worker $(DESTDIR)$(PREFIX)/bin/tuned-worker
	install -D -m 644 sdk/include/tuned/plugin.h $(DESTDIR)$(PREFIX)/include/tuned/plugin.h

clean:
	rm -rf build .build
