#!/usr/bin/env bash
# Formatting and clang-tidy over our own code. Needs clang-format and clang-tidy (apt: the packages of these names).
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in clang-format clang-tidy; do
  command -v $tool > /dev/null || { echo "lint: $tool is not installed (apt-get install $tool)"; exit 1; }
done
mapfile -t files < <(git ls-files '*.cpp' '*.h')
clang-format --dry-run -Werror "${files[@]}"
[ -f build/compile_commands.json ] || { echo "lint: run 'make build' first, for clang-tidy"; exit 1; }
git ls-files 'counterpoint/core/*.cpp' 'counterpoint/data/*.cpp' 'counterpoint/text/*.cpp' 'counterpoint/weights/*.cpp' \
  | xargs clang-tidy --quiet -p build
