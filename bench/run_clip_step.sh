#!/usr/bin/env bash
# CLIP's training step beside open_clip's in PyTorch, two threads each, in turn; pictures and captions are made up.
# usage: bench/run_clip_step.sh [ROUNDS]
# Builds nothing. BUILD, PYTHON, THREADS choose others than build, .venv-bench-vision, 2.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3}
threads=${THREADS:-2}
bench=${BUILD:-build}/bin/clip_step_bench
python=${PYTHON:-.venv-bench-vision/bin/python3}
export OMP_NUM_THREADS=$threads HF_HUB_OFFLINE=1

if [ ! -x "$python" ]; then python3 -m venv .venv-bench-vision; fi
if ! "$python" -c 'import open_clip' 2> /dev/null; then
  "$python" -m pip install -q open_clip_torch==3.3.0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# compare MODEL BATCH STEPS [FURTHER OPTIONS OF OURS]
compare() {
  local model=$1 batch=$2 steps=$3
  shift 3
  "$bench" --model "$model" --batch 2 --steps 0 --warm-up 0 --save "$work/$model" "$@"
  for _ in $(seq "$rounds"); do
    "$bench" --model "$model" --batch "$batch" --steps "$steps" --threads "$threads" "$@"
    "$python" bench/peers/open_clip_step.py "$work/$model" --batch "$batch" --steps "$steps" --threads "$threads"
    "$python" bench/peers/open_clip_step.py "$work/$model" --batch "$batch" --steps "$steps" --threads "$threads" \
      --fused --channels-last
  done
  "$bench" --model "$model" --batch "$batch" --steps "$steps" --threads "$threads" --bf16 "$@"
  "$python" bench/peers/open_clip_step.py "$work/$model" --batch "$batch" --steps "$steps" --threads "$threads" \
    --fused --channels-last --bf16
}

compare tiny-resnet 128 20 --vocabulary 4096
compare tiny-vit 128 20 --vocabulary 4096
compare ViT-B-32 64 2
