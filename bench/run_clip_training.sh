#!/usr/bin/env bash
# CLIP trained on photos beside open_clip, loaders in the loop: `protoclip train` and PyTorch in turn, two threads and two
# loader workers each, CLIP's own vocabulary on both sides.
# usage: bench/run_clip_training.sh [SHARD.tar..]   (default: the Flickr8k shards of ../shared/data)
# Builds nothing. BUILD, PYTHON, THREADS choose others than build, .venv-bench-vision, 2; ROUNDS others than 2.
set -euo pipefail
cd "$(dirname "$0")/.."
threads=${THREADS:-2}
bin=${BUILD:-build}/bin
python=${PYTHON:-.venv-bench-vision/bin/python3}
export OMP_NUM_THREADS=$threads HF_HUB_OFFLINE=1
shards=("$@")
[ $# -gt 0 ] || shards=(../shared/data/flickr8k/train-*.tar)
if [ ! -x "$python" ]; then python3 -m venv .venv-bench-vision; fi
if ! "$python" -c 'import open_clip, torchvision' 2> /dev/null; then
  "$python" -m pip install -q torch==2.14.1 torchvision==0.29.1 pillow open_clip_torch==3.3.0
fi
vocabulary=$("$python" -c 'import open_clip, os; print(os.path.dirname(open_clip.__file__))')/bpe_simple_vocab_16e6.txt.gz
joined=$(printf '::%s' "${shards[@]}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# compare MODEL BATCH STEPS: an episode of ours has as many samples as the steps need.
compare() {
  local model=$1 batch=$2 steps=$3
  "$bin/clip_step_bench" --model "$model" --batch 2 --steps 0 --warm-up 0 --save "$work/$model" > /dev/null
  for round in $(seq "${ROUNDS:-2}"); do
    "$bin/protoclip" train --train-data "${joined:2}" --vocabulary "$vocabulary" --model "$model" --w-proto 0 --epochs 1 \
      --episode-size $((batch * steps)) --batch-size "$batch" --workers 2 --lr 1e-4 --wd 0.2 \
      --output-dir "$work/run-$model-$round" 2> /dev/null | grep steps |
      sed "s/^\([0-9]*\) steps in \([0-9.]*\) s.*/\1 \2/" |
      awk -v m="$model" -v b="$batch" '{printf "{\"engine\": \"protoclip train\", \"model\": \"%s\", \"batch\": %d, \"steps\": %d, \"samples_per_second\": %.1f}\n", m, b, $1, $1 * b / $2}'
    "$python" bench/peers/open_clip_train.py "$work/$model" "${shards[@]}" --batch "$batch" --steps "$steps" --threads "$threads"
  done
}

compare tiny-resnet 128 31
compare ViT-B-32 64 4
