"""The service reaches the provider's host, and no other for that."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
CODE = """
import os, signal, sys
from pathlib import Path
import ui
from kb.config import Settings
from kb.privacy import guard
from tests.ui.scripted import ScriptedKB
from ui.server import serve

sso = {"issuer": "https://192.0.2.7/realms/staff", "client_id": "kb"}
settings = Settings.model_validate({"people": {"sso": sso}, "privacy": {"allow": ["192.0.2.9"]}})

def ready(origin):
    print([host for host in ("192.0.2.7", "192.0.2.8", "192.0.2.9", "example.org") if guard.permits(host)])
    os.kill(os.getpid(), signal.SIGTERM)

print(guard.permits("192.0.2.7"))
serve(ScriptedKB(Path(sys.argv[1]), settings=settings), 0, page=False, on_ready=ready)
"""


def test_the_service_reaches_the_providers_host_and_what_is_allowed(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "False\n['192.0.2.7', '192.0.2.9']\n", done.stderr
