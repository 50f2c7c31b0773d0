"""Words of signing in, and of the page People."""

from collections.abc import Mapping

from ui.words.text import Text

TEXTS: Mapping[str, Text] = {
    # signing in
    "sign_in": Text("登录", "Sign in"),
    "sign_in_name": Text("用户名", "Name"),
    "sign_in_password": Text("密码", "Password"),
    "sign_in_sso": Text("通过 {provider} 登录", "Sign in with {provider}"),
    "sign_in_or": Text("或使用用户名和密码", "or with name and password"),
    "sign_in_done": Text("已登录", "Signed in"),
    "sign_in_go_on": Text("继续", "Go on"),
    "sign_in_hint": Text(
        "账号由管理员创建。忘记密码时请联系管理员。",
        "Accounts are made by an administrator, who also helps who forgot the password.",
    ),
    "sign_in_owner": Text(
        "在运行服务的机器上，`kb open` 会显示一个无需密码的一次性地址。",
        "On the machine of the service `kb open` prints an address that needs no password.",
    ),
    "password_change": Text("修改密码", "Change the password"),
    "password_first": Text(
        "您使用的是一次性密码。请先设置自己的密码，然后才能继续。",
        "You signed in with a one-time password. Choose one of your own to go on.",
    ),
    "password_old": Text("当前密码", "Present password"),
    "password_new": Text("新密码", "New password"),
    "password_again": Text("再次输入新密码", "New password once more"),
    "password_rule": Text(
        "至少 {n} 个字符，例如几个随意组合的词语。",
        "At least {n} characters: a few words that have nothing to do with each other, say.",
    ),
    "password_ends": Text(
        "修改后，您在其他浏览器中的登录会全部失效。",
        "All your other browsers are signed out when it changes.",
    ),
    "back": Text("返回", "Back"),
    "other_language": Text("English", "中文"),
    # who is signed in
    "sign_out_everywhere": Text("在所有浏览器中退出登录", "Sign out everywhere"),
    "account_role": Text("{name}（{role}）", "{name} ({role})"),
    "role_reader": Text("读者", "reader"),
    "role_editor": Text("编辑", "editor"),
    "role_auditor": Text("审计员", "auditor"),
    "role_admin": Text("管理员", "admin"),
    "documents_none_for_you": Text("还没有您可以阅读的文档。", "There are no documents yet that you may read."),
    "upload_nowhere": Text(
        "您目前不能向任何集合添加文档。请联系管理员。",
        "There is no collection yet to which you may add documents. Ask an administrator.",
    ),
    # the page People
    "page_people": Text("人员", "People"),
    "people_title": Text("人员", "People"),
    "people_intro": Text(
        "谁可以登录，可以做什么，属于哪些组；以及使用接口的程序。",
        "Who may sign in, what they may do, and which groups they are in; and the programs that use the API.",
    ),
    "people_people": Text("人员", "People"),
    "people_groups": Text("组", "Groups"),
    "people_tokens": Text("程序令牌", "Tokens"),
    "people_failed": Text("未能完成", "This could not be done"),
    "people_add_title": Text("添加人员", "Add somebody"),
    "people_add": Text("创建账号", "Make the account"),
    "people_name": Text("用户名", "Name to sign in with"),
    "people_name_help": Text(
        "字母、数字和 . _ - @ +；不区分大小写。", "Letters, digits and . _ - @ +; capitals make no difference."
    ),
    "people_full_name": Text("姓名", "Full name"),
    "people_role": Text("角色", "Role"),
    "people_role_help": Text(
        "读者：提问、阅读，并可向自己的集合添加文档。编辑：还可在所列集合中添加、删除文档。审计员：还可查看审计记录。管理员：全部。",
        "A reader asks, reads, and adds to a collection of their own. An editor also adds and deletes documents of the "
        "collections named. An auditor also sees the audit trail. An admin does everything, and reads everything.",
    ),
    "people_groups_none": Text("不属于任何组", "In no group"),
    "people_collections": Text("可编辑的集合", "Collections to edit"),
    "people_collections_none": Text("尚未选择集合", "No collection yet"),
    "people_edits": Text("编辑 {names}", "edits {names}"),
    "people_disabled": Text("已停用", "disabled"),
    "people_sso": Text("单点登录", "single sign-on"),
    "people_one_time": Text("一次性密码有效至 {day}", "one-time password until {day}"),
    "people_seen": Text("上次登录 {day}", "signed in {day}"),
    "people_never": Text("从未登录", "never signed in"),
    "people_menu": Text("“{name}”的菜单", "Menu of “{name}”"),
    "people_change": Text("修改", "Change"),
    "people_change_title": Text("修改 {name}", "Change {name}"),
    "people_password": Text("新的一次性密码", "New one-time password"),
    "people_password_title": Text("为 {name} 设置新密码？", "A new password for {name}?"),
    "people_password_text": Text(
        "原密码立即失效，其所有浏览器都会退出登录。新密码只显示一次。",
        "The old one is void at once, and all their browsers are signed out. The new one is shown once.",
    ),
    "people_disable": Text("停用", "Disable"),
    "people_enable": Text("启用", "Enable"),
    "people_delete_title": Text("删除账号 {name}？", "Delete the account {name}?"),
    "people_delete_text": Text(
        "其登录、令牌和所有对话都会删除，无法撤销。如只需阻止登录，请停用账号。",
        "Their sessions, tokens and all conversations are deleted. This cannot be undone. To keep somebody out, "
        "disable the account.",
    ),
    "people_told_password": Text("{name} 的一次性密码", "The one-time password of {name}"),
    "people_told_password_note": Text(
        "只显示这一次，七天内有效，首次登录时必须修改。",
        "It is shown this once, works for seven days, and is changed at the first sign-in.",
    ),
    "people_told_token": Text("令牌“{name}”", "The token “{name}”"),
    "people_told_token_note": Text(
        "只显示这一次。程序在每个请求中以 Authorization: Bearer 发送它。",
        "It is shown this once. A program sends it with each request as Authorization: Bearer.",
    ),
    "people_told_done": Text("已记下", "I have it"),
    "groups_none": Text("还没有组。", "There are no groups yet."),
    "group_empty": Text("还没有成员", "nobody yet"),
    "group_name": Text("新的组", "New group"),
    "group_example": Text("人事部", "human resources"),
    "group_add": Text("添加组", "Add the group"),
    "group_delete_title": Text("删除组 {name}？", "Delete the group {name}?"),
    "group_delete_text": Text(
        "成员的账号保留，但不再拥有该组的阅读权限。",
        "The people in it stay, and no longer read what this group may read.",
    ),
    "tokens_none": Text("还没有令牌。", "There are no tokens yet."),
    "token_add_title": Text("创建令牌", "Make a token"),
    "token_add": Text("创建令牌", "Make the token"),
    "token_name": Text("用途", "What it is for"),
    "token_example": Text("夜间导入", "nightly import"),
    "token_person": Text("所属人员", "Whose it is"),
    "token_owner": Text("知识库所有者", "the owner"),
    "token_scopes": Text("权限范围", "What it may do"),
    "token_days": Text("有效天数", "Days it lasts"),
    "token_until": Text("有效至 {day}", "until {day}"),
    "token_used": Text("上次使用 {day}", "used {day}"),
    "token_unused": Text("从未使用", "never used"),
    "token_revoke": Text("撤销", "Revoke"),
    "scope_search": Text("搜索", "search"),
    "scope_ask": Text("提问", "ask"),
    "scope_ingest": Text("导入", "ingest"),
    "scope_admin": Text("全部", "everything"),
}
