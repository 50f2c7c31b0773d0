"""Which locked packages have known holes, as the package index tells: `audit.py [LOCK...]`; all locks without one.

Asks by pip-audit, which uv fetches. Exit code 0: all were asked for and none has a known hole. 1: some have, and are
listed. 2: the index does not tell, for these or for any; no answer is not a good one.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

PIP_AUDIT = "pip-audit==2.10.1"
ROOT = Path(__file__).parents[1]


def main(locks: list[str]) -> int:
    """Ask, print what came of it, and return the exit code."""
    named = locks or [str(ROOT / "configs" / "lock" / f"{name}.txt") for name in ("uv", "torch", "runtime", "dev")]
    uv = os.environ.get("UV") or str(ROOT / ".venv" / "bin" / "uv")
    command = [uv, "tool", "run", "--from", PIP_AUDIT, "pip-audit", "--no-deps", "--disable-pip", "-f", "json"]
    command += ["--progress-spinner", "off", "--timeout", "30", *(part for name in named for part in ("-r", name))]
    done = subprocess.run(command, capture_output=True, text=True)
    try:
        told = json.loads(done.stdout)["dependencies"]
    except (ValueError, LookupError, TypeError):
        print(f"Nothing could be asked: {done.stderr.strip()[-800:] or 'pip-audit said nothing'}", file=sys.stderr)
        return 2
    holes = [(each, hole) for each in told for hole in each.get("vulns", ())]
    silent = [each for each in told if "skip_reason" in each]
    for package, hole in holes:
        fixed = ", ".join(hole.get("fix_versions", ())) or "no version yet"
        print(f"{package['name']} {package['version']}: {hole['id']}, mended in {fixed}")
    print(f"{len(told) - len(silent)} packages asked for, {len(holes)} known holes")
    if silent or not told:
        print(
            f"The index says nothing of {len(silent)} packages, such as {silent[0]['name'] if silent else '-'}: "
            "whether they have holes is not known. Ask where the index tells it (pip's --index-url), or by a list of "
            "your own.",
            file=sys.stderr,
        )
    return 1 if holes else 2 if silent or not told else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
