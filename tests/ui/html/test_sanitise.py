"""Sanitising: hostile text becomes HTML that can neither load nor navigate anything."""

from html.parser import HTMLParser

import pytest

from ui.html.sanitise import StyledSpan, body, label, message, plain, rich

ALLOWED = {
    "p", "br", "ul", "ol", "li", "strong", "em", "s", "code", "pre", "blockquote", "hr", "table", "thead", "tbody",
    "tr", "th", "td", "div", "span", "h1", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip

HOSTILE = [
    "![image](http://outside.example/a.png)",
    "![image][ref]\n\n[ref]: http://outside.example/a.png",
    "[link](http://outside.example)",
    "[link](javascript:alert(1))",
    "[link](data:text/html;base64,PHNjcmlwdD4=)",
    "[ref]\n\n[ref]: http://outside.example 'title'",
    "<http://outside.example>",
    "<me@outside.example>",
    "http://outside.example and www.outside.example and me@outside.example",
    '<img src="http://outside.example/b.png" onerror="alert(1)">',
    "<iframe src='http://outside.example'></iframe>",
    "<script>alert(1)</script>",
    "<style>@import 'http://outside.example'</style>",
    "<svg/onload=alert(1)>",
    "&lt;img src=x onerror=alert(1)&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "$\\href{http://outside.example}{x}$ and $$\\includegraphics{http://outside.example/a}$$",
    ":red[alarm] :material/delete: :smile: :streamlit:",
    "```html\n<img src=http://outside.example/c.png>\n```",
    "`<img src=x>`",
    "| a | b |\n|---|---|\n| <img src=x> | ![i](http://outside.example) |",
    "1. <b onclick=alert(1)>x</b>\n2. [x](http://outside.example)",
    '"><img src=x onerror=alert(1)>',
    '```"onmouseover=alert(1)\ncode\n```',
    "\x00<img src=x>\U00016af5<b>\U00016e98",
]


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


def elements(html: str) -> _Elements:
    parser = _Elements()
    parser.feed(html)
    parser.close()
    return parser


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_gives_only_allowed_elements_without_attributes(text: str) -> None:
    spans = [StyledSpan(0, len(text), "unsupported", "<span>flag</span>")]
    for html in (rich(text), rich(text, spans), rich(text, marker=lambda n, _: f"<span>{n}</span>")):
        for tag, attributes in elements(html).elements:
            assert tag in ALLOWED
            assert all((tag, name) in {("span", "class"), ("div", "class"), ("ol", "start")} for name, _ in attributes)


@pytest.mark.parametrize("text", HOSTILE)
def test_plain_text_and_bodies_have_no_elements_at_all(text: str) -> None:
    assert elements(plain(text)).elements == []
    assert elements(body(text)).elements == []


@pytest.mark.parametrize("text", HOSTILE)
def test_a_message_has_code_and_nothing_else(text: str) -> None:
    for said in (text, f"`{text}`", f"Run `kb up` on {text}"):
        assert all(element == ("code", []) for element in elements(message(said)).elements)
    assert message("Run `kb up --port <N>`, or\nwait `here") == (
        "Run <code>kb up --port &lt;N&gt;</code>, or\nwait `here"
    )


def test_what_is_switched_off_stays_readable() -> None:
    assert "![image](http://outside.example/a.png)" in elements(rich(HOSTILE[0])).text
    assert "<script>alert(1)</script>" in elements(rich(HOSTILE[11])).text


def test_a_name_cannot_reorder_or_hide_what_stands_beside_it() -> None:
    assert plain("in\u202evoice\x1b.pdf\n") == "in\ufffdvoice␛.pdf␊"


@pytest.mark.parametrize(
    "text",
    ["**bold**", "[x](http://a.example)", ":smile:", ":material/home:", "http://a.example", "$x$", "a@b.example"],
)
def test_a_label_has_no_pattern_streamlit_would_replace(text: str) -> None:
    escaped = label(text)
    assert "://" not in escaped.replace("\\", "")
    assert ":smile:" not in escaped.replace("\\", "")
    assert ":material/" not in escaped.replace("\\", "")
    assert "\\" in escaped
    assert escaped.replace("\\", "").replace("\u2060", "") == text


def test_formatting_that_answers_use_is_kept() -> None:
    html = rich(
        "# Title\n\nOne **bold** *word* `code`\nnext line\n\n- a\n- b\n\n3. c\n\n| h |\n|---|\n| v |\n\n> quote"
    )
    for wanted in ("<h1>", "<strong>bold</strong>", "<em>word</em>", "<code>code</code>", "<br", "<li>a</li>",
                   '<ol start="3">', "<th>h</th>", "<td>v</td>", "<blockquote>"):  # fmt: skip
        assert wanted in html


def test_a_span_is_wrapped_in_each_piece_of_text_it_covers() -> None:
    text = "Yes. The **office dog** is Bruno. End."
    html = rich(text, [StyledSpan(5, 33, "unsupported", "<i>flag</i>")])
    assert html.startswith(
        '<p>Yes. <span class="unsupported">The </span><strong><span class="unsupported">office dog</span>'
    )
    assert '<span class="unsupported"> is Bruno.</span><i>flag</i> End.' in html


def test_a_span_that_covers_a_list_item_leaves_the_list_a_list() -> None:
    text = "- first\n- second\n"
    html = rich(text, [StyledSpan(0, 8, "a", ""), StyledSpan(8, 17, "b", "!")])
    assert "<ul>" in html
    assert '<li><span class="a">first</span></li>' in html
    assert '<li><span class="b">second</span>!</li>' in html


def test_emphasis_at_the_edge_of_a_span_still_opens_and_closes() -> None:
    html = rich("**年假**25天。下一句。", [StyledSpan(0, 9, "a", ""), StyledSpan(9, 13, "b", "")])
    assert "<strong>" in html
    assert "**" not in html


def test_markers_know_the_span_they_stand_in() -> None:
    seen = []
    rich(
        "A [1]. B [2][7] `[3]` c [4]",
        [StyledSpan(0, 6), StyledSpan(7, 15)],
        lambda n, span: seen.append((n, span)) or "",
    )
    assert seen == [(1, 0), (2, 1), (7, 1), (4, None)]


def test_a_marker_that_means_nothing_stays_text() -> None:
    assert rich("see [9]", marker=lambda n, _: None) == "<p>see [9]</p>\n"


def test_an_endless_table_and_deep_nesting_are_drawn_in_time() -> None:
    assert rich("| a |\n|---|\n" + "| x |\n" * 5_000).count("<tr>") == 5_001
    assert rich(">" * 2_000 + " deep").count("<blockquote>") < 100


def test_a_full_stop_stays_with_the_number_before_it() -> None:
    html = rich("三百元 [1][2]。共三个月 [3]，<b> [4] end", marker=lambda n, _: f"({n})")
    assert html.strip() == (
        '<p>三百元 (1)<span class="together">(2)。</span>共三个月 <span class="together">(3)，</span>'
        "&lt;b&gt; (4) end</p>"
    )
