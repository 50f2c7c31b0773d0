"""Single sign-on."""

from kb.messages.template import Template

SIGN_ON: dict[str, Template] = {
    "sso.not_believed": Template(
        "What the provider of single sign-on says of you is not believed ({what}). Sign in again.",
        "登录提供方给出的信息不可信（{what}）。请重新登录。",
    ),
    "sso.unavailable": Template(
        "The provider of single sign-on cannot be used now ({host}: {why}). Try again later, or sign in with "
        "name and password if you have one.",
        "登录提供方目前不可用（{host}：{why}）。请稍后重试；如有用户名和密码，也可用它们登录。",
    ),
    "sso.not_signed_in": Template(
        "The provider of single sign-on did not sign you in. Try again.", "登录提供方未让您登录。请重试。"
    ),
    "sso.not_of_provider": Template(
        "This answer is not of the provider of single sign-on. Sign in again.", "该回应并非来自登录提供方。请重新登录。"
    ),
    "sso.gives_no": Template(
        "The provider of single sign-on at {issuer} gives no {name} that can be used. Nobody is signed in by it.",
        "{issuer} 的登录提供方没有给出可用的 {name}，因此不能用它登录。",
    ),
    "sso.another_host": Template(
        "The provider of single sign-on has its {name} on another host, {host}, which the service does not "
        "reach. If it is the provider's, list it in privacy.allow and start again.",
        "登录提供方的 {name} 位于另一台主机 {host}，服务不会访问它。如果它属于该提供方，请列入 privacy.allow "
        "并重新启动。",
    ),
    "sso.certificates_unusable": Template(
        "people.sso.ca_file: the certificates {file} cannot be used: {why}. Give a file in PEM form.",
        "people.sso.ca_file：证书 {file} 无法使用：{why}。请给出 PEM 格式的文件。",
    ),
    "sso.not_served": Template(
        "The provider of single sign-on does not serve this service ({why}). An administrator looks at "
        "client_id and secret in people.sso.",
        "登录提供方不接受此服务（{why}）。请管理员检查 people.sso 中的 client_id 和密钥。",
    ),
    "sso.other_issuer": Template(
        "The provider of single sign-on at {issuer} says that it is {other}. Nobody is signed in by it; an "
        "administrator looks at people.sso.issuer.",
        "{issuer} 的登录提供方自称 {other}，因此不能用它登录。请管理员检查 people.sso.issuer。",
    ),
    "sso.used_already": Template(
        "This sign-in was used already, or took too long. Sign in again.",
        "此次登录已被使用过，或用时过长。请重新登录。",
    ),
    "sso.keys_unusable": Template(
        "The keys of the provider of single sign-on at {address} cannot be used. Nobody is signed in by it "
        "until they can.",
        "登录提供方的密钥（{address}）无法使用，在此之前不能用它登录。",
    ),
    "sso.secret_empty": Template(
        "people.sso.client_secret_file: {file} is empty. Write the client's secret into it.",
        "people.sso.client_secret_file：{file} 是空的。请把客户端密钥写入其中。",
    ),
    "sso.secret_unreadable": Template(
        "people.sso.client_secret_file: {file} cannot be read: {why}. Check the path, and who may read it.",
        "people.sso.client_secret_file：{file} 无法读取：{why}。请检查路径，以及谁有权读取。",
    ),
    "sso.no_group": Template(
        "You are in no group that may use this service. Ask an administrator.",
        "您所在的组都不能使用此服务。请联系管理员。",
    ),
    "sso.name_taken": Template(
        "There is another account of your name. Ask an administrator.", "已有另一个与您同名的账号。请联系管理员。"
    ),
    "sso.no_name": Template(
        "The provider gives no name for you that can be the name of an account. Ask an administrator.",
        "登录提供方没有给出可用作用户名的名称。请联系管理员。",
    ),
    "sso.over": Template("This sign-in is not valid any more. Sign in again.", "此次登录已失效，请重新登录。"),
    "sso.issuer_no_address": Template("issuer {issuer!r} is no address", "issuer {issuer!r} 不是地址"),
    "sso.issuer_no_https": Template(
        "issuer {issuer!r} must begin with https://", "issuer {issuer!r} 应以 https:// 开头"
    ),
    "sso.issuer_no_place": Template(
        "issuer {issuer!r} must be a host and a path, without ?, # and @",
        "issuer {issuer!r} 应由主机和路径组成，不含 ?、# 和 @",
    ),
    "sso.no_client_id": Template(
        "client_id is missing: the provider gives it when this service is registered there",
        "缺少 client_id：在登录提供方登记本服务时由对方给出",
    ),
    "sso.no_openid": Template("scopes must have openid", "scopes 应包含 openid"),
}
