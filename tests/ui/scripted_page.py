"""Serves the page over the scripted knowledge base: `scripted_page.py FOLDER [PAUSE]`. Prints its address.

Single sign-on is as KB_PEOPLE__SSO has it.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from kb import privacy

privacy.protect()

from kb.config import load_settings  # noqa: E402
from tests.ui.scripted import ScriptedKB  # noqa: E402
from ui.server import serve  # noqa: E402

settings = load_settings(env={name: value for name, value in os.environ.items() if name == "KB_PEOPLE__SSO"})
kb = ScriptedKB(Path(sys.argv[1]), pause=float(sys.argv[2]) if len(sys.argv) > 2 else 0.0, settings=settings)
serve(kb, 0, on_ready=lambda origin: print(origin, flush=True))  # type: ignore[arg-type]
print("stopped")
