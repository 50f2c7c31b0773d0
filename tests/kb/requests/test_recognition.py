"""Which questions are requests, and what they name."""

import pytest

from kb.requests.recognition import Compare, FindDocuments, ListAll, Request, Summarise, recognise


@pytest.mark.parametrize(
    ("question", "name", "sure"),
    [
        ("Summarise handbook.md", "handbook.md", True),
        ("Could you please summarize the Canteen Rules for me in three sentences?", "Canteen Rules", True),
        ("Give me a short overview of the “Site guide”.", "Site guide", True),
        ("请帮我总结一下《食堂管理办法》的主要内容", "食堂管理办法", True),
        ("给出食堂管理办法的摘要", "食堂管理办法", True),
        ("Summarise this document", "", True),
        ("概括这份文档", "", True),
        ("把食堂管理办法的要点总结一下", "食堂管理办法", True),
        ("请将《食堂管理办法》简单概括一下。", "食堂管理办法", True),
        ("帮我概括一下SB-2024-06这份服务通告讲了什么。", "SB-2024-06", True),
        ("总结《食堂管理办法》这本手册", "食堂管理办法", True),
        ("What are the main points of the site guide?", "site guide", False),
        ("食堂管理办法讲了什么？", "食堂管理办法", False),
    ],
)
def test_a_summary_names_its_document(question: str, name: str, sure: bool) -> None:
    assert recognise(question) == Summarise(name, sure)


@pytest.mark.parametrize(
    ("question", "left", "right", "aspect"),
    [
        ("Compare the canteen and the cafeteria", "canteen", "cafeteria", ""),
        ("Compare meal prices in Lima and Quito", "meal prices in Lima", "meal prices in Quito", ""),
        ("Compare the fee for staff with that for guests", "fee for staff", "fee for guests", ""),
        ("Compare Lima and Quito in terms of parking", "Lima", "Quito", "parking"),
        ("What are the differences between gate A and gate B?", "gate A", "gate B", ""),
        ("How does gate A differ from gate B?", "gate A", "gate B", ""),
        ("How do gate A and gate B differ?", "gate A", "gate B", ""),
        ("比较东门和西门的开放时间", "东门", "西门", "开放时间"),
        ("东门与西门有什么区别？", "东门", "西门", ""),
        ("对比采购合同和销售合同", "采购合同", "销售合同", ""),
    ],
)
def test_a_comparison_names_both_sides(question: str, left: str, right: str, aspect: str) -> None:
    found = recognise(question)
    assert isinstance(found, Compare)
    assert (found.sides[0], found.aspect) == ((left, right), aspect)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("List all bus lines", ListAll("bus lines")),
        ("What are all the opening hours?", ListAll("opening hours")),
        ("列出所有班车线路", ListAll("班车线路")),
        ("把班车线路全部列出来", ListAll("班车线路")),
        ("Which gates are there in Lima?", ListAll("gates in Lima", sure=False)),
        ("班车线路有哪些？", ListAll("班车线路", sure=False)),
        ("Which documents mention the north gate?", FindDocuments("north gate")),
        ("In which files is the north gate described?", FindDocuments("north gate")),
        ("Find all documents about parking", FindDocuments("parking")),
        ("哪些文档提到了北门？", FindDocuments("北门")),
        ("北门在哪些文件里提到过？", FindDocuments("北门")),
        ("找出提到北门的文档", FindDocuments("北门")),
    ],
)
def test_lists_and_searches_for_documents(question: str, found: Request) -> None:
    assert recognise(question) == found


@pytest.mark.parametrize(
    "question",
    [
        "How much does a meal cost?",
        "How do I differ my payment?",
        "What is the difference between the total cost in 2019 and 2020?",
        "Compare the fees of staff and guests. Which of them is higher?",
        "Compare the fee of the canteen and its branches",
        "Which gate is open all day?",
        "What does the list of gates cost?",
        "How does performance review happen in Lima and Quito?",
        "员工一餐多少钱？",
        "比赛几点开始？",
        "把数据列出来要多久？",
        "怎样把会议总结写好？",
        "总结",
        "北门和南门几点开？",
        "Summarise" + " the rules" * 60,
    ],
)
def test_what_is_not_surely_a_request_is_an_ordinary_question(question: str) -> None:
    assert recognise(question) is None


@pytest.mark.parametrize(
    ("question", "request_"),
    [
        ("What are the differences between Central and Eastfield library (hours, manager)?",
         Compare((("Central", "Eastfield library"),), "hours, manager")),
        ("Compare the contract rules of 2022 and 2025: what's different in the thresholds and waivers?",
         Compare((("contract rules of 2022", "contract rules of 2025"),), "thresholds and waivers")),
        ("比较一下新旧两版报销办法", Compare((("新旧两版报销办法",),), sure=False)),
        ("What may not be carried? Give me a list", ListAll("What may not be carried")),
        ("How many contracts does Ann manage and which?", ListAll("contracts does Ann manage", sure=False)),
        ("LGW 有哪些紧急修复版本？一共几个？", ListAll("LGW 的紧急修复版本", sure=False)),
        ("手册里有几个报错码，分别怎么处理？", ListAll("手册的报错码", sure=False)),
        ("Find everything that mentions the pool", FindDocuments("pool")),
        ("8 月的故障，哪几份文档有写？", FindDocuments("8 月的故障")),
    ],
)  # fmt: skip
def test_more_forms_are_requests(question: str, request_: Request) -> None:
    assert recognise(question) == request_


@pytest.mark.parametrize(
    "question",
    [
        "How do I add a user to a mailing list? I need it as a list",
        "报错怎么处理？给我列个清单",
        "将来要做的事全部列出来",
    ],
)
def test_these_are_none(question: str) -> None:
    assert recognise(question) is None


def test_brackets_of_both_sides_say_what_these_are() -> None:
    found = recognise("Compare the Basic plan (99 euros) and the Pro plan (199 euros)")
    assert isinstance(found, Compare)
    assert (found.sides[0], found.aspect) == (("Basic plan (99 euros)", "Pro plan (199 euros)"), "")
    both = recognise("新老员工的年假有什么区别")
    assert both is None or len(both.sides[0]) == 2  # type: ignore[union-attr]
