# The doors of this repository; `make` alone lists them. Every target may be repeated.
.DEFAULT_GOAL := help
.PHONY: help setup setup-tests runtime web build run judge test soak bench lint format clean
MAKEFLAGS += --no-print-directory

SWIFT_FILES := Sources Tests Benchmarks Package.swift
SOURCES := Package.swift $(shell find Sources -type f)
# The Swift runtime is linked in: two programs that need only Debian's libraries.
RELEASE := --configuration release --static-swift-stdlib
# Every test of the suite starts at once, with up to 2,400 files open among them; a login may open 1,024 unless it asks for more.
OPEN_FILES := if [ "$$(ulimit -S -n)" != unlimited ] && [ "$$(ulimit -S -n)" -lt 8192 ]; then ulimit -S -n 8192; fi

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s  %s\n", $$1, $$2 }' Makefile

setup: ## install the Debian packages that are missing
	@scripts/setup

setup-tests:
	@scripts/setup --tests

runtime: setup
	@scripts/build-runtime

web: setup
	@scripts/build-web

# Asked anew only when a source is newer: the build system takes seconds to find that nothing is to be done.
.build/release.stamp: $(SOURCES) | setup
	@swift build $(RELEASE) --product patchbay-worker
	@swift build $(RELEASE) --product patchbay
	@touch $@

build: runtime web .build/release.stamp ## build the programs into .build/release, and the pages into .build/web

run: build ## start a hub on http://127.0.0.1:8420 with the example plugins; ARGS="--port 9000" passes options on
	@exec .build/release/patchbay serve --data .data --seed plugins --store plugins $(ARGS)

judge: build ## judge real texts with the signals of integrations.config.json; ARGS="--limit 1000" passes options on
	@.build/release/patchbay run $(ARGS)

test: setup-tests runtime web ## run every test, those in a browser too
	@$(OPEN_FILES); scripts/run-tests $(ARGS)

soak: setup-tests runtime web ## run the tests with their long forms: more seeds, more repetitions
	@$(OPEN_FILES); PATCHBAY_SOAK=1 scripts/run-tests $(ARGS)

bench: build ## measure beside the peers on this machine and print ratios
	@swift build $(RELEASE) --product patchbay-bench
	@.build/release/patchbay-bench Benchmarks/peers $(ARGS)

lint: ## check format and hygiene
	@swift format lint --strict --recursive --parallel $(SWIFT_FILES)
	@scripts/check-hygiene

format: ## format the Swift sources
	@swift format --in-place --recursive --parallel $(SWIFT_FILES)

clean: ## remove everything built
	@rm -rf .build
