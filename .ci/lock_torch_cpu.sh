#!/usr/bin/env bash
# Lock torch's small build for CPUs by hash: the version in torch.txt, as the index of such builds serves it now.
# Does nothing where that version is locked. TORCH_INDEX names another index, such as a site's own.
#   lock_torch_cpu.sh DIR
set -euo pipefail
dir=${1:?directory}
uv=${UV:-.venv/bin/uv}
version=$(sed -n 's/^torch==\([^ ]*\).*/\1/p' "$dir/torch.txt")
if grep -qF "torch==$version" "$dir/torch-cpu.txt" 2>/dev/null; then
    exit 0
fi
from=(--torch-backend=cpu)
[ -z "${TORCH_INDEX:-}" ] || from=(--default-index "$TORCH_INDEX")
draft=$(mktemp)
trap 'rm -f "$draft"' EXIT
if ! echo "torch==$version" | "$uv" pip compile - "${from[@]}" --universal --python-version 3.11 --no-deps \
    --generate-hashes --no-annotate --no-header -q -o "$draft" ||
    ! grep -q -- --hash=sha256: "$draft"; then
    echo "torch $version for CPUs could not be locked: is the index of CPU builds reachable?" >&2
    exit 1
fi
cp "$draft" "$dir/torch-cpu.txt"
echo "==> torch $version for CPUs is locked in $dir/torch-cpu.txt as it came; commit that file"
