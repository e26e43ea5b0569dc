#!/usr/bin/env bash
# K-means beside faiss-cpu on 200,000 x 128 real features (patches of photos), two threads each, in turn; then back
# translation beside the loop over clusters.
# usage: bench/run_kmeans.sh [ROUNDS]
# Builds nothing. BUILD, PYTHON, THREADS, SHARDS choose others than build, .venv-bench-vision, 2, ../shared/data/flickr8k.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3}
threads=${THREADS:-2}
bench=${BUILD:-build}/bin/kmeans_bench
python=${PYTHON:-.venv-bench-vision/bin/python3}
shards=${SHARDS:-$(ls ../shared/data/flickr8k/*.tar)}
export OMP_NUM_THREADS=$threads

if [ ! -x "$python" ]; then python3 -m venv .venv-bench-vision; fi
if ! "$python" -c 'import faiss, PIL, safetensors' 2> /dev/null; then
  "$python" -m pip install -q faiss-cpu==1.15.1 pillow safetensors
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck disable=SC2086
"$python" bench/make_patches.py "$work/patches.safetensors" $shards
for _ in $(seq "$rounds"); do
  "$bench" "$work/patches.safetensors" --threads "$threads" --start random
  "$bench" "$work/patches.safetensors" --threads "$threads" --start k-means++
  "$python" bench/peers/faiss_kmeans.py "$work/patches.safetensors" --threads "$threads"
done
"$bench" "$work/patches.safetensors" --threads "$threads" --back-translation
