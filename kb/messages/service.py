"""The running service, and what it listens on."""

from kb.messages.template import Template

SERVICE: dict[str, Template] = {
    "request.user_header": Template(
        "X-KB-User must be a name of at most {most} printable characters, percent-encoded where it is not ASCII.",
        "X-KB-User 应为不超过 {most} 个可显示字符的名称，其中非 ASCII 字符须用百分号编码。",
    ),
    "request.target_not_absolute": Template(
        "The target {target!r} must be an absolute path.", "目标 {target!r} 必须是绝对路径。"
    ),
    "request.path_not_absolute": Template(
        "The path {path!r} must be an absolute one.", "路径 {path!r} 必须是绝对路径。"
    ),
    "request.not_let_in": Template("Nobody has let this request in.", "此请求未经任何人许可。"),
    "request.open_to_nobody": Template(
        "{path} is open to nobody: it does not say what it needs.", "{path} 不对任何人开放：它没有说明需要什么权限。"
    ),
    "service.stopped_in_answer": Template(
        "The running service was stopped in the middle of the answer. Ask again.",
        "运行中的服务在回答途中停止了。请重新提问。",
    ),
    "service.other_model": Template(
        "The running service answers with {name} ({engine}), not with {wanted}. Change it for all with `kb "
        "models use {model}`, or stop the service and run the command again.",
        "运行中的服务使用 {name}（{engine}）回答，而不是 {wanted}。请用 `kb models use {model}` 为所有人更换"
        "，或停止服务后重新运行该命令。",
    ),
    "service.gone": Template(
        "The running service (process {pid}, port {port}) ended or does not answer: {why}. Run the command again.",
        "运行中的服务（进程 {pid}，端口 {port}）已结束或没有应答：{why}。请重新运行该命令。",
    ),
    "service.none": Template(
        "No service runs for the home {home}. Start it with `kb up`.",
        "主目录 {home} 没有运行中的服务。请用 `kb up` 启动。",
    ),
    "service.port_unusable": Template(
        "Port {port} of {host} cannot be used: {why}. Stop the program that holds it, or choose another with "
        "`kb up --port N` or `--listen`.",
        "{host} 的端口 {port} 无法使用：{why}。请停止占用它的程序，或用 `kb up --port N` 或 `--listen` 另选端口。",
    ),
    "request.path_in_home": Template(
        "{path} lies in the home of the knowledge base, which no request reads.",
        "{path} 在知识库的主目录中，请求不能读取那里的文件。",
    ),
    "request.path_of_system": Template(
        "{path} is a file of the system itself, which no request reads.", "{path} 是系统自身的文件，请求不能读取。"
    ),
    "request.path_outside": Template(
        "{path} lies outside of the folders that requests may read (ingest.roots).",
        "{path} 不在允许读取的文件夹（ingest.roots）之内。",
    ),
    "service.stopping": Template(
        "The service is being stopped and takes no more questions. Start it again with `kb up`.",
        "服务正在停止，不再接受问题。请用 `kb up` 重新启动。",
    ),
    "tls.cert_and_key": Template(
        "--tls-cert and --tls-key go together: name the certificate and its key.",
        "--tls-cert 与 --tls-key 须同时使用：请指明证书及其密钥。",
    ),
    "listening.no_names": Template(
        "service.trusted_proxies names a proxy, and service.names no name by which people reach it. Write it there.",
        "service.trusted_proxies 指明了代理，但 service.names 没有写明人们用来访问它的名称。请写上。",
    ),
    "listening.nobody_has_account": Template(
        "The service does not listen on {where}, or for a proxy, while nobody has an account: whoever "
        "reaches it could not be told from others. Make the first with `kb users add NAME`.",
        "在还没有任何账号时，服务不会监听 {where}，也不接受代理：无法区分访问者是谁。请用 `kb users add "
        "NAME` 创建第一个账号。",
    ),
    "listening.without_tls": Template(
        "The service does not listen on {where} without TLS: passwords and answers could be read on the way. "
        "Give --tls-cert and --tls-key, or name the reverse proxy that does TLS in service.trusted_proxies.",
        "没有 TLS，服务不会监听 {where}：密码和回答可能在途中被读取。请给出 --tls-cert 和 --tls-key，或在 "
        "service.trusted_proxies 中指明负责 TLS 的反向代理。",
    ),
    "tls.names_no_host": Template(
        "The certificate {file} names no host. Have one made for the name that people use.",
        "证书 {file} 没有写明主机。请为人们使用的名称签发一份证书。",
    ),
    "listening.no_address": Template(
        "--listen {listen!r} is no address. Write HOST:PORT, such as 0.0.0.0:8600.",
        "--listen {listen!r} 不是地址。请写成“主机:端口”，例如 0.0.0.0:8600。",
    ),
    "listening.no_host_name": Template(
        "service.names: {name!r} is no name of a host. Write it as kb.example.org.",
        "service.names：{name!r} 不是主机名。请写成 kb.example.org 的形式。",
    ),
    "tls.no_certificate": Template(
        "{file} is no certificate in PEM form. Give the file that your issuer made.",
        "{file} 不是 PEM 格式的证书。请给出签发方提供的文件。",
    ),
    "tls.other_key": Template(
        "The key {key} does not belong to the certificate {file}, or cannot be used without a password: "
        "{why}. Give the key that the certificate was made with.",
        "密钥 {key} 不属于证书 {file}，或没有密码就无法使用：{why}。请给出生成该证书时所用的密钥。",
    ),
    "tls.unreadable": Template(
        "{file} cannot be read: {why}. Check the path, and who may read it.",
        "{file} 无法读取：{why}。请检查路径，以及谁有权读取。",
    ),
    "listening.no_ip": Template(
        "--listen {listen!r} names no IP address of this machine. Write one, such as 0.0.0.0:8600 for all.",
        "--listen {listen!r} 没有写出本机的 IP 地址。请写一个，例如用 0.0.0.0:8600 表示全部。",
    ),
    "listening.no_proxy": Template(
        "service.trusted_proxies: {given!r} is no address or network. Write it as 10.0.0.7 or 10.0.0.0/28.",
        "service.trusted_proxies：{given!r} 不是地址或网络。请写成 10.0.0.7 或 10.0.0.0/28 的形式。",
    ),
    "tls.other_name": Template(
        "The certificate {file} is not for {name}, which service.names has: it is for {names}. Take another "
        "certificate, or another name.",
        "证书 {file} 不适用于 service.names 中的 {name}，而适用于：{names}。请换一份证书，或换一个名称。",
    ),
    "service.page_without_base": Template(
        "The page has no knowledge base. Start it with `kb up`.", "页面没有连接知识库。请用 `kb up` 启动。"
    ),
    "service.models_not_loaded": Template(
        "The models could not be loaded. What `kb up` printed on stderr says more.",
        "模型无法加载，详情见 `kb up` 在标准错误上的输出。",
    ),
    "service.busy": Template(
        "An answer is being written, or an evaluation runs. Wait for it, or stop it, and try again.",
        "有回答正在生成，或有评测正在进行。请等它结束或先停止，然后重试。",
    ),
    "tls.expired": Template(
        "The certificate {file} has expired on {day}. Have it renewed, then start.",
        "证书 {file} 已于 {day} 过期。请续签后再启动。",
    ),
    "tls.not_yet": Template(
        "The certificate {file} is good only from {day} on. Look at this machine's clock, or take another certificate.",
        "证书 {file} 自 {day} 起才有效。请检查本机时钟，或换一份证书。",
    ),
    "service.status": Template("The service answered with status {status}.", "服务返回状态 {status}。"),
    "service.internal_error": Template(
        "An internal error. What `kb up` printed on stderr says more.", "内部错误，详情见 `kb up` 在标准错误上的输出。"
    ),
    "request.unusable": Template("The request cannot be used: {problems}.", "请求无法使用：{problems}。"),
    "request.half_character": Template(
        "The request holds half of a surrogate pair, which is no text. Send whole ones.",
        "请求中有半个代理对，不是文字。请发送完整的字符。",
    ),
    "request.large_number": Template("The request holds a number that is too large.", "请求中有过大的数字。"),
    "request.no_route": Template(
        "There is no {method} {path}. /api/openapi.json describes what there is.",
        "没有 {method} {path}。现有的接口见 /api/openapi.json。",
    ),
}
