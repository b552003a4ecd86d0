# Everything a person or a machine does with this repository. Continuous
# integration calls `make test` and nothing else.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL: # the tests of one machine share its cores, its ports and one engine

GO ?= go

# Where make run keeps its data, and what it listens on.
DATA ?= ./data
LISTEN ?= 127.0.0.1:8080

# How long make nightly fuzzes each target.
FUZZTIME ?= 1m

# The programs are built as the image's is, without C: what is tested here runs on
# any Linux, and in the image. The race detector alone needs C.
export CGO_ENABLED := 0

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

# Every module of the repository; the tools' own are only built.
MODULES := . engine internal/composetest internal/s3test
TOOL_MODULES := tools/lint tools/workflowcheck

# The packages that are pure and quick, tested with the race detector. It needs
# a C compiler.
PURE := calendar policy lifecycle
RACE := $(if $(shell command -v $$($(GO) env CC)),-race)

# The programs the whole-system tests start.
test e2e slowed bench nightly histories: export DUBAN_BIN := $(CURDIR)/bin/duban
test e2e slowed bench nightly histories: export DUBAN_ENGINE_BIN := $(CURDIR)/bin/duban-engine

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##### Build and run

.PHONY: build
build: bin/duban bin/duban-engine ## Build bin/duban and bin/duban-engine (the first time takes minutes)

.PHONY: bin/duban
bin/duban:
	@mkdir -p bin
	@deps=$$($(GO) list -deps ./cmd/duban 2>/dev/null | wc -l) || true; \
	$(GO) build -v -buildvcs=false -ldflags '-X main.version=$(VERSION)' -o $@ ./cmd/duban 2>&1 | tools/progress.sh $@ $$deps

# The engine embeds a Temporal server: some 1,800 packages, 7 minutes of one
# core. It is built again only when its own sources change.
bin/duban-engine: $(shell find engine -name '*.go' -not -name '*_test.go') engine/go.mod engine/go.sum
	@mkdir -p bin
	@echo "building the engine: minutes the first time, to download and compile a Temporal server; seconds from then on"
	@cd engine; deps=$$($(GO) list -deps . 2>/dev/null | wc -l) || true; \
	$(GO) build -v -buildvcs=false -o ../$@ . 2>&1 | ../tools/progress.sh $@ $$deps
	@touch $@

.PHONY: run
run: build $(if $(DATABASE_URL),,postgres) ## Run everything on this machine (DATA=./data LISTEN=127.0.0.1:8080)
	bin/duban serve --data '$(DATA)' --listen '$(LISTEN)'

.PHONY: demo
demo: build postgres ## Watch one finding's whole life, and a campaign coming in, in minutes
	bin/duban demo

# PostgreSQL's server programs, installed when they are missing.
.PHONY: postgres
postgres:
	@tools/postgres.sh

# What the tests look at the official documents with, installed when it is missing.
.PHONY: office
office:
	@tools/office.sh

##### Test

.PHONY: test
test: build postgres office lint ## Install what is needed and run every check and every test
ifndef RACE
	@echo "there is no C compiler here: the race detector is left out"
endif
	$(if $(RACE),CGO_ENABLED=1) $(GO) test $(RACE) -timeout 60m $(PURE:%=./%/...)
	$(GO) test -timeout 60m $$($(GO) list ./... | grep -vE '^duban/($(subst $() ,|,$(PURE) e2e))(/|$$)')
	cd engine && $(GO) test -timeout 30m ./...
	cd internal/composetest && $(GO) test -timeout 30m ./...
	cd internal/s3test && $(GO) test -timeout 30m ./...
	@$(MAKE) --no-print-directory e2e

# The whole system: real processes, PostgreSQL and engine. Their programs are
# no part of what go test caches by, so the tests always run. They measure the
# machine and choose by that how many systems run at once; all of them may wait.
.PHONY: e2e
e2e: build postgres
	$(GO) test -count=1 -timeout 75m -parallel 64 ./e2e/...

# The machine taken away: the whole system three times and everything else once,
# beside four busy processes, with one processor each, and on a slow disk.
.PHONY: slowed
slowed: build postgres office ## Run the tests as on a slow, a small and a busy machine (hours)
	@for kind in busy single disk; do \
		echo "handicap: $$kind"; \
		tools/handicap.sh $$kind $(GO) test -count=1 -timeout 75m $$($(GO) list ./... | grep -v '^duban/e2e'); \
		for round in 1 2 3; do tools/handicap.sh $$kind $(GO) test -count=1 -timeout 75m -parallel 64 ./e2e/...; done; \
	done

.PHONY: bench
bench: build postgres ## Measure, each figure beside its bar
	$(GO) run ./bench

.PHONY: nightly
nightly: build postgres office ## What takes too long for every change: races everywhere, 200 pairs of worlds, fuzzing (FUZZTIME=1m)
	CGO_ENABLED=1 $(GO) test -race -tags nightly -count=1 -timeout 60m -skip '^TestNonInterferenceOfTwoHundredPairs$$' ./...
	$(GO) test -tags nightly -count=1 -timeout 60m -run '^TestNonInterferenceOfTwoHundredPairs$$' ./api
	@for pkg in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "$(GO) test -fuzz $$target $$pkg"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$pkg; \
		done; \
	done

##### Check and change the source

.PHONY: lint
lint: .bin/golangci-lint .bin/workflowcheck ## Check formatting and source (gofmt, vet, golangci-lint, workflowcheck)
	@unformatted=$$(find . -name '*.go' -not -path './data/*' -print0 | xargs -0 gofmt -l); \
	if [[ $$unformatted ]]; then echo "not formatted, make fmt helps:"; echo "$$unformatted"; exit 1; fi
	@for module in $(MODULES); do \
		echo "$(GO) vet, golangci-lint in $$module"; \
		(cd $$module && $(GO) vet ./... && '$(CURDIR)/.bin/golangci-lint' run ./...); \
	done
	.bin/workflowcheck ./workflows/...

.PHONY: fmt
fmt: .bin/golangci-lint ## Format the source
	@for module in $(MODULES); do (cd $$module && '$(CURDIR)/.bin/golangci-lint' fmt ./...); done

# Each tool is a module of its own and built once: the linter takes minutes.
.bin/golangci-lint: tools/lint/go.mod tools/lint/go.sum
.bin/workflowcheck: tools/workflowcheck/go.mod tools/workflowcheck/go.sum
.bin/golangci-lint .bin/workflowcheck:
	@mkdir -p .bin
	@echo "building $@: minutes the first time"
	@cd $(<D); deps=$$($(GO) list -deps tool 2>/dev/null | wc -l) || true; \
	$(GO) build -v -buildvcs=false -o ../../$@ tool 2>&1 | ../progress.sh $@ $$deps
	@touch $@

.PHONY: generate
generate: ## Write the generated files anew
	$(GO) test ./lifecycle -run '^TestDocs$$' -update
	$(GO) test ./api -run '^(TestDocumentIsCommitted|TestAccess)$$' -update

.PHONY: verify
verify: ## Check that nothing generated is stale and every go.mod is tidy
	@for module in $(MODULES) $(TOOL_MODULES); do (cd $$module && $(GO) mod tidy -diff); done
	@before=$$(git diff | git hash-object --stdin); \
	$(MAKE) --no-print-directory generate; \
	if [[ $$before != $$(git diff | git hash-object --stdin) ]]; then \
		git diff --stat; echo "generated files were stale; they are written anew, commit them"; exit 1; \
	fi

# What open cases of this release look like to the next one: the replay tests
# read them from workflows/testdata/histories.
.PHONY: histories
histories: build postgres ## Capture workflow histories for the replay tests
	$(GO) test -tags histories -count=1 -timeout 20m -run '^TestCaptureHistories$$' ./workflows
