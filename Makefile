# The commands of the README. What they need and a new machine lacks, they install (crates/models/setup.sh).

# A question for `make ask`, exactly as typed: make must not expand `$` in it, and the shell must not see it.
Q ?= 注意力机制为什么要除以根号 d？
export QUESTION = $(value Q)

.DEFAULT_GOAL := help
.PHONY: help setup ask test check bench

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /make \1 — /p' Makefile

setup: ## a C compiler and ONNX Runtime, where they are missing
	@sh crates/models/setup.sh

ask: setup ## answer a question over the shipped notes: make ask Q="…"
	@cargo run --quiet --release --package sidenote-cli -- ask "$$QUESTION"

test: setup ## all tests
	cargo test --workspace

check: ## format, lints, documentation, borders
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps
	@sh .ci/borders

bench: setup ## the benchmarks
	cargo bench --workspace
