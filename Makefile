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
PACKAGES += python3-dev python3-numpy
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: help setup build plugins test-plugins demo test fuzz bench format check clean install
.PHONY: demo-functions demo-command demo-python test-python

help:
	@echo "make demo      build, start the daemon, tune an SVM on digits over all cores"
	@echo "make test      every test"
	@echo "make fuzz      a million inputs to each reader of what plugins and files say"
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

demo: build plugins
	@build/bin/tuned load build/plugins/svm.so
	@build/bin/tuned run Plugins/svm/digits.yaml

demo-functions: build plugins
	@build/bin/tuned load build/plugins/functions.so
	@build/bin/tuned run Plugins/functions/diabetes.yaml

demo-command: build plugins
	@build/bin/tuned load build/plugins/command.so --schema Plugins/command/examples/examples.json
	@build/bin/tuned run Plugins/command/examples/wine.yaml --config scripts="$(CURDIR)/Plugins/command/examples"
	@build/bin/tuned run Plugins/command/examples/diabetes.yaml --config scripts="$(CURDIR)/Plugins/command/examples"

demo-python: build plugins
	@build/bin/tuned load build/plugins/python.so --schema Plugins/python/examples/logistic.json
	@build/bin/tuned run Plugins/python/examples/breast_cancer.yaml --config script="$(CURDIR)/Plugins/python/examples/logistic.py"

test: setup plugins test-plugins
	@$(MAKE) --no-print-directory -C Tests/Plugins OUT="$(CURDIR)/build/test-plugins" check
	swift build --build-tests
	swift test --skip-build --parallel --disable-xctest

# The Python client against the daemon that is built.
test-python: build
	@TUNED_BIN="$(CURDIR)/build/bin/tuned" python3 -m unittest Tests/Python/test_tuned.py

# A million inputs to each reader of what others wrote: schemas, messages, streams, checkpoints, declarations of functions.
FUZZ_COUNT ?= 1000000
fuzz: setup
	@swift build $(BUILDFLAGS) --product tuned-fuzz
	@$(BIN)/tuned-fuzz --count $(FUZZ_COUNT)

bench: build plugins
	@$(MAKE) --no-print-directory -C Benchmarks

install: build plugins
	install -D -m 755 $(BIN)/tuned $(DESTDIR)$(PREFIX)/bin/tuned
	install -D -m 755 $(BIN)/tuned-worker $(DESTDIR)$(PREFIX)/bin/tuned-worker
	install -D -m 644 sdk/include/tuned/plugin.h $(DESTDIR)$(PREFIX)/include/tuned/plugin.h

clean:
	rm -rf build .build
