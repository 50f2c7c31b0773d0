#!/usr/bin/env bash
# Resolve the locked package lists: hashes, no addresses. torch and its CUDA libraries stand apart, so that
# `make TORCH=cpu` can take the small build instead.
#   lock.sh DIR
set -euo pipefail
dir=${1:?directory}
uv=${UV:-.venv/bin/uv}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# rapidocr asks for opencv-python, which needs a display server's libraries; the headless build has the same module.
# This stands here and not in pyproject.toml: there "uv pip install" would read it, and put it in a locked version's place.
printf '%s\n' "opencv-python ; sys_platform == 'never'" "opencv-python-headless>=4.8" > "$work/overrides.txt"
compile() { "$uv" pip compile pyproject.toml --overrides "$work/overrides.txt" --universal --generate-hashes --python-version 3.11 --no-annotate --no-header -q "$@"; }
compile --group build --group dev --extra tune -o "$work/all.txt"
compile --group build -c "$work/all.txt" -o "$work/runtime.txt"
compile --extra tune -c "$work/all.txt" -o "$work/tune.txt"
echo "uv" | "$uv" pip compile - --generate-hashes --no-annotate --no-header -q -c "$work/all.txt" -o "$work/uv.txt"
python3 - "$work" "$dir" <<'PYTHON'
import pathlib, re, sys
work, out = map(pathlib.Path, sys.argv[1:])
def entries(name):
    text = (work / name).read_text()
    return [(re.match(r"[^=\[ ]+", e).group(), e.rstrip() + "\n") for e in re.split(r"\n(?=\S)", text.strip()) if e]
every, runtime = entries("all.txt"), {name for name, _ in entries("runtime.txt")}
tune = {name for name, _ in entries("tune.txt")} - runtime
torch = {n for n, _ in every if n in ("torch", "triton") or n.startswith(("nvidia-", "cuda-"))}
def write(name, names):
    (out / name).write_text("".join(entry for n, entry in every if n in names))
write("torch.txt", torch)
write("runtime.txt", runtime - torch)
write("tune.txt", tune - torch)
write("dev.txt", {n for n, _ in every} - runtime - tune - torch)
(out / "uv.txt").write_text((work / "uv.txt").read_text())
PYTHON
