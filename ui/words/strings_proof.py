"""Words of the report that nothing leaves the machine, and of who else sees a text."""

from collections.abc import Mapping

from ui.words.text import Text

TEXTS: Mapping[str, Text] = {
    "seen_by": Text(
        "问题和引用的段落会发送到 {host} 上的 Ollama", "Questions and passages go to the Ollama server on {host}"
    ),
    "proof_title": Text("数据不出本机的证明", "Proof that nothing leaves this machine"),
    "proof_passed": Text(
        "通过：产品没有连接本机以外的任何地址，也没有查询任何域名；除下文列为产品无法阻止的以外，植入的泄漏都被阻止。",
        "Passed: the product reached no address outside this machine and looked up no name, and each planted leak was "
        "stopped but for those that are named below as beyond the product.",
    ),
    "proof_failed": Text("未通过：{reasons}", "NOT passed: {reasons}"),
    "proof_reason_destinations": Text("有数据会发往本机以外：{what}", "something was sent outside: {what}"),
    "proof_reason_leaks": Text(
        "植入的泄漏未被阻止或无法判断：{what}", "planted leaks were not shown to be stopped: {what}"
    ),
    "proof_reason_journeys": Text("没有正常完成：{what}", "these did not work: {what}"),
    "proof_reason_unfinished": Text("时间内未能完成：{what}", "there was no time for: {what}"),
    "proof_reason_blind": Text("没有任何观察手段可用", "nothing could be observed"),
    "proof_reason_lost": Text("{what} 个数据包未能读取", "{what} packets came too fast to be read"),
    "proof_when": Text("时间 {at}，用时 {seconds} 秒", "At {at}, in {seconds} seconds"),
    "proof_observed": Text("如何观察", "How it was observed"),
    "proof_by_packets": Text(
        "数据包：产品在一个没有外部网络的网络命名空间中运行，所有地址都通向回环设备；凡要离开本机的数据包都会被捕获，"
        "无论由谁发出。",
        "Packets: the product ran in a network namespace without a way out, in which all addresses lead to the "
        "loopback device. Each packet that would have left the machine is captured, whoever made it.",
    ),
    "proof_by_calls": Text(
        "系统调用：strace 记录产品及其所有子进程的每一次连接和发送。",
        "System calls: strace wrote down each connection and datagram of the product and of all it started.",
    ),
    "proof_control": Text(
        "先由一个不受阻拦的程序发出 TCP、UDP、IPv6 数据和域名查询：以上每种手段都看到了它们。",
        "Before, a program that nobody stops sent by TCP, UDP and IPv6 and asked a name server: each of these saw it.",
    ),
    "proof_not_observed": Text("这里无法观察的", "What could not be observed here"),
    "proof_not_packets": Text("数据包：{why}", "Packets: {why}"),
    "proof_not_calls": Text("系统调用：{why}", "System calls: {why}"),
    "proof_not_uring": Text(
        "经 io_uring 的发送不在系统调用记录中（本次有程序使用了 io_uring），只能由数据包看到。",
        "What is sent by io_uring is in no trace of system calls, only in the packets; something here used io_uring.",
    ),
    "proof_not_namespace": Text(
        "读取文档的进程另有一个空的网络命名空间，其中没有网络设备，因此不会有数据包。",
        "Processes that read documents have a network namespace of their own, with no device in it and so no packets.",
    ),
    "proof_not_unix": Text(
        "Unix 套接字只到本机的其他程序；那些程序自己做什么，不在此列。",
        "Unix sockets reach other programs of this machine; what those do is not seen.",
    ),
    "proof_not_ollama": Text(
        "Ollama 服务是另一个程序，未参与：回答由内置引擎给出。privacy.allow 在证明时为空。",
        "An Ollama server is another program and took no part: the embedded engine answered. privacy.allow was empty.",
    ),
    "proof_not_browser": Text(
        "没有运行真正的浏览器：检查的是服务器发给浏览器的全部内容。",
        "No real browser ran: what was looked through is all that the service sends to one.",
    ),
    "proof_seen_by": Text("按目前的设置，还有谁看到文字", "Who else sees the text, as things are set"),
    "proof_seen_by_nobody": Text("没有：模型在本机运行。", "Nobody: the model runs on this machine."),
    "proof_seen_by_hosts": Text("这些主机会收到问题和段落：{what}", "These hosts get questions and passages: {what}"),
    "proof_journeys": Text("使用过程", "Journeys"),
    "proof_journeys_head": Text(
        "过程 | 完成 | 秒 | 网络系统调用 | 域名查询 | 外部地址",
        "journey | worked | seconds | network calls | DNS queries | outside",
    ),
    "proof_yes": Text("是", "yes"),
    "proof_no": Text("否", "no"),
    "proof_none": Text("无", "none"),
    "proof_journey_ingest": Text("添加文档", "ingest"),
    "proof_journey_search": Text("搜索", "search"),
    "proof_journey_ask": Text("提问", "ask"),
    "proof_journey_eval": Text("评测", "eval"),
    "proof_journey_page": Text("网页：各页面、提问、回答", "page: its views, a question, the answer"),
    "proof_leaks": Text("植入的泄漏", "Planted leaks"),
    "proof_leaks_head": Text("泄漏 | 结果 | 说明", "leak | result | how"),
    "proof_leak_reader_python": Text("读取插件用 Python 连接", "a reader plug-in connects from Python"),
    "proof_leak_reader_subprocess": Text("读取插件用子进程连接", "a reader plug-in connects from a subprocess"),
    "proof_leak_reader_ctypes": Text("读取插件用 ctypes 连接", "a reader plug-in connects through ctypes"),
    "proof_leak_reader_look_up": Text("读取插件查询域名", "a reader plug-in looks up a name"),
    "proof_leak_model_python": Text("自定义模型用 Python 连接", "a model of one's own connects from Python"),
    "proof_leak_model_look_up": Text("自定义模型查询域名", "a model of one's own looks up a name"),
    "proof_leak_model_subprocess": Text("自定义模型用子进程连接", "a model of one's own connects from a subprocess"),
    "proof_leak_model_ctypes": Text("自定义模型用 ctypes 连接", "a model of one's own connects through ctypes"),
    "proof_leak_document_image": Text(
        "文档引用外部图片、样式或实体", "documents with images, styles, entities elsewhere"
    ),
    "proof_leak_answer_image": Text("回答中有 Markdown 外部图片", "an answer with a Markdown image elsewhere"),
    "proof_state_stopped": Text("已阻止", "stopped"),
    "proof_state_got_through": Text("未被阻止", "GOT THROUGH"),
    "proof_state_seen": Text("未阻止，但被观察到", "seen, not stopped"),
    "proof_state_not_tried": Text("未尝试", "not tried"),
    "proof_state_not_shown": Text("无法判断", "not shown"),
    "proof_beyond": Text("产品无法阻止的", "What the product cannot stop"),
    "proof_beyond_text": Text(
        "自定义模型在产品自己的进程中运行：其中的原生代码和它启动的程序，不受产品阻拦，只有 systemd 的 "
        "IPAddressDeny=any 或网络命名空间能阻止（见 docs/privacy.md）。这里试过，并被观察到：",
        "A model of one's own runs in the product's process. Native code in it, and programs it starts, are stopped by "
        "systemd's IPAddressDeny=any or a network namespace alone (see docs/privacy.md). Tried here, and seen:",
    ),
    "proof_confinement": Text("读取文档的进程受到的限制", "What confines processes that read documents"),
    "proof_part_network": Text("空的网络命名空间", "an empty network namespace"),
    "proof_part_calls": Text("seccomp：没有网络和启动程序的系统调用", "seccomp: no calls for a network or programs"),
    "proof_part_files": Text("Landlock：只看到自己的文件", "Landlock: no file but its own"),
    "proof_holds": Text("有效", "holds"),
    "proof_lacking": Text(
        "没有（{why}）；仍有效的见 docs/privacy.md",
        "does not hold ({why}); docs/privacy.md says what does without it",
    ),
    "proof_run": Text("运行的版本", "What was run"),
    "proof_signed": Text(
        "由公钥 {public} 签名；`kb privacy check` 可核对", "Signed by the key {public}; `kb privacy check` looks"
    ),
    "proof_unsigned": Text("未签名：没有知识库目录可提供密钥", "Not signed: there is no home whose key could"),
}
