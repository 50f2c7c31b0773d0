"""The messages about people, accounts and signing in, as they are raised and in Chinese."""

PEOPLE: tuple[tuple[str, str], ...] = (
    ("You are signed out. Load the page again.", "您已退出登录。请重新加载页面。"),
    ("The name or the password is wrong.", "用户名或密码不正确。"),
    ("The present password is wrong.", "当前密码不正确。"),
    # single sign-on
    (
        "You are in no group that may use this service. Ask an administrator.",
        "您所在的组都不能使用此服务。请联系管理员。",
    ),
    ("There is another account of your name. Ask an administrator.", "已有另一个与您同名的账号。请联系管理员。"),
    (
        "The provider gives no name for you that can be the name of an account. Ask an administrator.",
        "登录提供方没有给出可用作用户名的名称。请联系管理员。",
    ),
    ("The provider of single sign-on did not sign you in. Try again.", "登录提供方未让您登录。请重试。"),
    ("This answer is not of the provider of single sign-on. Sign in again.", "该回应并非来自登录提供方。请重新登录。"),
    (
        "This sign-in was used already, or took too long. Sign in again.",
        "此次登录已被使用过，或用时过长。请重新登录。",
    ),
    (
        "What the provider of single sign-on says of you is not believed ({what}). Sign in again.",
        "登录提供方给出的信息不可信（{what}）。请重新登录。",
    ),
    (
        "The provider of single sign-on does not serve this service ({why}). An administrator looks at client_id and "
        "secret in people.sso.",
        "登录提供方不接受此服务（{why}）。请管理员检查 people.sso 中的 client_id 和密钥。",
    ),
    (
        "The provider of single sign-on at {issuer} says that it is {other}. Nobody is signed in by it; an "
        "administrator looks at people.sso.issuer.",
        "{issuer} 的登录提供方自称 {other}，因此不能用它登录。请管理员检查 people.sso.issuer。",
    ),
    (
        "The keys of the provider of single sign-on at {address} cannot be used. Nobody is signed in by it until they "
        "can.",
        "登录提供方的密钥（{address}）无法使用，在此之前不能用它登录。",
    ),
    (
        "The provider of single sign-on at {issuer} gives no {name} that can be used. Nobody is signed in by it.",
        "{issuer} 的登录提供方没有给出可用的 {name}，因此不能用它登录。",
    ),
    (
        "The provider of single sign-on has its {name} on another host, {host}, which the service does not reach. If "
        "it is the provider's, list it in privacy.allow and start again.",
        "登录提供方的 {name} 位于另一台主机 {host}，服务不会访问它。"
        "如果它属于该提供方，请列入 privacy.allow 并重新启动。",
    ),
    (
        "The provider of single sign-on cannot be used now ({why}). Try again later, or sign in with name and password "
        "if you have one.",
        "登录提供方目前不可用（{why}）。请稍后重试；如有用户名和密码，也可用它们登录。",
    ),
    ("{name} signs in at {issuer} and has no password here.", "{name} 通过 {issuer} 登录，在这里没有密码。"),
    ("This account is disabled. Ask an administrator.", "此账号已停用。请联系管理员。"),
    (
        "The one-time password has run out. Ask an administrator for another.",
        "一次性密码已过期。请向管理员索取新的密码。",
    ),
    (
        "Too many {what}: at most {n} a minute. Try again in {seconds} seconds.",
        "操作过于频繁：每分钟最多 {n} 次。请在 {seconds} 秒后重试。",
    ),
    ("Too many wrong passwords. Try again in {n} seconds.", "密码错误次数过多。请在 {n} 秒后重试。"),
    ("Too many wrong passwords. Try again in {n} minutes.", "密码错误次数过多。请在 {n} 分钟后重试。"),
    (
        "The password has {n} characters. Choose one of at least {least}.",
        "密码只有 {n} 个字符。请设置至少 {least} 个字符的密码。",
    ),
    ("The password is longer than {n} characters. Choose a shorter one.", "密码超过 {n} 个字符。请设置短一些的密码。"),
    (
        "The password holds a character that cannot be printed. Choose another one.",
        "密码中有无法显示的字符。请换一个密码。",
    ),
    (
        "The password is little more than the name of the account. Choose another one.",
        "密码与用户名过于相近。请换一个密码。",
    ),
    ("The password repeats a few characters. Choose another one.", "密码只是少数几个字符的重复。请换一个密码。"),
    ("The new password is the old one. Choose another one.", "新密码与旧密码相同。请换一个密码。"),
    (
        "{name} cannot be the name of an account. Choose one of at most {n} letters, digits and . _ - @ +, which "
        "begins with a letter or a digit.",
        "{name} 不能用作用户名。请使用不超过 {n} 个字母、数字或 . _ - @ +，并以字母或数字开头。",
    ),
    (
        "{name} cannot be the name of an account: the product itself acts by it. Choose another.",
        "{name} 不能用作用户名：产品自身使用这个名称。请换一个。",
    ),
    (
        '{name} cannot be the name of a group. Choose one of at most {n} printable characters, without * : , " < > '
        "and |.",
        '{name} 不能用作组名。请使用不超过 {n} 个可显示的字符，且不含 * : , " < > 和 |。',
    ),
    (
        "There is an account {name} already. Choose another name, or change that one.",
        "已有账号 {name}。请换一个名称，或修改该账号。",
    ),
    (
        "The first account must be an admin's: nobody could make others. Add it without a role.",
        "第一个账号必须是管理员，否则无人能创建其他账号。创建时请不要指定角色。",
    ),
    (
        "There is no account {name}. `kb users list` names those there are.",
        "没有账号 {name}。`kb users list` 会列出全部账号。",
    ),
    (
        "There is no group {name}. `kb groups list` names those there are.",
        "没有组 {name}。`kb groups list` 会列出全部组。",
    ),
    (
        "There is no token {id}. `kb tokens list` names those there are.",
        "没有令牌 {id}。`kb tokens list` 会列出全部令牌。",
    ),
    ("There is a group {name} already.", "已有组 {name}。"),
    (
        "{name} is the last admin who is enabled. Make somebody else an admin first.",
        "{name} 是最后一个启用的管理员。请先将其他人设为管理员。",
    ),
    (
        "Collections to edit are those of an editor. Give the role editor, or no collections.",
        "只有编辑才有可编辑的集合。请选择编辑角色，或不要指定集合。",
    ),
    (
        "The full name is longer than 200 characters, or holds some that cannot be printed. Shorten it.",
        "姓名超过 200 个字符，或含有无法显示的字符。请缩短。",
    ),
    ("{role} is no role. The roles are {roles}.", "{role} 不是角色。角色有：{roles}。"),
    ("{scope} is no scope of a token. The scopes are {scopes}.", "{scope} 不是令牌的权限范围。可选：{scopes}。"),
    ("A token needs a scope. The scopes are {scopes}.", "令牌需要权限范围。可选：{scopes}。"),
    (
        "A token needs a name of at most {n} printable characters: what it is for.",
        "令牌需要一个名称（不超过 {n} 个可显示的字符），说明其用途。",
    ),
    ("A token lasts from 1 to {n} days.", "令牌的有效期为 1 到 {n} 天。"),
)
