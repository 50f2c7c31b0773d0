"""Serves the page over the scripted knowledge base: `scripted_page.py FOLDER [PAUSE]`. Prints its address."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from kb import privacy

privacy.protect()

from tests.ui.scripted import ScriptedKB  # noqa: E402
from ui.server import serve  # noqa: E402

kb = ScriptedKB(Path(sys.argv[1]), pause=float(sys.argv[2]) if len(sys.argv) > 2 else 0.0)
serve(kb, 0, on_ready=lambda origin: print(origin, flush=True))  # type: ignore[arg-type]
print("stopped")
