"""People, passwords, tokens and sessions."""

from kb.messages.template import Template

PEOPLE: dict[str, Template] = {
    "preferences.language": Template(
        "The language of the page is zh, en or empty (the browser's), not {given!r}.",
        "界面语言只能是 zh、en 或空（跟随浏览器），不能是 {given!r}。",
    ),
    "preferences.theme": Template(
        "The theme is system, light or dark, not {given!r}.", "主题只能是 system、light 或 dark，不能是 {given!r}。"
    ),
    "preferences.think_budget": Template(
        "The thinking budget is 0 to {most:,} tokens. Choose less, or leave it to the model.",
        "思考预算为 0 到 {most:,} 个词元。请减少，或交给模型决定。",
    ),
    "preferences.model": Template(
        "The name of a model has at most {most} characters, all printable. `kb models list` names those there are.",
        "模型名称最多 {most} 个可显示的字符。`kb models list` 会列出现有的模型。",
    ),
    "people.full_name": Template(
        "The full name is longer than 200 characters, or holds some that cannot be printed. Shorten it.",
        "姓名超过 200 个字符，或含有无法显示的字符。请缩短。",
    ),
    "people.person_not_found": Template(
        "There is no account {name!r}. `kb users list` names those there are.",
        "没有账号 {name!r}。`kb users list` 会列出全部账号。",
    ),
    "people.group_not_found": Template(
        "There is no group {name!r}. `kb groups list` names those there are.",
        "没有组 {name!r}。`kb groups list` 会列出全部组。",
    ),
    "password.present_wrong": Template("The present password is wrong.", "当前密码不正确。"),
    "password.same": Template(
        "The new password is the old one. Choose another one.", "新密码与旧密码相同。请换一个密码。"
    ),
    "people.no_password_here": Template(
        "{name} signs in at {issuer} and has no password here.", "{name} 通过 {issuer} 登录，在这里没有密码。"
    ),
    "people.last_admin": Template(
        "{name} is the last admin who is enabled. Make somebody else an admin first.",
        "{name} 是最后一个启用的管理员。请先将其他人设为管理员。",
    ),
    "people.collections_of_editor": Template(
        "Collections to edit are those of an editor. Give the role editor, or no collections.",
        "只有编辑才有可编辑的集合。请选择编辑角色，或不要指定集合。",
    ),
    "people.personal_given": Template(
        "{name!r} cannot be given: personal collections are edited by their person alone.",
        "{name!r} 不能交给他人：个人集合只能由本人编辑。",
    ),
    "people.name_taken": Template(
        "There is an account {name!r} already. Choose another name, or change that one.",
        "已有账号 {name!r}。请换一个名称，或修改该账号。",
    ),
    "people.first_is_admin": Template(
        "The first account must be an admin's: nobody could make others. Add it without a role.",
        "第一个账号必须是管理员，否则无人能创建其他账号。创建时请不要指定角色。",
    ),
    "people.group_taken": Template("There is a group {name!r} already.", "已有组 {name!r}。"),
    "token.needs_name": Template(
        "A token needs a name of at most {most} printable characters: what it is for.",
        "令牌需要一个名称（不超过 {most} 个可显示的字符），说明其用途。",
    ),
    "token.days": Template("A token lasts from 1 to {most} days.", "令牌的有效期为 1 到 {most} 天。"),
    "token.not_found": Template(
        "There is no token {id!r}. `kb tokens list` names those there are.",
        "没有令牌 {id!r}。`kb tokens list` 会列出全部令牌。",
    ),
    "people.no_name": Template(
        "{name!r} cannot be the name of an account. Choose one of at most {most} letters, digits and . _ - @ "
        "+, which begins with a letter or a digit.",
        "{name!r} 不能用作用户名。请使用不超过 {most} 个字母、数字或 . _ - @ +，并以字母或数字开头。",
    ),
    "people.name_reserved": Template(
        "{name!r} cannot be the name of an account: the product itself acts by it. Choose another.",
        "{name!r} 不能用作用户名：产品自身使用这个名称。请换一个。",
    ),
    "people.no_group_name": Template(
        "{name!r} cannot be the name of a group. Choose one of at most {most} printable characters, without "
        '* : , " < > and |.',
        '{name!r} 不能用作组名。请使用不超过 {most} 个可显示的字符，且不含 * : , " < > 和 |。',
    ),
    "password.short": Template(
        "The password has {count} characters. Choose one of at least {least}.",
        "密码只有 {count} 个字符。请设置至少 {least} 个字符的密码。",
    ),
    "password.long": Template(
        "The password is longer than {most:,} characters. Choose a shorter one.",
        "密码超过 {most:,} 个字符。请设置短一些的密码。",
    ),
    "password.unprintable": Template(
        "The password holds a character that cannot be printed. Choose another one.",
        "密码中有无法显示的字符。请换一个密码。",
    ),
    "password.like_name": Template(
        "The password is little more than the name of the account. Choose another one.",
        "密码与用户名过于相近。请换一个密码。",
    ),
    "password.repeats": Template(
        "The password repeats a few characters. Choose another one.", "密码只是少数几个字符的重复。请换一个密码。"
    ),
    "people.no_role": Template("{role!r} is no role. The roles are {roles}.", "{role!r} 不是角色。角色有：{roles}。"),
    "token.no_scope": Template(
        "{scope!r} is no scope of a token. The scopes are {scopes}.", "{scope!r} 不是令牌的权限范围。可选：{scopes}。"
    ),
    "token.needs_scope": Template(
        "A token needs a scope. The scopes are {scopes}.", "令牌需要权限范围。可选：{scopes}。"
    ),
    "people.too_many": Template(
        "Too many {what}: at most {most} a minute. Try again in {seconds} seconds.",
        "{what}过于频繁：每分钟最多 {most} 次。请在 {seconds} 秒后重试。",
    ),
    "session.owner_alone": Template(
        "Only the owner gives addresses. Run `kb open` on the machine of the service.",
        "只有所有者可以给出地址。请在运行服务的机器上运行 `kb open`。",
    ),
    "session.of_token": Template(
        "A token has no sessions. `kb sessions revoke` ends those of browsers.",
        "令牌没有会话。`kb sessions revoke` 可结束浏览器的会话。",
    ),
    "session.not_found": Template(
        "There is no session {id!r}. `kb sessions list` names those there are.",
        "没有会话 {id!r}。`kb sessions list` 会列出全部会话。",
    ),
    "session.name_some": Template(
        "Name sessions, or give --all. `kb sessions list` names those there are.",
        "请指明会话，或给出 --all。`kb sessions list` 会列出全部会话。",
    ),
    "session.signed_out": Template("You are signed out. Load the page again.", "您已退出登录。请重新加载页面。"),
    "password.wait_seconds": Template(
        "Too many wrong passwords. Try again in {n} seconds.", "密码错误次数过多。请在 {n} 秒后重试。"
    ),
    "password.wait_minutes": Template(
        "Too many wrong passwords. Try again in {n} minutes.", "密码错误次数过多。请在 {n} 分钟后重试。"
    ),
    "password.wrong": Template("The name or the password is wrong.", "用户名或密码不正确。"),
    "password.run_out": Template(
        "The one-time password has run out. Ask an administrator for another.",
        "一次性密码已过期。请向管理员索取新的密码。",
    ),
    "password.differs": Template("The two new passwords differ.", "两次输入的新密码不一致。"),
    "people.disabled": Template("This account is disabled. Ask an administrator.", "此账号已停用。请联系管理员。"),
    "token.missing": Template(
        "The token is missing, wrong or out of date. Send that of the file `token` in the home, or one of "
        "`kb tokens create`, as `Authorization: Bearer TOKEN`.",
        "令牌缺失、有误或已过期。请以 `Authorization: Bearer TOKEN` 发送主目录中文件 `token` 里的令牌，或 "
        "`kb tokens create` 创建的令牌。",
    ),
    "password.change_first": Template(
        "The password is for one time. Sign in on the page and choose one of your own.",
        "该密码只能使用一次。请在页面上登录，并设置自己的密码。",
    ),
}
