# One word for each thing one does here. `make run` and `make test` start from a fresh checkout.
SHELL := /bin/bash
LISTEN ?= 127.0.0.1:8080
DATA ?= data/demo
export CARGO_TARGET_DIR ?= $(CURDIR)/target
HUITONG := $(CARGO_TARGET_DIR)/debug/huitong

.PHONY: help run test assets check gen dist dist-try bench bench-load bench-dispatch bench-sheets bench-importing

help:
	@echo 'make run     build everything and serve the demo city on http://$(LISTEN)'
	@echo 'make test    unit and integration tests on both engines, then the journeys in a browser'
	@echo 'make check   formatting, lints, house style of CSS and script, the shipped pack, licences, generated docs'
	@echo 'make gen     write docs/generated anew'
	@echo 'make dist    a folder with the release binary, packs, licences and a manual, for a machine without network: dist/'
	@echo 'make dist-try  unpack and run it in an empty folder, as root under another user without network'
	@echo 'make assets  fetch the pinned script and icons into web/vendor'
	@echo 'make bench   many callers against one on a distant PostgreSQL'
	@echo 'make bench-load      a city with a million appeals under 64 callers, on both engines'
	@echo 'make bench-sheets    a table of 100,000 rows, written and read as CSV and as XLSX'
	@echo 'make bench-importing  a workbook of 100,000 rows brought into a register and taken out of it'
	@echo 'make bench-dispatch  every figure of docs/dispatch.md, on the real orders where they are at hand'

run: assets
	scripts/need rust cc
	cargo build --locked -p huitong
	$(HUITONG) demo --listen $(LISTEN) --data $(DATA)

test: assets
	scripts/need rust cc chromium postgres
	scripts/postgres run scripts/test

assets:
	scripts/need node
	scripts/assets

check:
	scripts/need rust cc lints node git
	scripts/check

gen:
	scripts/need rust cc
	scripts/gen

dist: assets
	scripts/need rust cc node
	scripts/dist

dist-try:
	scripts/dist-try

bench:
	scripts/need rust cc postgres
	scripts/postgres run cargo run --release --locked -p huitong-bench --bin concurrency

bench-load:
	scripts/need rust cc postgres
	cargo build --release --locked -p huitong -p huitong-bench
	HUITONG_BINARY=$(CARGO_TARGET_DIR)/release/huitong $(CARGO_TARGET_DIR)/release/load
	HUITONG_BINARY=$(CARGO_TARGET_DIR)/release/huitong scripts/postgres run bash -c 'psql -q "$$HUITONG_TEST_PG/postgres" \
	  -c "CREATE DATABASE huitong_load" && $(CARGO_TARGET_DIR)/release/load postgres'

bench-sheets:
	scripts/need rust cc
	cargo run --release --locked -p huitong-bench --bin sheets

bench-importing:
	scripts/need rust cc
	cargo run --release --locked -p huitong-bench --bin importing

bench-dispatch:
	scripts/need rust cc
	cargo run --release --locked -p huitong-bench-dispatch -- --seeds 3
