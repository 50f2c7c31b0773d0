"""What is said of who may read what, as it is raised and in Chinese; see `ui.words.error_messages`."""

ACCESS: tuple[tuple[str, str], ...] = (
    (
        "Who may read {place} was changed by somebody else meanwhile, and nothing was changed now. Look at it again.",
        "其间他人更改了 {place} 的读者，本次未作任何更改。请重新查看。",
    ),
    (
        "The collection {name} is personal: its person alone reads it. Put what others shall read into another "
        "collection.",
        "集合 {name} 是个人集合，只有本人可以阅读。要给他人阅读的文档，请放入其他集合。",
    ),
    (
        "{name} cannot be given: personal collections are edited by their person alone.",
        "{name} 不能交给他人：个人集合只能由本人编辑。",
    ),
    (
        "A rule names {most} readers at most, not {count}. Make a group of them.",
        "一条规则最多列出 {most} 个读者，而不是 {count} 个。请将他们编为一个组。",
    ),
    (
        "{given} names no reader. Write group:NAME, person:NAME, or * for everyone.",
        "{given} 不是读者。请写 group:组名、person:账户名，或用 * 表示所有人。",
    ),
    (
        "Who may read the documents that this answer rests on was changed meanwhile. Ask again.",
        "其间该回答所依据的文档的读者有了变化。请重新提问。",
    ),
    ("Name the collection whose readers are to be set.", "请指明要设置读者的集合。"),
    (
        "The path of a rule has 1 to {most} characters, not {count}.",
        "规则的路径应为 1 至 {most} 个字符，而不是 {count} 个。",
    ),
    ("{name} may not release documents of {collection}.", "{name} 无权放行集合 {collection} 的文档。"),
    ("{path} is not in quarantine: questions find it already.", "{path} 未被隔离，提问已能找到它。"),
    (
        "{path} is in quarantine, since it speaks to a model: no agent is given its text.",
        "{path} 因含有写给模型的文字而被隔离，不会提供给任何智能体。",
    ),
    ("{name} may not change who may read {place}.", "{name} 无权更改 {place} 的读者。"),
    (
        "There is no document {path} in collection {collection}. `kb docs list` shows what there is.",
        "集合 {collection} 中没有文档 {path}。",
    ),
)
