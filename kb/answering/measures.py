"""Measures that documents seldom state: a question for one of a period is searched by what it is calculated from, too.

Whoever asks about the current ratio of a year wants its balance sheet, which holds current assets and liabilities and
not the ratio. The formulas are those of textbooks on the analysis of financial statements (White, Sondhi and Fried, The
Analysis and Use of Financial Statements, 2003, chapter 4; in Chinese the indicators of the CPA examination). What goes
into them has several names, of which those are searched that the documents use most.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from kb.glossary.matching import FormIndex, read
from kb.language.language import sentences
from kb.language.number_forms import numbers_in
from kb.language.periods import periods, without_periods

MOST_NAMES = 2  # of one part of a measure

Part = tuple[str, ...]  # names of one thing
_SALES = ("net sales", "total revenues", "total net revenue", "net revenues", "revenue")
_COSTS = ("cost of sales", "cost of goods sold", "cost of revenue", "cost of revenues")
_NET_INCOME = ("net income", "net earnings", "profit for the year")
_OPERATING_INCOME = ("operating income", "income from operations", "operating profit")
_INCOME_STATEMENT = ("statements of income", "statements of operations", "statements of earnings", "income statement")
_BALANCE_SHEET = ("balance sheets", "balance sheet", "statement of financial position")
_CASH_FLOWS = ("statements of cash flows", "statement of cash flows", "cash flow statement")
_PLANT = ("property, plant and equipment", "property and equipment")
_BOUGHT = (
    "purchases of property, plant and equipment", "purchases of property and equipment",
    "additions to property, plant and equipment", "additions to property and equipment", "capital expenditures",
)  # fmt: skip
_FROM_OPERATIONS = ("net cash provided by operating activities", "cash flows from operating activities")
_CASH = ("cash and cash equivalents",)
_STOCK = ("inventories", "merchandise inventories", "inventory")
_RECEIVABLES = ("accounts receivable", "trade receivables", "receivables")
_PAYABLES = ("accounts payable", "trade payables")
_EQUITY = ("total shareholders' equity", "total stockholders' equity", "total equity")
_DEBT = ("long-term debt", "total debt", "borrowings")
_TAX = ("provision for income taxes", "income tax expense")
_BEFORE_TAX = ("income before income taxes", "income before taxes", "profit before tax")
_WRITTEN_OFF = ("depreciation and amortization", "depreciation")
_CURRENT: tuple[Part, ...] = (("total current assets",), ("total current liabilities",))

# The names of a measure, and what it is calculated from, with the statement that has it.
_MEASURES: tuple[tuple[Part, tuple[Part, ...]], ...] = (
    (("gross margin", "gross margins", "gross profit margin"), (("gross profit",), _SALES, _COSTS, _INCOME_STATEMENT)),
    (
        ("operating margin", "operating margins", "operating profit margin", "operating income margin"),
        (_OPERATING_INCOME, _SALES, _INCOME_STATEMENT),
    ),
    (
        ("net margin", "net profit margin", "net income margin", "profit margin", "return on sales"),
        (_NET_INCOME, _SALES, _INCOME_STATEMENT),
    ),
    (("EBIT", "EBITDA", "EBITDA margin"), (_OPERATING_INCOME, _WRITTEN_OFF, _INCOME_STATEMENT)),
    (("effective tax rate",), (_BEFORE_TAX, _TAX, _INCOME_STATEMENT)),
    (
        ("interest coverage", "interest coverage ratio", "times interest earned"),
        (("interest expense",), _OPERATING_INCOME, _INCOME_STATEMENT),
    ),
    (("current ratio", "working capital", "net working capital"), (*_CURRENT, _BALANCE_SHEET)),
    (("quick ratio", "acid test", "cash ratio"), (*_CURRENT, _CASH, _STOCK, _RECEIVABLES, _BALANCE_SHEET)),
    (("debt to equity", "debt ratio", "gearing ratio"), (_DEBT, _EQUITY, ("total liabilities",), _BALANCE_SHEET)),
    (("return on assets", "ROA"), (_NET_INCOME, ("total assets",), _BALANCE_SHEET, _INCOME_STATEMENT)),
    (("return on equity", "ROE"), (_NET_INCOME, _EQUITY, _BALANCE_SHEET, _INCOME_STATEMENT)),
    (("asset turnover", "total asset turnover"), (_SALES, ("total assets",), _BALANCE_SHEET, _INCOME_STATEMENT)),
    (("fixed asset turnover",), (_SALES, _PLANT, _BALANCE_SHEET, _INCOME_STATEMENT)),
    (("PP&E", "PPE", "PPNE", "PP&NE"), (_PLANT, _BALANCE_SHEET)),
    (
        ("inventory turnover", "days inventory outstanding", "days of inventory", "DIO"),
        (_STOCK, _COSTS, _BALANCE_SHEET, _INCOME_STATEMENT),
    ),
    (
        ("receivables turnover", "days sales outstanding", "collection period", "DSO"),
        (_RECEIVABLES, _SALES, _BALANCE_SHEET, _INCOME_STATEMENT),
    ),
    (
        ("payables turnover", "days payable outstanding", "days payables outstanding", "DPO"),
        (_PAYABLES, _COSTS, _STOCK, _BALANCE_SHEET, _INCOME_STATEMENT),
    ),
    (
        ("cash conversion cycle",),
        (_STOCK, _RECEIVABLES, _PAYABLES, _SALES, _COSTS, _BALANCE_SHEET, _INCOME_STATEMENT),
    ),
    (("free cash flow", "free cash flows", "free cashflow", "FCF"), (_FROM_OPERATIONS, _BOUGHT, _CASH_FLOWS)),
    (("capex", "capital expenditure", "capital expenditures"), (_BOUGHT, _CASH_FLOWS)),
    (
        ("dividend payout", "payout ratio", "retention ratio"),
        (("dividends paid", "cash dividends"), _NET_INCOME, _CASH_FLOWS),
    ),
    (("毛利率",), (("营业收入",), ("营业成本",), ("利润表",))),
    (("净利率", "净利润率", "销售净利率"), (("净利润",), ("营业收入",), ("利润表",))),
    (("营业利润率",), (("营业利润",), ("营业收入",), ("利润表",))),
    (("息税前利润", "息税折旧摊销前利润"), (("利润总额",), ("利息费用", "财务费用"), ("利润表",))),
    (("实际税率", "有效税率"), (("所得税费用",), ("利润总额",), ("利润表",))),
    (("利息保障倍数", "已获利息倍数"), (("利息费用", "财务费用"), ("利润总额",), ("利润表",))),
    (("流动比率", "营运资金", "营运资本"), (("流动资产合计",), ("流动负债合计",), ("资产负债表",))),
    (
        ("速动比率", "现金比率"),
        (("流动资产合计",), ("流动负债合计",), ("货币资金",), ("存货",), ("资产负债表",)),
    ),
    (("资产负债率", "产权比率", "权益乘数"), (("负债合计",), ("资产总计",), ("所有者权益合计",), ("资产负债表",))),
    (("总资产收益率", "总资产报酬率", "资产净利率"), (("净利润",), ("资产总计",), ("资产负债表",), ("利润表",))),
    (("净资产收益率", "权益净利率"), (("净利润",), ("所有者权益合计",), ("资产负债表",), ("利润表",))),
    (("总资产周转率",), (("营业收入",), ("资产总计",), ("资产负债表",), ("利润表",))),
    (("固定资产周转率",), (("营业收入",), ("固定资产",), ("资产负债表",), ("利润表",))),
    (("存货周转率", "存货周转天数"), (("存货",), ("营业成本",), ("资产负债表",), ("利润表",))),
    (("应收账款周转率", "应收账款周转天数"), (("应收账款",), ("营业收入",), ("资产负债表",), ("利润表",))),
    (("应付账款周转率", "应付账款周转天数"), (("应付账款",), ("营业成本",), ("资产负债表",), ("利润表",))),
    (
        ("现金周转周期", "现金周期"),
        (("存货",), ("应收账款",), ("应付账款",), ("营业收入",), ("营业成本",), ("资产负债表",), ("利润表",)),
    ),
    (("自由现金流", "自由现金流量"), (("经营活动产生的现金流量净额",), ("购建固定资产",), ("现金流量表",))),
    (("资本开支", "资本支出", "资本性支出"), (("购建固定资产",), ("现金流量表",))),
    (("股利支付率", "派息率", "分红率"), (("现金股利",), ("净利润",), ("利润表",))),
)


def parts_of(question: str) -> tuple[Part, ...]:
    """The names of each thing that the measures of a question are calculated from; empty where it names no measure, or
    no period."""
    if not periods(question):
        return ()
    return tuple(dict.fromkeys(part for measure in _measures_in(question) for part in _MEASURES[measure][1]))


def states(texts: Iterable[str], question: str) -> bool:
    """Whether a sentence or row of the texts gives a measure that the question names: its name with a number."""
    wanted = _measures_in(question)
    return any(
        wanted & _measures_in(sentence) and numbers_in(without_periods(sentence))
        for text in texts
        for sentence in (text[start:end] for start, end in sentences(text))
    )


def rows_of(text: str, parts: Iterable[Part]) -> list[str]:
    """The lines of a text that give one of the parts, name first, each once, below the line that says of which periods;
    none where it gives nothing of it."""
    names = tuple(name for part in parts for name in part)
    lines = [" ".join(line.split()).strip("| ") for line in text.splitlines()]
    found = [at for at, line in enumerate(lines) if line.lower().startswith(names) and numbers_in(line)]
    if not found:
        return []
    heads = [
        line for line in lines[: found[0]] if len(periods(line)) > 1 and len(numbers_in(without_periods(line))) <= 1
    ]
    return list(dict.fromkeys(heads[-1:] + [lines[at] for at in found]))


def commonest(parts: Iterable[Part], occurrences: Mapping[str, int]) -> list[str]:
    """Of each part the names that stand in most passages, MOST_NAMES of them, in the order given; none of those that
    stand nowhere."""
    found: list[str] = []
    for names in parts:
        known = sorted((name for name in names if occurrences[name]), key=lambda name: -occurrences[name])[:MOST_NAMES]
        found += [name for name in names if name in known]
    return found


def _measures_in(text: str) -> set[int]:
    found = _index().occurrences(read(text), lambda form: False)  # in any case
    return {measure for each in found for measure in each.entries}


@cache
def _index() -> FormIndex:
    return FormIndex((number, name) for number, (names, _) in enumerate(_MEASURES) for name in names)
