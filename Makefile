# make run     set everything up, ingest sample_docs, serve the page on 127.0.0.1
# make test    set up what tests need, and run them all
# make check   lint, types, layers        make bench   benchmarks (KB_EVALDATA names the question sets)
# make tune    install what `kb tune` needs
# make lock    resolve the locked package lists again
# make sbom    bill of materials and notices of third parties, into runs/sbom (OUT names another folder)
# make audit   ask the package index for known holes of what is locked; says where it does not tell (no part of CI)
#
# TORCH=cpu    installs torch's small CPU build instead of the one with CUDA (7 GB less on disk)
# TORCH_INDEX= another index of small builds, such as a site's own
# PORT=8600    where the page is served
# WORKERS=3    how many processes run the tests, each file in one of them: one more than cores, as a browser is waited for

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PORT ?= 8600
WORKERS ?= 3
TORCH ?=
BIN := .venv/bin
LOCK := configs/lock
TORCH_FROM = $(if $(TORCH_INDEX),--default-index $(TORCH_INDEX),$(if $(UV_NO_INDEX),,--torch-backend=cpu))
CACHE := $(or $(KB_CACHE),$(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME)/kb,$(HOME)/.cache/kb))

export KB_OLLAMA ?= $(CACHE)/ollama/ollama
unexport PYTHONDONTWRITEBYTECODE # or each of many processes compiles all packages anew

.PHONY: run test setup setup-test test-packages test-ollama test-provider check bench tune lock sbom audit clean

run: setup
	@$(BIN)/kb ingest sample_docs
	@exec $(BIN)/kb up --port $(PORT)

test: setup setup-test
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile

setup: .venv/.runtime
	@$(BIN)/kb models pull multilingual-e5-small
	@$(BIN)/kb models pull qwen2.5-coder-1.5b

setup-test: setup .venv/.dev test-ollama test-provider
	@$(BIN)/kb models pull smollm2-135m

test-packages: .venv/bin/uv
	@bash .ci/system_packages.sh chromium-headless-shell fonts-noto-cjk nginx-light strace systemd iproute2 util-linux build-essential nlohmann-json3-dev libstb-dev

test-ollama: test-packages
	@bash .ci/ollama_from_go.sh "$(CACHE)/ollama"

test-provider: .venv/bin/uv
	@bash .ci/oidc_provider.sh "$(CACHE)/oidc-provider"

check: .venv/.runtime .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

tune: setup .venv/.tune

bench: setup .venv/.dev
	@$(BIN)/python -m benchmarks

.venv/bin/uv: $(LOCK)/uv.txt
	@echo "==> Python environment"
	@bash .ci/python_venv.sh .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(LOCK)/uv.txt
	@touch $@

.venv/.torch-$(TORCH): .venv/bin/uv $(LOCK)/torch.txt
	@echo "==> torch ($(or $(TORCH),with CUDA; TORCH=cpu takes the small build))"
	@if [ "$(TORCH)" = cpu ]; then \
	    bash .ci/lock_torch_cpu.sh $(LOCK) && \
	    $(BIN)/uv pip install --python $(BIN)/python --no-deps $(TORCH_FROM) --require-hashes -r $(LOCK)/torch-cpu.txt; \
	else \
	    $(BIN)/uv pip install --python $(BIN)/python --no-deps --require-hashes -r $(LOCK)/torch.txt; \
	fi
	@rm -f .venv/.torch-* && touch $@

.venv/.runtime: .venv/.torch-$(TORCH) $(LOCK)/runtime.txt pyproject.toml
	@echo "==> Python packages"
	@$(BIN)/uv pip install --python $(BIN)/python --no-deps --require-hashes -r $(LOCK)/runtime.txt
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

.venv/.tune: .venv/.runtime $(LOCK)/tune.txt
	@echo "==> Packages for tuning"
	@$(BIN)/uv pip install --python $(BIN)/python --no-deps --require-hashes -r $(LOCK)/tune.txt
	@touch $@

.venv/.dev: .venv/.runtime .venv/.tune $(LOCK)/dev.txt
	@echo "==> Packages for development"
	@$(BIN)/uv pip install --python $(BIN)/python --no-deps --require-hashes -r $(LOCK)/dev.txt
	@touch $@

lock:
	@bash .ci/lock.sh $(LOCK)
	@bash .ci/lock_torch_cpu.sh $(LOCK) || echo "$(LOCK)/torch-cpu.txt is as it was"

sbom: .venv/.runtime .venv/.dev
	@$(BIN)/python .ci/sbom.py $(or $(OUT),runs/sbom)

audit: .venv/bin/uv
	@$(BIN)/python .ci/audit.py

clean:
	rm -rf .venv runs
