"""Serves the page over one document of each form, with a scripted model: `sources_page.py HOME`. Prints its origin."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from ingest.sync.pipeline import ingest  # noqa: E402
from kb.assistant import KnowledgeBase  # noqa: E402
from kb.config import Settings  # noqa: E402
from tests.journeys import sample_page  # noqa: E402  (first of all: it guards the network)
from ui.server import serve  # noqa: E402

HANDBOOK = """# Lantern Works handbook

## Paid leave

Every employee of Lantern Works has **27 days** of paid leave a year; see [the form](http://outside.example/form).
![a map](http://outside.example/map.png)

1. Ask in the portal.
2. Wait for your lead:
   - two weeks ahead
   - *three* in summer

```python
if days > 27:
    raise ValueError("ask again")
```

| Grade | Days |
|:------|-----:|
| Lead  | **30** |
| Aid   | 25   |

> Leave lapses in March.

##请假流程

年假申请须提前**两周**提交。
"""
# What the model says to a question that holds the word.
SCRIPT = {
    "leave": "Every employee of Lantern Works has 27 days of paid leave a year [1].",
    "请假": "年假申请须提前两周提交 [1]。",
    "hotel": "Hotels are paid up to 180 euros a night [1].",
    "Glow": "The Glow lamp costs 129 euros [1].",
    "warranty": "The warranty lasts 36 months [1].",
}


def write(folder: Path) -> None:
    """Write the documents."""
    from docx import Document
    from openpyxl import Workbook
    from PIL import Image, ImageDraw, ImageFont

    folder.mkdir(parents=True)
    (folder / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    word = Document()
    word.add_heading("Travel policy", 1)
    paragraph = word.add_paragraph("Hotels are paid up to ")
    paragraph.add_run("180 euros").bold = True
    paragraph.add_run(" a night. ")
    paragraph.add_run("Receipts").italic = True
    paragraph.add_run(" are handed in within 30 days of the journey.")
    word.add_heading("What to pack", 2)
    for item in ("a lamp", "a spare lamp"):
        word.add_paragraph(item, style="List Bullet")
    table = word.add_table(0, 2)
    for cells in (("City", "Hotel per night"), ("Suzhou", "480"), ("Hamburg", "142")):
        for cell, value in zip(table.add_row().cells, cells, strict=True):
            cell.text = value
    word.save(str(folder / "travel.docx"))
    book = Workbook()
    sheet = book.active
    sheet.title = "Prices"
    rows = (("Prices of lamps 2026, in euros",), (), ("Model", "Battery (h)", "Price (EUR)"), (), ("Indoor lamps",),
            ("Glow", 40, 129), ("Gleam", 12, 59), (), ("Outdoor lamps",), ("Beacon", None, 249))  # fmt: skip
    for row in rows:
        sheet.append(row)
    book.create_sheet("Staff").append(("Name", "Team"))
    book["Staff"].append(("Ann", "Sales"))
    book.save(folder / "prices.xlsx")
    scan = Image.new("L", (1000, 700), 255)
    pen, font = ImageDraw.Draw(scan), ImageFont.load_default(34)
    lines = ("WARRANTY CARD", "", "Keep this card. The warranty lasts 36 months from delivery.",
             "Repairs are made within ten working days.")  # fmt: skip
    for number, line in enumerate(lines):
        pen.text((40, 60 + 70 * number), line, fill=0, font=font)
    scan.save(folder / "warranty.png")


def main(home: Path) -> None:
    """Ingest and serve."""
    sample_page.SCRIPT.clear()
    sample_page.SCRIPT.update(SCRIPT)
    folder = home.parent / "documents"
    write(folder)
    with KnowledgeBase.open(home, Settings()) as kb:
        kb._model = sample_page.Sayer(0.0, home.parent / "hold")  # type: ignore[assignment]
        ingest(kb, [folder])
        serve(kb, 0, on_ready=lambda origin: print(origin, flush=True))
    print("stopped")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
