#!/usr/bin/env bash
# The loader beside PyTorch's, one after the other, two workers each.
# usage: bench/run_loader.sh [SHARD.tar..]   (default: the Flickr8k shards of ../shared/data)
set -euo pipefail
cd "$(dirname "$0")/.."
bench=${BUILD:-build}/bin/loader_bench
python=${PYTHON:-.venv-bench-vision/bin/python3}
shards=("$@")
[ $# -gt 0 ] || shards=(../shared/data/flickr8k/train-*.tar)
if [ ! -x "$python" ]; then
  python3 -m venv .venv-bench-vision
  "$python" -m pip install -q torch==2.14.1 torchvision==0.29.1 pillow
fi
joined=$(printf '::%s' "${shards[@]}")
for side in 224 48; do
  "$bench" "${joined:2}" --side $side
  "$python" bench/peers/torch_loader.py "${shards[@]}" --side $side
done
