"""Evaluations, question sets and gates."""

from kb.messages.template import Template

EVALUATION: dict[str, Template] = {
    "evaluation.no_probabilities": Template(
        "The model {name} tells no probabilities of its words, or writes neither yes nor no: nothing can be "
        "calibrated. With Ollama, take a newer version of its server; or use another model.",
        "模型 {name} 不提供词语的概率，或既不写“是”也不写“否”，无法校准。使用 Ollama 时请升级其服务器，或改用"
        "其他模型。",
    ),
    "evaluation.nothing_in_common": Template(
        "The two runs have no question in common, so that nothing can be compared.",
        "两次评测没有共同的问题，无法比较。",
    ),
    "evaluation.no_questions": Template("There are no questions to evaluate.", "没有可评测的问题。"),
    "evaluation.samples_of_answers": Template(
        "--samples counts answers; it cannot go with --retrieval-only.",
        "--samples 是回答的数量，不能与 --retrieval-only 同用。",
        page_zh="采样数是回答的数量，不能与“只评检索”同用。",
    ),
    "evaluation.filter_matches_nothing": Template(
        "The filter matches no document: {filter}. See `kb docs list` for collections and paths.",
        "没有文档符合筛选条件：{filter}。集合与路径见 `kb docs list`。",
    ),
    "evaluation.at_least": Template(
        "{name} must be at least {least}, not {value}.", "{name} 至少为 {least}，不能是 {value}。"
    ),
    "evaluation.outcome_of_other_version": Template(
        "{path}, line {number} is not an outcome of this version. Replace the results with --fresh.",
        "{path} 第 {number} 行不是本版本的结果。请用 --fresh 替换结果。",
        page_zh="{path} 第 {number} 行不是本版本的结果。请新建一次评测。",
    ),
    "evaluation.export_not_written": Template(
        "{path} cannot be written: {why}. The results are kept.", "{path} 无法写入：{why}。结果已保留。"
    ),
    "gate.no_mapping": Template(
        '{gate} must hold a mapping such as {{"retrieval.hit@10": ">=0.95"}}.',
        '{gate}应是一个映射，例如 {{"retrieval.hit@10": ">=0.95"}}。',
    ),
    "gate.no_base": Template(
        "The gate limits drops, and no run is named to measure them from. Give --base RUN.",
        "门槛限制了下降幅度，但没有指明与哪次评测相比。请给出 --base RUN。",
        page_en="The gate limits drops, and no run is named to measure them from. Choose one.",
        page_zh="门槛限制了下降幅度，但没有指明与哪次评测相比。请选择一次评测。",
    ),
    "gate.file": Template("The gate {path}", "门槛文件 {path} "),
    "gate.text": Template("The gate", "门槛"),
    "gate.unreadable": Template("{gate} cannot be read: {why}", "{gate}无法读取：{why}"),
    "gate.limit_unreadable": Template(
        "The gate's limit {limits} for {name!r} cannot be read: >=0.95 is expected, or drop<=0.02.",
        "门槛中 {name!r} 的限值 {limits} 无法读取：应为 >=0.95 或 drop<=0.02。",
    ),
    "gate.no_drop": Template(
        "The gate limits a drop of {name!r}; drops are told of figures of the whole set only.",
        "门槛限制了 {name!r} 的下降幅度；只有整个题集的指标才有下降幅度。",
    ),
    "question_set.nothing_relevant": Template(
        "{qrels} names no query of queries.jsonl as relevant.", "{qrels} 没有把 queries.jsonl 中的任何问题标为相关。"
    ),
    "question_set.unreadable": Template(
        "The question set {path} cannot be read: {why}.", "题集 {path} 无法读取：{why}。"
    ),
    "question_set.other_form": Template(
        "The question set {path} is not in the form it begins with ({why}).",
        "题集 {path} 与其开头的格式不符（{why}）。",
    ),
    "question_set.documents_not_written": Template(
        "The documents of the set cannot be written to {bundle}: {why}.", "题集的文档无法写入 {bundle}：{why}。"
    ),
    "question_set.no_query": Template(
        "{path}, line {number}: an object with _id and text is expected.",
        "{path} 第 {number} 行：应为含 _id 和 text 的对象。",
    ),
    "question_set.no_questions": Template(
        "The question set {path} holds no questions: one JSON object a line is expected.",
        "题集 {path} 中没有问题：应为每行一个 JSON 对象。",
    ),
    "question_set.limit_or_sample": Template(
        "--limit takes the first questions, --sample draws some: give one of the two.",
        "--limit 取前几题，--sample 随机抽取：两者只能选一。",
    ),
    "question_set.not_found": Template(
        "There is no question set {path}. Check the path.", "没有题集 {path}，请检查路径。"
    ),
    "question_set.is_folder": Template(
        "{path} is a folder. Name the question set in it, a .jsonl file.",
        "{path} 是文件夹，请指定其中的题集（.jsonl 文件）。",
    ),
    "question_set.id_twice": Template(
        "{path}, line {number}: id {id!r} was used in line {before}.",
        "{path} 第 {number} 行：编号 {id!r} 在第 {before} 行已用过。",
    ),
    "question_set.line_unreadable": Template("{path}, line {number}: {why}.", "{path} 第 {number} 行：{why}。"),
    "evaluation.report_not_written": Template(
        "The report {path} cannot be written: {why}. The results are kept.", "报告 {path} 无法写入：{why}。结果已保留。"
    ),
    "results.other_schema": Template(
        "{path} has results of schema {found!r}; this version writes {wanted}. {advice}",
        "{path} 的结果格式是 {found!r}，本版本写 {wanted}。{advice}",
    ),
    "results.of_another_run": Template(
        "{path} has the results of another run ({changes}). {advice}",
        "{path} 中是另一次评测的结果（{changes}）。{advice}",
        page_zh="这次评测之后，文档、设置或模型已经改变（{changes}）。{advice}",
    ),
    "results.not_found": Template(
        "There are no results {file}. Name the --out folder of a run.",
        "没有结果文件 {file}。请指定某次评测的 --out 文件夹。",
    ),
    "results.unreadable": Template("The results {file} cannot be read: {why}.", "结果文件 {file} 无法读取：{why}。"),
    "results.no_results": Template(
        "{file} does not begin like the results of an evaluation. Name the --out folder of a run.",
        "{file} 的开头不是评测结果。请指定某次评测的 --out 文件夹。",
    ),
    "results.no_results_at": Template(
        "{path} does not begin like the results of an evaluation. {advice}", "{path} 的开头不是评测结果。{advice}"
    ),
    "results.not_opened": Template(
        "The results {path} cannot be opened: {why}. Choose another --out.",
        "结果文件 {path} 无法打开：{why}。请另选 --out。",
        page_zh="结果文件 {path} 无法打开：{why}。",
    ),
    "results.line_damaged": Template(
        "{path}, line {number} is damaged. {advice}", "{path} 第 {number} 行已损坏。{advice}"
    ),
    "evaluation.no_report_yet": Template(
        "There is no report yet: no question of the run was answered.", "还没有报告：这次评测尚未回答任何问题。"
    ),
    "evaluation.no_folder": Template(
        "There is no folder {folder}; --docs names the documents of the questions.",
        "没有文件夹 {folder}；--docs 指定题目所依据的文档。",
    ),
    "evaluation.running_already": Template(
        "An evaluation is running already. Wait for it, or stop it first.", "已有评测正在进行。请等它结束，或先停止。"
    ),
    "evaluation.at_least_one": Template("{name} must be at least 1, not {value}.", "{name} 至少为 1，不能是 {value}。"),
    "evaluation.not_found": Template("There is no such evaluation; it was deleted.", "没有这次评测，可能已被删除。"),
    "evaluation.no_run_named": Template(
        "There is no folder {name!r}, and no run of this home is named so. There are: {names}.",
        "没有文件夹 {name!r}，这个知识库也没有这样命名的评测。已有：{names}。",
    ),
    "evaluation.no_runs": Template(
        "There is no folder {name!r}, and no run of this home is named so: it has none yet.",
        "没有文件夹 {name!r}，这个知识库也没有这样命名的评测：目前还没有任何评测。",
    ),
    "evaluation.several_named": Template(
        "Several runs of this home are named {name!r}: {names}. Give the number of one.",
        "这个知识库有多次名为 {name!r} 的评测：{names}。请给出其中一次的编号。",
    ),
    "evaluation.results_gone": Template(
        "The run {name} has no results any more: a document that it rests on was deleted, or it was never answered.",
        "评测 {name} 已没有结果：它所依据的文档已被删除，或从未有过回答。",
    ),
    "evaluation.of_the_command": Template(
        "This run was made by `kb eval`, which goes on with it: give it the same command again.",
        "这次评测由命令 `kb eval` 进行，请再次运行同一命令以继续。",
    ),
    "question_set.zip_unreadable": Template(
        "The archive {path} cannot be read: {why}.", "压缩包 {path} 无法读取：{why}。"
    ),
    "question_set.zip_without_set": Template(
        "The archive {path} holds no set in BEIR's form: queries.jsonl and qrels/test.tsv (or dev, train) are needed.",
        "压缩包 {path} 中没有 BEIR 格式的题集：需要 queries.jsonl 和 qrels/test.tsv（或 dev、train）。",
    ),
    "question_set.zip_part_large": Template(
        "In the archive {path}, {part} is larger than {mb} MB.", "压缩包 {path} 中的 {part} 超过 {mb} MB。"
    ),
    "question_set.no_documents": Template(
        "The set {path} brings no documents of its own; only BEIR's and those in the form of SQuAD do.",
        "题集 {path} 不带文档；只有 BEIR 和 SQuAD 格式的题集带有文档。",
    ),
    "evaluation.not_kept": Template(
        "The evaluation cannot be kept: {why}. Check the disk of the home.",
        "评测无法保存：{why}。请检查主目录所在的磁盘。",
    ),
    "evaluation.running": Template("The evaluation is running. Stop it first.", "评测正在进行，请先停止。"),
    "evaluation.too_few": Template(
        "To calibrate, a language needs at least {fewest} questions that the documents answer and {fewest} "
        'that they do not (`"meta": {{"expected": "REFUSE"}}`), and passages near them. Name more question '
        "sets.",
        '校准时，每种语言至少需要 {fewest} 个文档能回答的问题和 {fewest} 个文档不能回答的问题（`"meta": '
        '{{"expected": "REFUSE"}}`），且能找到与之相近的段落。请指定更多题集。',
    ),
    "gate.missed": Template("{figure} is {value}; {limit} is wanted", "{figure} 为 {value}，要求 {limit}"),
    "gate.no_value": Template(
        "{figure} has no value, nothing was counted; {limit} is wanted", "{figure} 没有数值（没有可计的），要求 {limit}"
    ),
    "gate.no_value_in_both": Template(
        "{figure} has no value in both runs over the same questions; a drop {limit} is allowed",
        "{figure} 在两次评测共有的问题上没有数值，允许的下降为 {limit}",
    ),
    "gate.dropped": Template(
        "{figure} went from {before} to {after} over {questions} questions (p {p}); a drop {limit} is allowed",
        "{figure} 在 {questions} 个问题上由 {before} 变为 {after}（p {p}），允许的下降为 {limit}",
    ),
    "gate.base_without_limits": Template(
        "A run to measure drops from is named, and no gate that limits them.",
        "指定了用于比较下降幅度的评测，却没有门槛。",
    ),
    "gate.did_you_mean": Template("Did you mean {names}?", "您是不是指 {names}？"),
    "gate.there_are": Template("There are: {names}.", "可用的指标：{names}。"),
    "gate.no_figure": Template("{gate} names {name!r}, which is no figure.", "{gate}中的 {name!r} 不是指标。"),
    "gate.figure_not_measured": Template(
        "The gate names {name!r}, which this run has no figure for.", "门槛中的 {name!r} 在本次评测中没有数值。"
    ),
    "results.advice": Template(
        "Choose another --out, or replace the results with --fresh.",
        "请另选 --out，或用 --fresh 替换结果。",
        page_zh="请新建一次评测。",
    ),
    "results.not_written": Template(
        "The results {path} cannot be written: {why}. What was written is kept; run the same command again to go on.",
        "结果文件 {path} 无法写入：{why}。已写入的保留；再次运行同一命令即可继续。",
        page_zh="结果文件 {path} 无法写入：{why}。已写入的保留，之后可继续。",
    ),
    "evaluation.question_failed": Template("{kind}: {why}", "{kind}：{why}"),
    "question_set.no_json": Template("not valid JSON ({why})", "不是有效的 JSON（{why}）"),
    "question_set.no_object": Template("a JSON object is expected", "应为 JSON 对象"),
    "question_set.half_character": Template(
        "holds half of a surrogate pair, which no text file can keep", "含有半个代理对，文本文件无法保存"
    ),
    "question_set.lacks": Template("missing {names}", "缺少 {names}"),
    "question_set.id": Template("id must be a text or a number", "id 必须是文字或数字"),
    "question_set.must_be_text": Template("{name} must be a text", "{name} 必须是文字"),
    "question_set.meta": Template("meta must be an object", "meta 必须是对象"),
    "question_set.answer_groups": Template(
        "meta.answer_groups must be a list of lists of texts", "meta.answer_groups 必须是由文字列表组成的列表"
    ),
    "question_set.lang": Template("lang must be zh or en, not {value}", "lang 只能是 zh 或 en，不能是 {value}"),
    "question_set.list_of_texts": Template(
        "{name} must be a list of texts that are not empty", "{name} 必须是由非空文字组成的列表"
    ),
    "question_set.evidence": Template("evidence must be a list of objects", "evidence 必须是由对象组成的列表"),
    "question_set.evidence_doc": Template(
        "each evidence needs doc, the document's path", "每条 evidence 都需要 doc，即文档的路径"
    ),
    "question_set.evidence_number": Template(
        "evidence.{name} must be a whole number from 1, not {value}",
        "evidence.{name} 必须是从 1 起的整数，不能是 {value}",
    ),
    "question_set.scope": Template(
        "meta.scope, meta.scope_doc and meta.context_docs must be texts or lists of texts",
        "meta.scope、meta.scope_doc 和 meta.context_docs 必须是文字或文字列表",
    ),
}
