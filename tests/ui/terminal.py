"""Pictures of a terminal in which a client was run, for the docs; only where KB_PICTURES is set."""

import html
import io
import os
from pathlib import Path

from tests.journeys.conftest import chromium

IMAGES = Path(__file__).parents[2] / "docs" / "images"
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync")  # fmt: skip
_PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #f3f4f8; width: 900px }}
pre {{ margin: 16px; padding: 14px 18px; background: #14161c; color: #e8eaf0; border-radius: 8px;
font: 13px/1.5 "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace; white-space: pre-wrap; word-break: break-word }}
b {{ color: #8fb4ff; font-weight: 400 }}
</style><pre><b>$ {command}</b>
{output}</pre>"""


def keep(name: str, command: str, output: str) -> None:
    """Keep what a command wrote as docs/images/NAME.png."""
    if not os.environ.get("KB_PICTURES"):
        return
    from PIL import Image
    from playwright.sync_api import sync_playwright

    page_text = _PAGE.format(command=html.escape(command), output=html.escape(output.strip()))
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium(), args=list(CHROMIUM))
        page = browser.new_page(viewport={"width": 900, "height": 100})
        page.set_content(page_text)
        image = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
        browser.close()
    image.quantize(64, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)
