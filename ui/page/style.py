"""The look of the page: our own sheet, used in the page and inside its components, and what bends Streamlit's."""

from pathlib import Path

_HERE = Path(__file__).parent
SHEET = "".join(_HERE.joinpath(name).read_text(encoding="utf-8") for name in ("sheet.css", "pages.css"))
PAGE = _HERE.joinpath("page.css").read_text(encoding="utf-8")
ICON = _HERE.joinpath("icon.svg").read_text(encoding="utf-8")


def uploader_hint(hint: str) -> str:
    """What may be uploaded, in the place of what Streamlit says of it."""
    zone = '[data-testid="stFileUploaderDropzone"]'
    return f"""
{zone} [data-testid="stFileUploaderDropzoneInstructions"] * {{ display: none; }}
{zone} [data-testid="stFileUploaderDropzoneInstructions"]::after {{ content: "{hint}"; font-size: .82rem;
  line-height: 1.5; text-align: center; white-space: normal; }}
"""


def scheme(theme: str | None) -> str:
    """Dialogs stand outside the part of the page that knows whether it is light or dark: say it to all of it."""
    return f"body {{ color-scheme: {theme}; }}" if theme in ("light", "dark") else ""
