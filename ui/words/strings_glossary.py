"""Words of the page Glossary."""

from collections.abc import Mapping

from ui.words.text import Text

TEXTS: Mapping[str, Text] = {
    "page_glossary": Text("术语表", "Glossary"),
    "glossary_title": Text("术语表", "Glossary"),
    "glossary_intro": Text(
        "本单位的术语及其简称、同义词和另一种语言的说法。问题中出现其中任何一种写法时，其他写法也会被检索。",
        "The house's own terms with their short forms, synonyms and words in the other language. A question that holds "
        "one of them is searched with the others, too.",
    ),
    "glossary_search": Text("搜索术语", "Search terms"),
    "glossary_terms": Text("术语", "Terms"),
    "glossary_proposed": Text("建议", "Proposed"),
    "glossary_proposed_intro": Text(
        "文档中介绍的术语，例如“全称（以下简称“简称”）”。采纳后才会用于检索。",
        "Terms that documents introduce, such as “Long Name (LN)”. They count once they are accepted.",
    ),
    "glossary_count": Text("{n} 条术语", "{n} terms"),
    "glossary_count_one": Text("1 条术语", "1 term"),
    "glossary_none": Text("没有术语。", "There are no terms."),
    "glossary_none_proposed": Text("没有建议。", "Nothing is proposed."),
    "glossary_more": Text("显示更多", "Show more"),
    "glossary_add_title": Text("添加术语", "Add a term"),
    "glossary_term": Text("术语", "Term"),
    "glossary_term_example": Text("例如：信息安全委员会", "Such as: Information Security Committee"),
    "glossary_forms": Text("其他写法，每行一个", "Other forms, one a line"),
    "glossary_forms_help": Text(
        "简称、同义词，以及另一种语言的说法。", "Short forms, synonyms, and the word in the other language."
    ),
    "glossary_definition": Text("释义（可不填）", "Definition (not needed)"),
    "glossary_add": Text("添加", "Add"),
    "glossary_added": Text("已添加：{name}", "Added: {name}"),
    "glossary_import_title": Text("导入或导出 CSV", "CSV in and out"),
    "glossary_import_hint": Text(
        "第一行写明各列：term、forms（以 | 分隔）、definition、sources。",
        "The first row names the columns: term, forms (parted by |), definition, sources.",
    ),
    "glossary_file": Text("选择 CSV 文件", "Choose a CSV file"),
    "glossary_replace": Text("删除文件中没有的术语", "Remove terms that are not in the file"),
    "glossary_import": Text("导入", "Bring in"),
    "glossary_imported": Text(
        "新增 {added}，更改 {changed}，未变 {unchanged}，删除 {removed}",
        "{added} added, {changed} changed, {unchanged} unchanged, {removed} removed",
    ),
    "glossary_export": Text("导出", "Export"),
    "glossary_find": Text("重新查找", "Look again"),
    "glossary_finding": Text("正在查找…", "Looking through the documents…"),
    "glossary_found": Text("新增 {n} 条建议", "{n} new proposals"),
    "glossary_found_one": Text("新增 1 条建议", "1 new proposal"),
    "glossary_accept": Text("采纳", "Accept"),
    "glossary_dismiss": Text("忽略", "Dismiss"),
    "glossary_change": Text("修改", "Change"),
    "glossary_change_title": Text("修改术语“{name}”", "Change the term “{name}”"),
    "glossary_remove_title": Text("删除术语“{name}”？", "Remove the term “{name}”?"),
    "glossary_remove_text": Text(
        "检索不再使用它的各种写法。文档不受影响。", "Searches no longer use its forms. Documents stay as they are."
    ),
    "glossary_taken": Text("来自文档，仅其读者可见", "From documents, for their readers alone"),
    "glossary_by": Text("{name}，{day}", "{name}, {day}"),
    "glossary_failed": Text("术语表未更改", "The glossary was not changed"),
    "glossary_used": Text("按术语表也检索了", "By the glossary, also searched for"),
}
