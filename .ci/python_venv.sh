#!/usr/bin/env bash
# Make a virtual environment with the newest Python >= 3.11 on this machine.
#   python_venv.sh DIR
set -euo pipefail
dir=${1:?directory}
here=$(dirname "$0")
for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null || continue
    "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || continue
    python=$candidate
    break
done
[ -n "${python:-}" ] || { echo "Python 3.11, 3.12 or 3.13 is needed; set PYTHON to one." >&2; exit 1; }
"$python" -c 'import ensurepip, venv' 2>/dev/null || bash "$here/system_packages.sh" python3-venv python3-pip
[ -x "$dir/bin/python" ] && "$dir/bin/python" -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear "$dir"
