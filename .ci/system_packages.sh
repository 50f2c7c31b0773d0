#!/usr/bin/env bash
# Install the Debian packages that are missing: as root or through sudo; else say which are missing.
#   system_packages.sh PACKAGE...
set -euo pipefail
missing=()
for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" = 0 ]; then as_root=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as_root=(sudo)
else
    echo "Missing system packages: ${missing[*]}" >&2
    echo "Install them (apt-get install ${missing[*]}) and run the command again." >&2
    exit 1
fi
echo "==> System packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q -o Acquire::Retries=3 >/dev/null
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "${missing[@]}" >/dev/null
