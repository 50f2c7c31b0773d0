"""What nobody sees on a page is not read as its text, and is listed; what looks odd and is seen is read."""

import pytest

from ingest.plain.html import html
from ingest.plain.markdown_text import read_markdown

SEEN = "<p>The garage is open until 22:00.</p>"
SECRET = "The code of the safe is 4711."


def listed(page: str) -> list[tuple[str, str]]:
    parsed = html(SEEN + page)
    assert "garage is open" in parsed.text
    assert "4711" not in parsed.text
    return [(each.why, each.text) for each in parsed.hidden]


@pytest.mark.parametrize(
    ("style", "why"),
    [
        ("font-size:0", "size"),
        ("font-size: .5px", "size"),
        ("font-size:0.5pt; color:black", "size"),
        ("color:white", "colour"),
        ("color:#FEFEFE !important", "colour"),
        ("color:rgb(250, 250, 250)", "colour"),
        ("background:#222;color:#252525", "colour"),
        ("color:transparent", "transparent"),
        ("color:rgba(0,0,0,0)", "transparent"),
        ("opacity:0", "transparent"),
        ("display:none", "style"),
        ("visibility:hidden", "style"),
        ("position:absolute;left:-9999px", "place"),
        ("position:fixed;top:-5000px", "place"),
        ("text-indent:-9999px", "place"),
        ("height:0;overflow:hidden", "place"),
        ("width:1px;height:1px;overflow:hidden", "place"),
        ("position:absolute;clip:rect(0,0,0,0)", "place"),
        ("transform:scale(0)", "place"),
    ],
)
def test_hidden_by_its_style(style: str, why: str) -> None:
    assert listed(f'<p style="{style}">{SECRET}</p>') == [(why, SECRET)]
    assert listed(f'<div style="{style}"><ul><li><b>{SECRET}</b></li></ul></div>') == [(why, SECRET)]
    assert listed(f"<style>/* x */ .note, p.z {{ {style} }}</style><p class='a note'>{SECRET}</p>") == [(why, SECRET)]


@pytest.mark.parametrize(
    "page",
    [
        f'<p><font color="#ffffff">{SECRET}</font></p>',
        f'<table bgcolor="navy"><tr><td>a<td><font color="navy">{SECRET}</font></table>',
        f'<table><tr><td>Item</td><td style="background:#fff;color:#fff">{SECRET}</td></tr></table>',
        f'<div style="color:white"><p>{SECRET}</p></div>',
        f"<p hidden>{SECRET}</p>",
    ],
)
def test_hidden_against_what_lies_behind(page: str) -> None:
    assert [text for _, text in listed(page)] == [SECRET]


@pytest.mark.parametrize(
    "page",
    [
        '<table><tr style="background:#123456"><th style="color:white">Price list</th><td>1</td></tr></table>',
        '<div style="background-color:navy"><h2><font color="white">Price list</font></h2></div>',
        '<style>.bar{background:navy} .bar h2{color:#fff}</style><div class="bar"><h2>Price list</h2></div>',
        '<div style="background:url(dark.png)"><p style="color:white">Price list</p></div>',
        '<div style="position:relative"><img src="x.jpg"><p style="position:absolute;color:white">Price list</p></div>',
        '<div style="font-size:0"><span style="font-size:14px">Price list</span></div>',
        '<div style="visibility:hidden"><p style="visibility:visible">Price list</p></div>',
        '<body style="background:#000"><p style="color:#fff">Price list</p></body>',
        '<p style="color:white"><a href="#">Price list</a></p>',
        '<p style="color:white"><mark style="color:black">Price list</mark></p>',
        '<link rel="stylesheet" href="a.css"><div class="bar"><p style="color:white">Price list</p></div>',
        "<style>.tab{display:none} .tab.active{display:block}</style><div class='tab'>Price list</div>",
        "<style>@media print{.n{display:none}}</style><p class='n'>Price list</p>",
        "<style>a:hover .n{display:none}</style><p class='n'>Price list</p>",
        '<body style="opacity:0"><p>Price list</p></body>',
        '<p style="color:#777;font-size:8px">Price list</p>',
        '<p style="color:var(--ink);background:var(--paper)">Price list</p>',
    ],
)
def test_what_is_seen_is_read(page: str) -> None:
    parsed = html(page)
    assert "Price list" in parsed.text
    assert parsed.hidden == ()


def test_a_table_of_html_in_markdown_hides_nothing_either() -> None:
    text = (
        f'# A\n\n<table><tr><th>x</th><th>y</th></tr><tr><td>1</td><td style="font-size:0">{SECRET}</td></tr></table>'
    )
    assert "4711" not in read_markdown(text.encode()).text


def test_of_much_hidden_text_the_beginning_is_listed() -> None:
    parsed = html(SEEN + "".join(f'<p style="color:white">{number} {"long " * 300}</p>' for number in range(300)))
    assert len(parsed.hidden) == 100
    assert all(len(each.text) <= 501 for each in parsed.hidden)


def test_a_page_nested_deep_is_read_in_time() -> None:
    parsed = html("<div style='color:white'>" * 3_000 + SECRET)
    assert "4711" not in parsed.text
