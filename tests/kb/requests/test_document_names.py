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
    document("HB-2024-06_pump_P-40_seal.pdf", "Service bulletin"),
    document("SOP-114.docx", "Cleaning of tanks"),
    document("SOP-141.docx", "Cleaning of hoses"),
    document("制度/采购与供应商管理办法_V1.2_2019.pdf", "采购与供应商管理办法 V1.2"),
    document("制度/采购管理办法_V2.0.docx", "采购管理办法 V2.0"),
    document("会议纪要_2024-05-21_安全例会.txt", "会议纪要 2024-05-21 安全例会"),
    document("会议纪要_2024-05-14_安全例会.txt", "会议纪要 2024-05-14 安全例会"),
    document("lease_terms_v2-1.pdf", "Lease terms v2.1"),
    document("lease_terms_v3-0.docx", "Lease terms"),
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
        # by the day, without the year, with words that its name has not
        ("5月21日那次安全例会", ["会议纪要_2024-05-21_安全例会.txt"]),
        ("the minutes of the 7 March meeting upstairs", ["minutes_2024-03-07.txt"]),
        ("5月22日那次安全例会", []),
        # by a code that numbers documents, and by no other
        ("HB-2024-06", ["HB-2024-06_pump_P-40_seal.pdf"]),
        ("HB-2024-06这份通告", ["HB-2024-06_pump_P-40_seal.pdf"]),
        ("P-40", []),
        ("SOP-114", ["SOP-114.docx"]),
        ("SOP-115", []),
        # by the number of its edition, and by a short form of a Chinese name
        ("lease terms version 2.1", ["lease_terms_v2-1.pdf"]),
        ("lease terms v3.0", ["lease_terms_v3-0.docx"]),
        ("lease terms v4.0", []),
        ("lease terms version 3", ["lease_terms_v3-0.docx"]),
        ("a concert on 7 March", []),
        ("2024", []),
        ("SOP", ["SOP-114.docx", "SOP-141.docx"]),
        ("采购办法V2.0", ["制度/采购管理办法_V2.0.docx"]),
        ("采购办法V1.2", ["制度/采购与供应商管理办法_V1.2_2019.pdf"]),
        ("采购办法", ["制度/采购管理办法_V2.0.docx"]),
    ],
)
def test_a_document_is_known_by_file_name_title_or_words_close_to_them(said: str, paths: list[str]) -> None:
    assert [found.path for found in documents_named(said, LIBRARY)] == paths
