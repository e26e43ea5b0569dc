# Two commands do everything on a fresh Debian 12 or Ubuntu 24.04: `make demo` and `make test`.
BUILD ?= build
JOBS ?= 2

.PHONY: all setup configure build demo test bench lint clean
all: build

setup:
	@scripts/setup.sh

configure: setup
	@cmake --preset release -B $(BUILD) > $(BUILD).log 2>&1 || { cat $(BUILD).log; exit 1; }

build: configure
	@cmake --build $(BUILD) -j$(JOBS) --target pbt protoclip

demo: build
	@scripts/demo.sh $(BUILD)/bin/pbt $(BUILD)/bin/protoclip

test: configure
	@cmake --build $(BUILD) -j$(JOBS)
	@ctest --test-dir $(BUILD) --output-on-failure -j$(JOBS)

bench: setup
	@cmake --preset release -B $(BUILD) -DCOUNTERPOINT_BENCH=ON > $(BUILD).log 2>&1 || { cat $(BUILD).log; exit 1; }
	@cmake --build $(BUILD) -j$(JOBS) --target pbt kernels_bench generation_bench make_dialogues training_bench \
	  kmeans_bench loader_bench clip_step_bench
	@$(BUILD)/bin/kernels_bench
	@bench/run.sh
	@bench/run_training.sh
	@bench/run_loader.sh
	@bench/run_kmeans.sh
	@bench/run_clip_step.sh
	@bench/run_clip_training.sh

lint: setup
	@scripts/lint.sh

clean:
	rm -rf $(BUILD) $(BUILD).log
