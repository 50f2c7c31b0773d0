"""The help of the command line in Chinese: what stands in the code in English, word for word, with its Chinese.

English help stands where commands and options are declared (`ui/cli`), as their docstrings and `help=`.
"""

from collections.abc import Iterable

from ui.words.strings_filing import HELP as _FILING
from ui.words.strings_tuning import HELP as _TUNING
from ui.words.text import Text

_OF_THE_APP = (
    Text(
        "用中文或英文就您的文档提问，数据不出本机。",
        "Ask your documents, in Chinese or English. Nothing leaves this machine.",
    ),
    Text("为当前的 shell 安装命令补全。", "Install completion for the current shell."),
    Text(
        "显示当前 shell 的命令补全脚本，可复制或自行修改。",
        "Show completion for the current shell, to copy it or customize the installation.",
    ),
    Text("显示本帮助并退出。", "Show this message and exit."),
    Text(
        "帮助、输出和错误所用的语言（环境变量 KB_LANG；否则由系统的区域设置决定）。",
        "Language of help, output and errors (env KB_LANG; else the locale's).",
    ),
    # common options
    Text("知识库的主目录（环境变量 KB_HOME）。", "The knowledge base's directory (env KB_HOME)."),
    Text("设置文件（环境变量 KB_CONFIG）。", "A settings file (env KB_CONFIG)."),
    Text("在标准输出上输出一个 JSON 文档。", "Print one JSON document on stdout."),
    Text("集合的名称。", "Name of the collection."),
    Text(
        "只在路径（或 集合/路径）与此相符的文档中查找。",
        "Look only into documents whose path, or COLLECTION/PATH, matches.",
    ),
    Text("只在此集合中查找，可多次给出。", "Look only into this collection; may be given several times."),
    Text("auto、ollama、embedded 或 llamaindex。", "auto, ollama, embedded or llamaindex."),
    Text("Ollama 标签，或内置模型。", "An Ollama tag, or an embedded model."),
    Text("思考最多用多少词元。", "Reasoning tokens at most."),
    Text("问题；`-` 表示从标准输入读取。", "`-` reads it from stdin."),
)

_ASKING = (
    Text(
        "提供网页和 API，直到按下 Ctrl-C；如未给出 --listen，只在 127.0.0.1 上。",
        "Serve page and API until Ctrl-C; on 127.0.0.1, unless --listen says otherwise.",
    ),
    Text("端口，只供本机使用。", "Of this machine alone."),
    Text(
        "供其他机器使用；需要账号，以及 TLS 或反向代理。",
        "For other machines; needs accounts, and TLS or a proxy.",
    ),
    Text("证书及其证书链（PEM）。", "A certificate with its chain (PEM)."),
    Text("证书的密钥（PEM）。", "Its key (PEM)."),
    Text("只提供 API，不提供网页。", "The API without the page."),
    Text(
        "把文件和文件夹读入知识库。没有变化的不再读取。",
        "Bring files and folders into the knowledge base. What is unchanged is left alone.",
    ),
    Text("文件和文件夹。", "Files and folders."),
    Text("删除原文件已不存在的文档。", "Remove documents whose file is gone."),
    Text("继续跟踪这些文件夹的变化，直到按下 Ctrl-C。", "Go on following the folders until Ctrl-C."),
    Text(
        "与 --watch 同用：反复查看文件，网络驱动器需要如此。",
        "With --watch: look at the files again and again, as network drives need.",
    ),
    Text("查找与问题相关的段落，不使用模型。", "The passages for a question, without a model."),
    Text("给出多少个段落。", "How many passages."),
    Text("提问；回答会注明所依据的文档。", "Ask a question; the answer cites the documents it rests on."),
    Text("随机种子，用于再次得到同样的回答。", "For the same answer again."),
    Text(
        "回答这么多次，给出多数一致的答案。",
        "Answer so many times, and give what most of them agree with.",
    ),
    Text("不查文档，直接与模型对话。", "Talk to the model without documents."),
    Text("消息；不给出则开始交互式对话。", "Without it, an interactive chat."),
    Text(
        "根据目录库重建向量索引和词语索引，不重新读取文档。",
        "Build the vector and word indexes again from the catalog. No document is read.",
    ),
    Text(
        "重新读取、切分并向量化所有文档。完成之前，旧索引继续供检索。",
        "Read, split and embed every document again. The old index answers until all is ready.",
    ),
    Text(
        "列出读者评价过的回答及其理由，最近评价的在前。",
        "The answers that readers judged, with their reasons; the last judged first.",
    ),
    Text("只列出评价为此的回答。", "Only those judged so."),
    Text(
        "每天的提问、未找到答案的提问、从未被引用的文档，以及按文档的评价；最近 30 天。",
        "Questions a day, what was asked in vain, documents never cited, and feedback by document; the last 30 days.",
    ),
    Text(
        "以 CSV 输出 questions、gaps、never-cited 或 feedback。",
        "Print questions, gaps, never-cited or feedback as CSV.",
    ),
    Text(
        "保留您未找到答案的提问的文字，或删除已保留的并不再保留。",
        "Keep the words of what you ask in vain, or forget them and keep none.",
    ),
    Text(
        "让智能体检索、提问和阅读文档：在标准输入和标准输出上的模型上下文协议（MCP）服务器。\n\n"
        "如有正在运行的服务，则通过服务，否则直接打开主目录。",
        "Let an agent search, ask and read the documents: a server of the Model Context Protocol on stdin and "
        "stdout.\n\nIt speaks to the running service of the home, or else opens the home itself.",
    ),
)

_BACKUPS = (
    Text(
        "把主目录中无法重建的内容写入一个 tar 文件。正在运行的服务不受影响。",
        "Write all of the home that cannot be built again into one tar file. A running service goes on.",
    ),
    Text("新文件，或存放它的文件夹（名称没有后缀）。", "A new file, or a folder for one: no suffix."),
    Text(
        "显示证明该主目录备份的密钥，供另处保存。",
        "Show the key that proves the backups of the home, for keeping it in another place.",
    ),
    Text(
        "用备份建立新的主目录，并重建索引。该主目录须尚不存在，或是空的。",
        "Make a new home out of a backup, and build its indexes. The home must not exist yet, or be empty.",
    ),
    Text("由 `kb backup` 写出的文件。", "A file that `kb backup` wrote."),
    Text("含有签名密钥的文件，或该密钥所属的主目录。", "A file with the key that signed it, or its home."),
    Text("没有密钥证明时也恢复。", "Also where no key proves it."),
    Text(
        "检查目录库是否完整、索引是否与之一致、原文件是否都在。",
        "Whether the catalog is whole, the indexes agree with it, and the originals are there.",
    ),
    Text("读取每个原文件，并与其哈希核对。", "Read every original and compare it with its hash."),
)

_ACCESS = (
    Text("谁可以阅读什么。", "Who may read what."),
    Text(
        "列出规则。只有最近的一条有效：依次是文档自身的、路径最长的、集合的、最后是“*”；没有规则提到的，除所有者和管理员外"
        "无人可读。",
        "The rules. The nearest one holds alone: that of the document, the longest path, the collection, then '*'; "
        "what no rule names is read by nobody but the owner and admins.",
    ),
    Text(
        "设置谁可以阅读，取代原有的规则。自下一次请求起生效。",
        "Say who may read something, in place of what its rule said before. It holds from the next request on.",
    ),
    Text(
        "集合；集合/路径，指一个文档；集合/通配符；集合/文件夹/，指其下的全部；“*”，指其他规则没有提到的一切。",
        "COLLECTION; COLLECTION/PATH of a document; COLLECTION/GLOB, or COLLECTION/FOLDER/ for all below a folder; '*' "
        "for all that no other rule names.",
    ),
    Text("group:组名、person:用户名，或表示所有人的“*”。", "group:NAME, person:NAME, or '*' for everyone."),
    Text("除所有者和管理员外，无人可读。", "Nobody but the owner and admins."),
    Text("删除一条规则，由次近的规则决定。", "Take a rule away: the next nearest one holds then."),
    Text("谁可以阅读某个文档，由哪条规则决定。", "Who may read a document, and which rule says so."),
    Text("文档，写法与列表中相同。", "A document, as lists name it."),
)

_AUDIT = (
    Text(
        "谁在何时做了什么，以及这些审计记录是否完整。",
        "Who did what and when, and whether the record of it is whole.",
    ),
    Text(
        "谁在何时做了什么、结果如何、依据哪些文档；最新的在前。",
        "Who did what, when, how it ended, and on which evidence; newest first.",
    ),
    Text("最多列出多少条。", "How many rows at most."),
    Text("从这一天起：2026-11-25。", "From this day on: 2026-11-25."),
    Text("到这一天为止，含当天。", "Up to this day, and with it."),
    Text("只列出此人所做的。", "Only what this one did."),
    Text(
        "只列出此类动作，例如 ask、ingest、delete、access 或 sign_in。",
        "Only this, such as ask, ingest, delete, access or sign_in.",
    ),
    Text(
        "审计记录的签名链首。请保存在本机的使用者无法写入的地方：`verify --head` 会与它核对。",
        "The signed head of the trail. Keep it where nobody of this machine writes: `verify --head` compares with it.",
    ),
    Text("写入的新文件。", "A new file to write it into."),
    Text(
        "检验审计记录是否完整：没有记录被改动、取走、添加或移动。不完整时退出码为 1。",
        "Whether the trail is whole: no record was changed, taken out, added or moved. Exit code 1 where it is not.",
    ),
    Text(
        "另处保存的链首或导出文件：审计记录须与之相接。",
        "A head, or an export, that was kept elsewhere: the trail must lead to it.",
    ),
    Text("改为检验导出文件，不需要主目录。", "Verify an export instead; no home is needed."),
    Text(
        "把全部审计记录写入文件：每行一条（JSON Lines），最后是签名的链首。",
        "Write the whole trail into a file: a record a line (JSON Lines), and last its signed head.",
    ),
    Text("新文件。", "A new file."),
    Text("只含记录本身，其中没有人名和文档名。", "The records alone, which name nobody and no document."),
    Text(
        "清除某日之前的记录中的名称和文字。记录本身保留，并增加一条说明此事。",
        "Erase names and texts of the records written before a day. The records stay, and one more says so.",
    ),
    Text("日期，例如 2025-11-25。", "2025-11-25."),
    Text("不询问。", "Ask nothing."),
)

_DOCUMENTS = (
    Text("文档。", "The documents."),
    Text("列出所有文档及其状态和原因。", "All documents, with status and reason."),
    Text(
        "放行因含有写给模型的文字而被隔离的文档。自此提问可以找到它，只要标题和文字不变就一直如此。",
        "Let a document out of quarantine, where it is kept since it speaks to a model. Questions find it from now on, "
        "while its title and text are the same.",
    ),
    Text(
        "为文档设置标题，代替路径显示。检索的内容不变。",
        "Give a document a title, which is shown in place of its path. What is searched stays as it is.",
    ),
    Text("代替路径显示的文字；留空则显示路径。", "What is shown in place of the path; empty: the path."),
    Text("文档在其集合中的路径。", "The document's path within its collection."),
    Text(
        "显示文档存储的文字。哪些页难以辨认或由图像识别得到，以及文件中有哪些不参与检索的隐藏文字，写在标准错误上。",
        "The stored text of a document. Which pages are poor, or were recognised in an image, and what of the file "
        "nobody sees, which is not searched, is said on stderr.",
    ),
    Text("较早的版本。", "An earlier version."),
    Text(
        "删除文档及其所有痕迹：所有版本、向量、词语索引和原文件。\n\n"
        "邮件和压缩包中的内容一并删除；压缩包用其路径指明。要么全部删除，要么都不删除。超过 20 个或整个集合时，"
        "须输入其数量或名称来确认。",
        "Delete documents with every trace of them: all versions, vectors, words and originals.\n\n"
        "What is inside a mail or an archive goes with it; an archive is named by its path. All go, or none. More than "
        "20, or a whole collection, are confirmed by typing their number or its name.",
    ),
    Text("文档在其集合中的路径，可以有多个。", "Paths of documents within their collection."),
    Text(
        "用 `docs list --json` 中的编号指明文档，可多次给出。",
        "A document by its id in `docs list --json`; may be repeated.",
    ),
    Text("不询问。", "Do not ask."),
    Text("只有恰好是这么多个文档时才删除。", "Delete nothing unless it is exactly so many documents."),
)

_EVALUATION = (
    Text("用一组问题提问，并给回答评分。", "Put a set of questions and score the answers."),
    Text(
        "用一组问题提问，并给回答评分。中断的评测会从停下之处继续。\n\n`kb eval compare A B` 比较两次评测。",
        "Put a set of questions and score the answers. An interrupted run goes on where it stopped.\n\n"
        "`kb eval compare A B` holds two runs against each other.",
    ),
    Text(
        "questions.jsonl、BEIR 文件夹，或 SQuAD、CMRC 的 JSON 文件。",
        "questions.jsonl, a BEIR folder, or a JSON file of SQuAD or CMRC.",
    ),
    Text(
        "把此文件夹读入一个专用的缓存主目录。",
        "Ingest this folder into a cached home of its own.",
    ),
    Text("只评检索，不调用模型。", "No model is called."),
    Text("每题回答多少次，用于 pass@1 和 cons@K。", "Answers a question, for pass@1 and cons@K."),
    Text("只用前几个问题。", "Only the first so many questions."),
    Text(
        "只用这么多个，按 --seed 抽取，各类问题和语言所占比例不变。",
        "Only so many, drawn by --seed in proportion to kind and language.",
    ),
    Text("抽取问题和首次回答的随机种子。", "Of the draw, and of the first answer."),
    Text("结果所在的文件夹。", "Where the results go."),
    Text("各项指标的限值；有一项未达到时退出码为 1。", "Limits of figures; exit code 1 if one is missed."),
    Text(
        "作为比较基准的评测，限值中的下降由它算起；写法与 compare 相同。",
        "The run that the gate measures drops from, as compare names it.",
    ),
    Text("命中的页允许晚几页。", "A hit may be so many pages late."),
    Text(
        "同时提多少个问题；内置引擎一次只回答一个。",
        "Questions at once; the embedded engine answers one at a time.",
    ),
    Text(
        "在同样条件下已回答过的，也重新提问。",
        "Ask again what was answered before under the same conditions.",
    ),
    Text("覆盖 --out 中另一次评测的结果。", "Replace another run's results in --out."),
    Text(
        "比较两次评测共有的问题：哪些差别超出偶然，哪些回答变了。",
        "Two runs over the questions that both put: what differs by more than chance, and which answers changed.",
    ),
    Text(
        "评测的 --out 文件夹，或网页所列评测的序号、名称或编号。",
        "The --out folder of a run, or one that the page lists: its number, name or id.",
    ),
    Text(
        "测定模型须有多大把握才算段落中有答案，此后该主目录即以此判断。",
        "Measure how sure the model must be that passages state an answer, and judge by that in this home from now on.",
    ),
    Text(
        "有标注的题集：既有有答案的问题，也有应当拒答的问题。",
        "Labelled question sets: questions with answers, and such as must be refused.",
    ),
    Text("根据此文件夹判断，使用专用的缓存主目录。", "Judge over this folder, in a cached home of its own."),
    Text(
        "判断结果所在的文件夹；中断后由此继续。",
        "Where the judgements go; an interrupted run goes on from there.",
    ),
    Text("覆盖 --out 中另一次的判断结果。", "Replace the judgements of another run in --out."),
)

_MODELS = (
    Text("语言模型。", "The language models."),
    Text("现在可用的模型，以及本产品可以获取的模型。", "Models that can be used now, and those the product can fetch."),
    Text(
        "拉取模型并显示进度；中断后会接着拉取。",
        "Fetch a model, with progress; an interrupted fetch goes on where it stopped.",
    ),
    Text("Ollama 标签，或本产品提供的权重。", "An Ollama tag, or weights the product ships."),
    Text(
        "此后在该主目录中由此模型作答；`auto` 表示恢复按设置选择。",
        "Answer with this model from now on, in this home. `auto` goes back to the settings.",
    ),
    Text("从本机或其 Ollama 服务中删除模型。", "Delete a model from this machine or its Ollama server."),
    Text(
        "已安装什么、能连接到什么、缺少什么，以及本机适合哪种规格的 DeepSeek-R1。",
        "What is installed, reachable and missing, and which DeepSeek-R1 fits this machine.",
    ),
    Text("计算所有权重的哈希，并与锁定的值核对。", "Hash all weights and compare them with what is pinned."),
)

_PEOPLE = (
    Text("可以登录的人员。", "The people who may sign in."),
    Text("列出账号。", "The accounts."),
    Text(
        "创建账号。一次性密码只显示这一次，首次登录时须修改。",
        "Make an account. Its one-time password is shown this once; it is changed at the first sign-in.",
    ),
    Text("登录用的用户名。", "To sign in with."),
    Text("姓名。", "As people call them."),
    Text(
        "reader（读者）、editor（编辑，负责集合）、auditor（审计员）或 admin（管理员）；第一个账号是管理员。",
        "reader, editor (of collections), auditor or admin; the first is an admin.",
    ),
    Text("所属的组，可多次给出。", "May be given several times."),
    Text("编辑负责的集合，可多次给出。", "An editor's; may be given several times."),
    Text(
        "从标准输入读取自定的密码，而不是生成一次性密码。",
        "Read a password of their own from stdin, instead of making one for one time.",
    ),
    Text(
        "更改角色；如为编辑，请列出其负责的全部集合。",
        "Give somebody another role; for an editor, name all their collections.",
    ),
    Text("`kb users list` 中的用户名。", "As `kb users list` names them."),
    Text(
        "reader（读者）、editor（编辑，负责集合）、auditor（审计员）或 admin（管理员）。",
        "reader, editor (of collections), auditor or admin.",
    ),
    Text(
        "停用账号：不再允许登录，已登录的立即退出。",
        "Let somebody in no more; who is signed in is signed out at once.",
    ),
    Text("重新启用账号。", "Let somebody in again."),
    Text(
        "设置新密码；其所有浏览器都会退出登录。",
        "Give somebody another password; all their browsers are signed out.",
    ),
    Text(
        "删除账号及其登录、令牌和对话。",
        "Delete an account with its sessions, tokens and conversations.",
    ),
    Text("人员的组，用于规定谁可以阅读什么。", "Groups of people, for saying who may read what."),
    Text("列出组及其成员。", "The groups, and who is in them."),
    Text("添加组。", "Make a group."),
    Text("`kb groups list` 中的组名。", "As `kb groups list` names them."),
    Text("删除组；其中不再有成员。", "Delete a group; nobody is in it any more."),
    Text("把人员加入组。", "Put people into a group."),
    Text("把人员移出组。", "Take people out of a group."),
    Text("使用 API 的程序的令牌。", "Tokens of programs that use the API."),
    Text(
        "创建令牌。只显示这一次：`Authorization: Bearer TOKEN`。",
        "Make a token. It is shown this once: `Authorization: Bearer TOKEN`.",
    ),
    Text("用途。", "What it is for."),
    Text(
        "权限范围：search、ask、ingest 或 admin，可多次给出。",
        "search, ask, ingest or admin; may be given several times.",
    ),
    Text("有效天数，过后即失效。", "After so many it opens nothing."),
    Text("属于谁；不给出则属于所有者。", "Whose it is; without it the owner's."),
    Text("列出尚未失效的令牌，最早的在前。", "The tokens that have not ended, oldest first."),
    Text("撤销令牌，使其失效。", "End tokens: they open nothing any more."),
    Text("`kb tokens list` 中的编号。", "As `kb tokens list` names them."),
    Text(
        "显示正在运行的服务的一次性地址，浏览器可由此进入：只能用一次，十分钟内有效。",
        "Print an address of the running service that lets a browser in: once, within ten minutes.",
    ),
    Text("获准进入的浏览器。", "The browsers that were let in."),
    Text("列出浏览器的登录，最早的在前。", "The sessions of browsers, oldest first."),
    Text(
        "结束登录：浏览器不能再进入，已打开的网页会断开。",
        "End sessions: their browsers are let in no more, and pages that are open are cut.",
    ),
    Text("`kb sessions list` 中的编号。", "As `kb sessions list` names them."),
    Text("全部。", "All of them."),
)

_MACHINE = (
    Text(
        "什么会离开本机、发往何处；并证明除此之外没有其他。",
        "What may leave this machine and to whom; proves that nothing else does.",
    ),
    Text(
        "列出可以连接的主机（单点登录的主机只有服务会连接），以及允许进入的网络。",
        "The hosts that may be reached (that of single sign-on by the service alone), and the networks let in.",
    ),
    Text(
        "在观察之下、在专用的主目录中运行本产品，植入泄漏，并写出报告。\n\n"
        "需要几分钟，最多八分钟。原有的主目录不受影响，报告由其密钥签名。有数据外泄或无法判断时，退出码为 1。",
        "Run the product under observation in a home of its own, with leaks planted in it, and write a report.\n\n"
        "It takes a few minutes, at most eight. The home is not touched; its key signs the report. Exit code 1 where "
        "something got out, or could not be shown.",
    ),
    Text(
        "报告所在的文件夹；不存在时会创建。",
        "The folder for the report; it is made if it is not there.",
    ),
    Text(
        "报告是否与签名时一致，由哪个密钥签名。不一致时退出码为 1。",
        "Whether a report is as it was signed, and by which key. Exit code 1 where it is not.",
    ),
    Text("报告的 .json 文件。", "The .json file of a report."),
    Text(
        "签名所用的公钥，即 `kb audit head` 所列的公钥。",
        "The public key it must be signed by, as `kb audit head` names it.",
    ),
    Text("作为 systemd 单元的服务。", "The service as a unit of systemd."),
    Text(
        "写出单元文件：服务只能改动主目录和缓存，只能连接设置中列出的地址。然后启动它。",
        "Write the unit: it may change the home and the cache alone, and reach what the settings name. Then start it.",
    ),
    Text("与 `kb up` 的相同。", "As of `kb up`."),
    Text("您自己的 systemd 的单元，而不是系统的。", "A unit of your own systemd, not the system's."),
    Text(
        "系统单元以谁的身份运行，也就是主目录的所有者。",
        "Who the system's unit runs as; whose the home is.",
    ),
    Text("写入的位置，代替 systemd 的文件夹。", "Where it is written, in place of systemd's folder."),
    Text("只显示，不写入。", "Print it, and write nothing."),
    Text(
        "即使已有的单元不是在这里生成的样子，也覆盖它。",
        "Also over a unit that is not as it was made here.",
    ),
)

_REVIEW = (
    Text("读者对回答的评价，以及编辑的处理。", "What readers said of answers, and what editors make of that."),
    Text("已评价回答的编号，见 `list`。", "Of a judged answer, as `list` has it."),
    Text("根据哪个版本作出决定；不给出时为当前版本。", "The version it was decided on; without it, the present one."),
    Text(
        "只列出处于某一状态的回答：open（待审阅）、corrected（已更正）、accepted（已采纳）或 dismissed（已搁置）。",
        "Only those open, corrected, accepted or dismissed.",
    ),
    Text(
        "列出精选回答，以及因文档更改或删除而撤下的精选回答。",
        "The curated answers, and those that were withdrawn because a document changed or is gone.",
    ),
    Text(
        "显示一个已评价的回答、为它找到的段落及其更正。",
        "A judged answer with the passages that were found for it, and its correction.",
    ),
    Text(
        "保存应有的回答，以及写明答案的段落。",
        "Keep what should have been answered, and the passages that state it.",
    ),
    Text("应有的回答；[1] 表示第一个出处。", "What should have been answered; [1] names a source."),
    Text("该回答的段落中写明答案的一段。", "A passage of the answer that states it."),
    Text("写明答案的位置。", "A place that states it."),
    Text("文档中写明答案的原文。", "Words of a document that state it."),
    Text("问题；需要换一种问法时给出。", "The question, where it is put otherwise."),
    Text("同一问题的另一种问法，中文、英文均可。", "Another way to ask it, in either language."),
    Text(
        "采纳一个更正，或原样采纳一个被评为有帮助的回答。",
        "Accept a correction, or an answer that was judged helpful as it is.",
    ),
    Text("再有人问同样的问题时，给出这个回答。", "Give it when the same is asked again."),
    Text("搁置一个已评价的回答，不作处理。", "Leave a judged answer as it is: nothing comes of it."),
    Text("撤回一个精选回答，不再给出。", "Give a curated answer no more."),
    Text(
        "把已采纳的更正导出为训练数据或题集，每行一个 JSON 对象。",
        "Accepted corrections as training data, or as a question set; one JSON object a line.",
    ),
    Text("供 TRL 使用，或供 `kb eval` 使用。", "For TRL, or for `kb eval`."),
)

_GLOSSARY = (
    Text("本机构的术语，及其简称和同义词。", "The house's own terms, with short forms and synonyms."),
    Text("只列出词形或定义中含有这些字的条目。", "Only what has these characters in a form or its definition."),
    Text(
        "术语及其其他词形、定义，以及出自哪些文档。",
        "The terms with their other forms, the definition, and the documents they were taken from.",
    ),
    Text("术语，按文档中最常用的写法。", "The term, as documents mostly write it."),
    Text("简称、同义词、另一种语言的说法。", "Short forms, synonyms, the word in the other language."),
    Text("含义，一句话。", "What it means, in a sentence."),
    Text(
        "出自哪份文档：只有可读该文档的人能看到此条目。",
        "A document it is taken from: only who may read it sees the entry.",
    ),
    Text("写入一个条目。", "Write an entry."),
    Text("条目的术语。", "The term of the entry."),
    Text("删除一个条目。", "Take an entry out."),
    Text(
        "CSV 文件：term、forms（以 | 分隔）、definition、sources。",
        "A CSV file: term, forms (parted by |), definition, sources.",
    ),
    Text("文件中没有的条目会被删除。", "Entries that are not in the file go."),
    Text(
        "写入 CSV 文件中的全部条目；其中有一条不能写入时，一条也不写。",
        "Write all entries of a CSV file, or, where one of them cannot be, none.",
    ),
    Text("写到哪个文件；不给出时写到标准输出。", "Where it goes; stdout without it."),
    Text(
        "把术语表写成 CSV（UTF-8，电子表格可以打开）。", "Write the glossary as CSV (UTF-8, which spreadsheets open)."
    ),
    Text("先把所有文档重新查找一遍。", "Look through all documents again first."),
    Text("接受。", "Take it in."),
    Text("不接受，以后也不再提出。", "Leave it out, and propose it no more."),
    Text(
        "文档自己引入的术语，如 `Long Name (LN)`；接受或拒绝之前一直列为候选。",
        "Terms that documents introduce, such as `Long Name (LN)`; each is proposed until it is accepted or dismissed.",
    ),
    Text("检索和回答时不用术语表，以便看出它的作用。", "Search and answer without the glossary, to see what it does."),
)

# What stands for a value in usage and help, and what kind of value it is.
_PLACES = (
    Text("选项", "OPTIONS"),
    Text("集合", "COLLECTION"),
    Text("集合/路径", "COLLECTION/PATH"),
    Text("集合/路径@起-止", "COLLECTION/PATH@START-END"),
    Text("集合/路径=原文", "COLLECTION/PATH=WORDS"),
    Text("日期", "DAY"),
    Text("文件夹", "DIR"),
    Text("词形...", "FORM..."),
    Text("文件", "FILE"),
    Text("通配符", "GLOB"),
    Text("主机:端口", "HOST:PORT"),
    Text("编号", "ID"),
    Text("名称", "NAME"),
    Text("序号", "NUMBER"),
    Text("路径", "PATH..."),
    Text("部分", "PART"),
    Text("位置", "PLACE"),
    Text("读者", "READER..."),
    Text("评测", "RUN"),
    Text("状态", "STATE"),
    Text("标签", "TAG"),
    Text("标签...", "TAG..."),
    Text("新路径", "[NEW_PATH]"),
    Text("用户", "USER"),
    Text("原文", "WORDS"),
    Text("文件", "file"),
    Text("术语", "term"),
    Text("组", "group"),
    Text("编号", "ids"),
    Text("消息", "message"),
    Text("名称", "name"),
    Text("路径", "path"),
    Text("路径", "paths"),
    Text("人员", "people"),
    Text("问题", "question"),
    Text("题集", "questions"),
    Text("角色", "role"),
    Text("目标", "target"),
    Text("<开关>", "<bool>"),
    Text("模型", "MODEL"),
    Text("标签", "TAG"),
    Text("<小数>", "<float range>"),
    Text("<整数>", "<int>"),
    Text("<整数>", "<int range>"),
    Text("<文本>", "<str>"),
    Text("<路径>", "<path>"),
    Text("<路径>...", "<list[Path]>"),
    Text("<整数>...", "<list[int]>"),
    Text("<文本>...", "<list[str]>"),
)


def _by_english(texts: Iterable[Text]) -> dict[str, str]:
    return {text.en: text.zh for text in texts}


HELP: dict[str, str] = _by_english((
    *_OF_THE_APP, *_ASKING, *_BACKUPS, *_ACCESS, *_AUDIT, *_DOCUMENTS, *_EVALUATION, *_MODELS, *_PEOPLE, *_MACHINE,
    *_REVIEW, *_GLOSSARY, *_TUNING, *_FILING,
))  # fmt: skip
PLACES: dict[str, str] = _by_english(_PLACES)
