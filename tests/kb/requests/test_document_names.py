"""Which document somebody means by a name."""

import pytest

from kb.requests.document_names import documents_named
from kb.schema import Document


def document(path: str, title: str = "") -> Document:
    return Document("docs", path, title, "text/plain", "added", "", 1, path, 1, None, 1, 1.0, "", id=hash(path))


LIBRARY = [
    document("site/parking_rules_2023.docx", "Parking rules, edition of 2023"),
    document("site/parking_rules_2024.docx", "Parking rules, edition of 2024"),
    document("canteen.md", "Canteen rules"),
    document("garden.md", "Garden rules"),
    document("制度/食堂管理办法.docx", "食堂管理办法"),
    document("minutes_2024-03-07.txt", "Minutes of the board"),
]


@pytest.mark.parametrize(
    ("said", "paths"),
    [
        ("canteen.md", ["canteen.md"]),
        ("Canteen rules", ["canteen.md"]),
        ("rules of the canteen", ["canteen.md"]),
        ("parking rules 2023", ["site/parking_rules_2023.docx"]),
        ("parking rules", ["site/parking_rules_2024.docx"]),
        ("食堂的管理办法", ["制度/食堂管理办法.docx"]),
        ("board minutes of 7 March 2024", ["minutes_2024-03-07.txt"]),
        ("rules", ["canteen.md", "garden.md"]),
        ("parking rules 2022", []),
        ("opening hours of the swimming pool", []),
        ("the document", []),
    ],
)
def test_a_document_is_known_by_file_name_title_or_words_close_to_them(said: str, paths: list[str]) -> None:
    assert [found.path for found in documents_named(said, LIBRARY)] == paths
