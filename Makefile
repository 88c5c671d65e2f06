# The commands of the README. What they need and a new machine lacks, they install (crates/models/setup.sh, src-tauri/setup.sh).

# A question for `make ask`, exactly as typed: make must not expand `$` in it, and the shell must not see it.
Q ?= 注意力机制为什么要除以根号 d？
export QUESTION = $(value Q)

# Node.js that the set-up brought, where the machine's own is too old.
export PATH := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)/node/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup window-setup run ask ui types pictures deb appimage dmg msi test check bench

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /make \1 — /p' Makefile

run: setup window-setup ui ## open the window
	cargo run --release --package sidenote-desktop

ask: setup ## answer a question over the shipped notes: make ask Q="…"
	@cargo run --quiet --release --package sidenote-cli -- ask "$$QUESTION"

test: setup ## all tests
	@sh src-tauri/setup.sh tests
	$(MAKE) ui
	cargo test --workspace --lib --bins --tests
	cd ui && npm run test

check: window-setup ui ## format, lints, documentation, borders
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps
	@sh .ci/borders
	cd ui && npm run check

ui: ui/dist/.built ## the window's page

ui/node_modules/.package-lock.json: ui/package.json ui/package-lock.json
	cd ui && npm ci && touch node_modules/.package-lock.json

ui/dist/.built: ui/node_modules/.package-lock.json ui/index.html ui/vite.config.ts $(shell find ui/src -type f)
	cd ui && npm run build && touch dist/.built

types: window-setup ## the page's types, made from the program's
	SIDENOTE_WRITE_TYPES=1 cargo test --workspace --test desktop types
	cd ui && npx prettier --write src/lib/backend/wire.ts

pictures: window-setup ui ## the README's pictures, taken of the real window
	SIDENOTE_PICTURES=$(CURDIR)/docs/pictures cargo test --workspace --test desktop -- pictures::

deb: setup window-setup ui ## a Debian package with everything inside
	$(call package,deb)

# Their tools come from elsewhere, or need the system itself: not built so far.
appimage dmg: setup window-setup ui
	$(call package,$@)

# Windows' resources are copied by the build itself, so they are gathered before it.
msi: setup window-setup ui
	sh src-tauri/package/gather.sh
	$(call package,msi,--config src-tauri/package/windows.json)

# The window and the command in one build, so that what both need is compiled once.
package = sh src-tauri/setup.sh package && cargo build --release --workspace --bins && ui/node_modules/.bin/tauri bundle --bundles $(1) $(2) && sh src-tauri/package/checksums.sh

bench: setup ui ## the benchmarks
	@sh src-tauri/setup.sh tests
	cargo bench --workspace

setup: ## a C compiler and ONNX Runtime, where they are missing
	@sh crates/models/setup.sh

window-setup:
	@sh src-tauri/setup.sh
