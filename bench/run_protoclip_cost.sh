#!/usr/bin/env bash
# What prototypes cost: `protoclip train` on the emoji as CLIP alone, and with prototypes and teacher on features that are
# reused and on such that are forwarded, in turn, with the settings of examples/protoclip-emoji.toml.
# usage: bench/run_protoclip_cost.sh [ROUNDS]   (each round is another seed)
# Builds nothing. BUILD, THREADS, EPISODES choose others than build, 2, 12.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3}
export OMP_NUM_THREADS=${THREADS:-2}
protoclip=${BUILD:-build}/bin/protoclip
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$protoclip" emoji --output-dir "$work/emoji" > /dev/null 2>&1

# train NAME SEED [OPTIONS]: the seconds of its steps as a line of $work/NAME.seconds
train() {
  local name=$1 seed=$2
  shift 2
  "$protoclip" train --train-data "$work/emoji/train" --model tiny-resnet --vocabulary-size 2048 --epochs "${EPISODES:-12}" \
    --batch-size 100 --lr 1e-3 --wd 0.1 --cache-dir memory --k 80 --kmeans-redos 2 --projection-hidden-dim 512 --seed "$seed" \
    --output-dir "$work/$name-$seed" "$@" > "$work/out" 2> "$work/log" || { tail -n 5 "$work/log" >&2; exit 1; }
  sed -n 's/^[0-9]* steps in \([0-9.]*\) s.*/\1/p' "$work/out" >> "$work/$name.seconds"
}
for seed in $(seq "$rounds"); do
  train clip "$seed" --w-proto 0
  train reuse "$seed" --external-teacher tfidf --w-ext 4 --episode-features reuse
  train forward "$seed" --external-teacher tfidf --w-ext 4 --episode-features forward
done

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }
clip=$(median "$work/clip.seconds")
for name in clip reuse forward; do
  seconds=$(median "$work/$name.seconds")
  awk -v name="$name" -v s="$seconds" -v clip="$clip" -v all="$(paste -sd ' ' "$work/$name.seconds")" \
    'BEGIN { printf "%-8s median %6.1f s, %.2f times CLIP (%s)\n", name, s, s / clip, all }'
done
