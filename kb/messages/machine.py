"""The unit of systemd, and the proof of privacy."""

from kb.messages.template import Template

MACHINE: dict[str, Template] = {
    "privacy.not_written": Template(
        "{file} cannot be written: {why}. Choose another folder with --out.",
        "{file} 无法写入：{why}。请用 --out 另选文件夹。",
    ),
    "unit.settings_lost": Template(
        "The unit takes its settings from a file alone, and {names} would be lost. Write them into the file "
        "that --config names.",
        "该单元只从文件读取设置，{names} 将会丢失。请把它们写入 --config 指定的文件。",
    ),
    "unit.secret_lost": Template(
        "The unit holds no secret, and KB_SSO_CLIENT_SECRET would be lost. Write it into a file of its own "
        "that the service's user alone may read, and name that in people.sso.client_secret_file.",
        "该单元不含任何密钥，KB_SSO_CLIENT_SECRET 将会丢失。请把它写入只有服务用户可读的单独文件，并在 "
        "people.sso.client_secret_file 中指明该文件。",
    ),
    "unit.user_and_as": Template(
        "--user and --as do not go together: a unit of your own runs as you.",
        "--user 与 --as 不能同用：您自己的单元以您的身份运行。",
    ),
    "unit.name_user": Template(
        "Say who the service runs as, with --as USER: a user that has no other work (`adduser --system kb`). "
        "With --user the unit is of your own systemd.",
        "请用 --as USER 指明服务以谁的身份运行：一个没有其他用途的用户（`adduser --system kb`）。使用 --user "
        "时，单元属于您自己的 systemd。",
    ),
    "unit.no_root": Template(
        "The service does not run as root, who may do everything. Make a user: adduser --system kb",
        "服务不以可为所欲为的 root 身份运行。请创建一个用户：adduser --system kb",
    ),
    "unit.low_port": Template(
        "A unit of your own cannot listen on port {port}. Choose one from 1024 on.",
        "您自己的单元不能监听端口 {port}。请选择 1024 及以上的端口。",
    ),
    "unit.no_user": Template(
        "There is no user {name!r} on this machine. Make one with `adduser --system {name}`.",
        "本机没有用户 {name!r}。请用 `adduser --system {name}` 创建。",
    ),
    "unit.no_folder": Template(
        "There is no folder {folder} ({variable}). Make it, for {name} alone: install -d -m 0700 -o {name} {folder}",
        "没有文件夹 {folder}（{variable}）。请只为 {name} 创建它：install -d -m 0700 -o {name} {folder}",
    ),
    "unit.foreign_folder": Template(
        "{folder} ({variable}) does not belong to {name}, who could not write into it. Choose another "
        "folder, or run: chown -R {name} {folder}",
        "{folder}（{variable}）不属于 {name}，无法写入。请另选文件夹，或运行：chown -R {name} {folder}",
    ),
    "unit.not_written": Template(
        "{file} cannot be written: {why}. Run it as root, or with --user, or write elsewhere with --path.",
        "{file} 无法写入：{why}。请以 root 身份运行，或加 --user，或用 --path 写到别处。",
    ),
    "unit.changed": Template(
        "{file} was not made by `kb service install`, or was changed since. Look at it, then say --replace, "
        "or write elsewhere with --path.",
        "{file} 不是由 `kb service install` 生成的，或此后被改动过。请先查看，再加 --replace，或用 --path 写到别处。",
    ),
    "unit.no_clients": Template(
        "The unit lets nobody in whose network it does not know. Write the networks of those who use the "
        "service into service.clients, such as [10.20.0.0/16].",
        "该单元不允许未知网络中的任何人进入。请把使用者所在的网络写入 service.clients，例如 [10.20.0.0/16]。",
    ),
    "unit.no_path": Template(
        "{path!r} cannot stand in a unit of systemd. Choose a path of printable characters.",
        "{path!r} 不能写入 systemd 单元。请选用由可显示字符组成的路径。",
    ),
    "unit.every_address": Template(
        "service.clients: {given} is every address there is, and what may come in from one may also go out "
        "to it. Name your networks, or let a reverse proxy stand before the service.",
        "service.clients：{given} 包括所有地址，能从该处进入的，也能传出到该处。请写明您的网络，或在服务之前"
        "设置反向代理。",
    ),
    "unit.no_address": Template(
        "{host} has no address now ({why}), and a unit knows addresses alone. Check the name and this "
        "machine's name server, or write the address into /etc/hosts.",
        "{host} 目前没有地址（{why}），而单元只认识地址。请检查该名称和本机的域名服务器，或把地址写入 /etc/hosts。",
    ),
    "unit.no_network": Template(
        "service.clients: {given!r} is no network. Write it as 10.20.0.0/16.",
        "service.clients：{given!r} 不是网络。请写成 10.20.0.0/16 的形式。",
    ),
    "privacy.nothing_observed": Template(
        "Nothing could be run under observation: {problem}. `kb doctor` says what this machine lacks.",
        "无法在观察下运行：{problem}。`kb doctor` 会说明本机缺少什么。",
    ),
    "privacy.no_report": Template(
        "{file} holds no report. Take the .json file that `kb privacy prove` wrote.",
        "{file} 中没有报告。请使用 `kb privacy prove` 写出的 .json 文件。",
    ),
    "privacy.report_unreadable": Template(
        "{file} cannot be read as a report: {why}.", "{file} 无法作为报告读取：{why}。"
    ),
}
