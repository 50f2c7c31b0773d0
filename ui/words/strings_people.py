"""Words of signing in, and of the page People."""

from collections.abc import Mapping

from ui.words.text import Text

TEXTS: Mapping[str, Text] = {
    # signing in
    "sign_in": Text("登录", "Sign in"),
    "sign_in_name": Text("用户名", "Name"),
    "sign_in_password": Text("密码", "Password"),
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
    "password_differs": Text("两次输入的新密码不一致。", "The two new passwords differ."),
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
}
