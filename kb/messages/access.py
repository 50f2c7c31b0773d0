"""Who may read what."""

from kb.messages.template import Template

ACCESS: dict[str, Template] = {
    "access.too_many_readers": Template(
        "A rule names {most:,} readers at most, not {count:,}. Make a group of them.",
        "一条规则最多列出 {most:,} 个读者，而不是 {count:,} 个。请将他们编为一个组。",
    ),
    "access.no_reader": Template(
        "{given!r} names no reader. Write group:NAME, person:NAME, or * for everyone.",
        "{given!r} 不是读者。请写 group:组名、person:账户名，或用 * 表示所有人。",
    ),
    "access.name_collection": Template("Name the collection whose readers are to be set.", "请指明要设置读者的集合。"),
    "access.path_length": Template(
        "The path of a rule has 1 to {most} characters, not {count:,}.",
        "规则的路径应为 1 至 {most} 个字符，而不是 {count:,} 个。",
    ),
    "access.no_title": Template(
        "{name} does not edit the collection {collection!r}, so cannot give its documents titles. Ask its editor.",
        "{name} 不是集合 {collection!r} 的编辑者，不能为其文档命名。请联系其编辑者。",
    ),
    "access.no_tags": Template(
        "{name} does not edit the collection {collection!r}, so cannot tag its documents. Ask its editor.",
        "{name} 不是集合 {collection!r} 的编辑者，不能为其文档设置标签。请联系其编辑者。",
    ),
    "access.no_move": Template(
        "{name} does not edit the collection {collection!r}, so cannot move its documents. Ask its editor.",
        "{name} 不是集合 {collection!r} 的编辑者，不能移动其文档。请联系其编辑者。",
    ),
    "access.no_passages": Template(
        "{name} does not edit the collection {collection!r}, so cannot change passages of its documents. Ask its "
        "editor.",
        "{name} 不是集合 {collection!r} 的编辑者，不能更改其文档的段落。请联系其编辑者。",
    ),
    "access.no_release": Template(
        "{name} may not release documents of {collection!r}.", "{name} 无权放行集合 {collection!r} 的文档。"
    ),
    "access.no_change": Template("{name} may not change who may read {place!r}.", "{name} 无权更改 {place!r} 的读者。"),
    "access.no_deletion": Template("{name} may not delete documents.", "{name} 无权删除文档。"),
    "access.no_deletion_in": Template(
        "{name} may not delete documents of {collection!r}.", "{name} 无权删除集合 {collection!r} 中的文档。"
    ),
    "access.needs_permission": Template(
        "{name} may not do this: it needs the permission {permission!r}.",
        "{name} 无权执行此操作：需要权限 {permission!r}。",
    ),
    "access.no_adding": Template(
        "{name} may not add documents to {collection!r}. An administrator says who edits which collections.",
        "{name} 无权向集合 {collection!r} 添加文档。谁可以编辑哪些集合由管理员决定。",
    ),
    "access.personal": Template(
        "The collection {name!r} is personal: its person alone reads it. Put what others shall read into "
        "another collection.",
        "集合 {name!r} 是个人集合，只有本人可以阅读。要给他人阅读的文档，请放入其他集合。",
    ),
    "access.changed": Template(
        "Who may read {place!r} was changed by somebody else meanwhile, and nothing was changed now. Look at it again.",
        "其间他人更改了 {place!r} 的读者，本次未作任何更改。请重新查看。",
    ),
    "access.name_readers": Template(
        "Name readers, such as group:NAME, or give --nobody.", "请指明读者，例如 group:组名，或使用 --nobody。"
    ),
    "access.no_rule": Template(
        "There is no rule of {place}. `kb access list` shows those there are.",
        "没有针对 {place} 的规则。`kb access list` 会列出现有规则。",
    ),
    "access.is_folder": Template(
        "{path} is a folder. Write {path}/ for all that lies below it.",
        "{path} 是文件夹。要指其下的全部内容，请写 {path}/。",
    ),
}
