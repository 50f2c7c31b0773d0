"""Templates: what their layout leaves out of the HTML."""

from pathlib import Path

from kb.templates import environment, without_layout


def test_line_breaks_beside_tags_and_placeholders_are_no_part_of_the_html(tmp_path: Path) -> None:
    source = '<p\n class="a">\n  {{ x }}\n{% if x %}\n<b>c d</b>\n{% endif %}\n\n</p>\n'
    (tmp_path / "a.html.j2").write_text(source, encoding="utf-8")
    made = environment(tmp_path, shown=str).get_template("a.html.j2")
    assert made.render(x="< ") == '<p\n class="a">&lt; <b>c d</b></p>'
    assert without_layout(source).count("\n") == source.count("\n")
