"""Patterns of orders: what a text says, in Chinese or English, when it speaks to a model instead of its readers."""

import re

SETS_ASIDE = re.compile(
    r"\b(ignore|disregard|forget|override|bypass|discard|stop following|do not follow|don['’]t follow"
    r"|pay no attention to)\b[^.]{0,40}\b(instructions?|prompts?|rules|guidelines|context|directives?|commands"
    r"|restrictions|(said|written|stated) (above|before)|(everything|anything|all)( of)? (the )?(above|before))\b"
    r"|(忽略|无视|忘记|忘掉|抛开|不要理会|不用理会|不要遵[循守]|停止遵[循守])[^。]{0,16}(指令|指示|提示|规则|要求|设定|限制|内容)",
    re.IGNORECASE,
)
FORBIDDEN = re.compile(
    r"\b(never|(must|may|shall|should|do|can) ?not|don['’]t) (try to )?(ignore|disregard|forget|override|bypass)\b"
    r"|(不得|不要|不能|不可|不准|禁止|严禁)[^。，]{0,12}(忽略|无视|忘记|忘掉)",
    re.IGNORECASE,
)
_MODEL = r"(?:(?:ai|language|chat) ?(?:assistants?|models?|bots?|systems?|agents?)|llms?|chatgpt|deepseek|qwen)\b"
SPEAKS_OF_A_MODEL = re.compile(rf"\b{_MODEL}|(AI|人工智能|智能|语言|大)\s*(助手|模型)", re.IGNORECASE)
SPEAKS_TO_A_MODEL = re.compile(
    r"\b(note|attention|message|notice|instructions?|dear|hey|hello)[ ,:]{0,2}(to|for)? ?(the |all |any |every )?"
    rf"{_MODEL}|\byou are (now )?(an? |the )?([\w-]+ )?(ai|language model|assistant|chat ?bot)\b|\byou are now\b"
    r"|\bas an ai\b|\b(act|behave|respond|answer|speak) as (if you were )?(an? |the )([\w-]+ ){0,2}"
    r"(ai|assistant|chat ?bot|language model)\b|\bpretend (to be|that you|you are)\b"
    r"|\bfrom now on,? (you|every|all|always|only)\b|\b(developer|debug|god|jailbreak|unrestricted) mode\b"
    r"|\bsystem prompt\b|\byour (system|initial|original|hidden|previous|prior) (prompts?|instructions)\b"
    r"|\bassistants?\s*[:,]|\[/?inst\]|<<sys>>|< ?[|｜] ?(im_start|im_end|system|user|assistant)\b"
    r"|</?(system|instructions?)>|系统提示词?|你(现在)?是(一个|一名)?[^。，]{0,8}(助手|模型)|你现在是|你的新身份"
    r"|从现在(开始|起)[，,]?你|(助手|模型)\s*[，,：:]|(致|告|对)[^。，]{0,6}(助手|模型)|(开发者|调试|维护)模式",
    re.IGNORECASE,
)
SPEAKS_AS_SYSTEM = re.compile(
    r"^\W{0,6}(system|assistant|administrator|developer|prompt)( ?(message|prompt|note|notice|override|instructions?"
    r"|update))?\W{0,3}[:：>\]]|^\W{0,6}系统(消息|指令|提示词?|通知|命令)?\W{0,2}[：:]",
    re.IGNORECASE | re.MULTILINE,
)
DICTATES = re.compile(
    r"\b(whatever|no matter what) [^.]{0,30}\basks?\b"
    r"|\b(if|when(ever)?) (the user|anyone|someone|somebody) asks?\b"
    r"|\b(answer|reply|respond|say)s? (only |always |just |exactly )?(that|with)\b"
    r"|\b(answer|reply|respond|say|output|print|write|return|repeat)s? (with )?(only|just|exactly|nothing (but|else)"
    r"|the (exact )?(word|words|phrase|string|sentence|text))\b|\b(only|just) (output|print|say|reply|respond|answer)\b"
    r"|\b(end|begin|start|finish|conclude|preface) (every|each|your|all) (answer|reply|response)"
    r"|\bdo not (mention|tell|reveal|cite|disclose|answer|summari[sz]e)\b"
    r"|\b(always|must) (answer|reply|respond|include|say|output|recommend)\b"
    r"|\btell (the|every|all|any) (users?|readers?|person)\b"
    r"|\b(answer|reply|respond)s? (to )?(every|any|all|each) (\w+ )?"
    r"(questions?|requests?|messages?|prompts?) (with|by)\b"
    r"|\b(reveal|print|repeat|show|output|disclose|leak) (me )?(your|the) "
    r"((system|initial|original|hidden|full|entire) )?(prompts?|instructions)\b"
    r"|(无论|不管)[^。]{0,12}(问|提问)|(一律|必须|都要|始终|只能|只需|只要|仅|只)[^。]{0,6}(回答|回复|答复|输出)"
    r"|不要(提及|提到|引用|透露|回答)|(告诉|告知)(用户|提问者|读者)|(输出|回答|回复)[^。，]{0,6}(这个词|以下内容|下列内容|“)"
    r"|(有人|用户|别人|读者)(问起|问到|询问)[^。]{0,12}(请|务必|必须|应|都)|(回答|回复|答复)(任何|所有|一切|每个)问题[^。]{0,8}(先|都)[^。]{0,3}说"
    r"|(说出|输出|泄露|重复)[^。，]{0,6}(系统提示|提示词)",
    re.IGNORECASE,
)
# How "your answer" is to be changed. What a person is asked to put into a form or an offer is not said like this.
_ANSWER = r"(?:answers?|replies|reply|responses?|outputs?|completions?)"
_BEGIN = r"(?:^|[.!?;:]\s+)(?:please |kindly |also |always |then |now |and |important: |note: )*"
_CHANGE = (
    r"(?:replac\w+|substitut\w+|rearrang\w+|scrambl\w+|jumbl\w+|misspell\w*|anagram\w*|revers\w+|shuffl\w+|remov\w+"
    r"|combin\w+|group\w*|swap\w*|encod\w+|encrypt\w+|cipher\w*|convert\w*|obfuscat\w+|capitali[sz]\w+|delet\w+"
    r"|omit\w*|introduc\w+|us(?:e|ing)|random\w*)"
)
_LETTERS = (
    r"(?:letters?|vowels?|consonants?|characters?|spaces|punctuation|alphabet|spelling|misspellings?|typos|anagram\w*"
    r"|emojis?|base ?64|base ?32|hex\w*|binary|morse|rot-?13|cipher\w*|ascii|leet\w*|substitution|backwards|gibberish"
    r"|symbols?)"
)
CHANGES_LETTERS = re.compile(
    # replace the vowels in your reply; give your answer in base64; scramble the words of your answer
    rf"{_BEGIN}(?:"
    rf"{_CHANGE}\b[^.!?\n]{{0,80}}\b{_LETTERS}\b[^.!?\n]{{0,40}}\b(?:in|of|for|from) (?:your|the|each|every) "
    rf"{_ANSWER}\b"
    rf"|\w+ (?:your|the) (?:entire |whole |full |final )?{_ANSWER} (?:in|into|as|with|using|by|without|to) "
    rf"[^.!?\n]{{0,40}}\b{_LETTERS}\b"
    rf"|{_CHANGE}\b[^.!?\n]{{0,30}}\b(?:words?|sentences?)\b[^.!?\n]{{0,30}}\b(?:in|of) your {_ANSWER}\b)"
    r"|(?:在|把|将|于)(?:你的?|您的?)?(?:回答|回复|答案|答复|输出)(?:的?(?:中|里|内容)){0,2}[^。，\n]{0,8}(?:反转|倒序|替换|编码)"
    r"|用(?:拼音|倒序|乱码|暗号|表情符号?|base ?64|摩斯电码|十六进制|火星文)[^。，\n]{0,6}(?:回答|回复|作答|输出)",
    re.IGNORECASE,
)
ADDS_TO_ANSWER = re.compile(
    # enhance your reply by; begin your answer with; add an offer to your answer
    rf"{_BEGIN}(?:"
    r"(?:modify|enhance|augment|alter|enrich|adorn|preface|prefix|prepend|begin|start|end|finish|conclude|close) "
    rf"(?:your|each|every) {_ANSWER} (?:by|with|to)\b"
    r"|(?:integrate|embed|insert|append|inject|weave|slip|incorporate|add) [^\n]{1,160}\b(?:in|into|to|within) "
    rf"your {_ANSWER}\b"
    r"|include (?:an? (?:sentence|line|link|advert\w*|joke|poem|promotion)|the (?:word|phrase|sentence|link))\b"
    rf"[^\n]{{1,160}}\bin your {_ANSWER}\b"
    rf"|in your {_ANSWER},? (?:suggest|tease|promote|recommend|urge|encourage|advertise|mention|tell|ask|invite) "
    r"[^.\n]{0,40}\b(?:users?|readers?|people|everyone|them|that)\b)"
    r"|(?:在|把|将|于)(?:你的?|您的?)?(?:回答|回复|答案|答复|输出)(?:的?(?:开头|结尾|末尾|最后|前面|后面|中|里|内容)){0,2}"
    r"[^。，\n]{0,8}(?:加上|加入|附上|插入|写上|添加|植入|带上|推荐|宣传)",
    re.IGNORECASE,
)
# What stands before the verb where it is a demand, and not what somebody does.
DEMANDS = re.compile(
    r"(?:^|[^\w\s]\s*|\b(?:please|kindly|and|then|now|must|should|shall|will|to|just|simply|also|first) "
    r"|[请须应要你您并后先])$",
    re.IGNORECASE,
)
# What only a model is spoken to like: more than that a text speaks of an assistant, who may be a person.
AS_A_MODEL = re.compile(
    rf"\b(?:note|attention|message|notice|memo|reminder|instructions?|to|for|dear|hey|hello)[ ,:]{{0,2}}(?:to|for)? ?"
    rf"(?:the |all |any |every )?{_MODEL}(?=[^\w]{{0,3}}[:,]|[^.]{{0,60}}[:,])"
    rf"|\b{_MODEL} (?:notice|note)\b|\b(?:ai|{_MODEL})s? (?:that |which |who )?(?:is |are )?"
    r"(?:reading|summari[sz]ing|processing|parsing) this\b"
    rf"|\bif (?:you are|you're) (?:an? )?(?:ai\b|{_MODEL})|\bto the assistant (?:that|who|which)\b"
    r"|\byou are now (?:an? |the )?(?:[\w-]+ ){0,2}(?:ai|assistant|chat ?bot|model|language model)\b"
    r"|\byou are (?:an? )?(?:ai|large language model|language model)\b|\bas an ai\b[^.]{0,20}\byou (?:must|should|will)"
    r"|\byour (?:system|initial|original|hidden|previous|prior) (?:prompts?|instructions)\b"
    r"|[致告对][^。，,]{0,6}(?:AI|人工智能|智能|语言|大)\s?(?:助手|模型)|你(?:现在)?是[^。，,“]{0,8}(?:助手|模型)"
    r"|(?:阅读|读取|读到|总结|处理)(?:本文|本页|此页|本文件|此文)的\s?(?:AI|人工智能|大模型|模型|助手)"
    r"|如果你是[^。，,]{0,12}(?:模型|助手|AI)|(?:大模型|语言模型|模型|AI)\s?(?:请注意|须知|注意)\s?[：:，,]"
    r"|你的(?:系统|初始|原始|隐藏)(?:提示|指令)|作为(?:一个)?(?:人工智能|AI)\s?(?:助手|模型)?[，,]?\s?你"
    r"|助手\s?[：:]\s?(?:请|别|忘|不要|忽略|务必|必须|先)"
    # whoever of them reads it, or repeats it
    rf"|\b(?:any|all|every) (?:ai\b|{_MODEL})[^.]{{0,20}}\b(?:reads?|process(?:es)?|sees?|summari[sz]es?|quotes?)\b"
    rf"|\b{_MODEL}s? (?:must|should|have to|are to|shall)\b[^.]{{1,60}}\bthis (?:page|text|document|file|paragraph)\b"
    rf"|\bif you (?:see|read|can read|process) this\b"
    r"|\b(?:hey|hi|dear) (?:copilot|siri|chatgpt|claude|gemini|assistant)\b"
    r"|(?:凡是|所有|任何|如果有|若有)[^。，,]{0,6}(?:处理|阅读|读到|看到|引用)?[^。，,]{0,10}(?:AI|人工智能|模型|机器人|助手)"
    r"(?=[^。]{0,12}(?:都|须|请|务必|必须|读到|看到))"
    r"|(?:语言模型|大模型|模型|AI|聊天机器人|助手)(?:在)?(?:引用|总结|处理|阅读|读取)(?:本|此|这)[^。，,]{0,6}(?:须|必须|应|请|都)"
    r"|(?:聊天机器人|机器人)(?:请注意|须知|注意)\s?[：:，,]",
    re.IGNORECASE,
)
# The same in the words of a task: who is given one, who is to be somebody, who is asked to refuse. It counts a little,
# for people are given tasks too.
GIVES_A_TASK = re.compile(
    r"\byour (?:only |sole |new |real |actual |one ){1,2}(?:task|job|goal|purpose|duty|role|objective)\b"
    r"|\b(?:new|updated|revised|real|actual) instructions?:"
    r"|\bset(?:ting)? aside (?:what|everything|all|any|your|the)\b[^.]{0,30}"
    r"\b(?:told|given|learned|instructions?|rules)\b"
    r"|\b(?:abandon|drop) (?:all |any )?(?:your|the|these|those|previous|earlier) [^.]{0,20}"
    r"(?:instructions?|rules|guidelines)\b"
    r"|\bstop (?:answering|summari[sz]ing|helping)\b"
    r"|\b(?:imagine|suppose|pretend) (?:that )?you(?:'re| are| were)\b|\byou (?:play|will play|are to play) (?-i:[A-Z])"
    r"|\b(?:without|that has no|free of) (?:any )?(?:rules|restrictions|limits|filters)\b"
    r"|\b(?:bot|ai|assistant|oracle|model) (?:that|who|which) (?:may|can|will) do anything\b"
    r"|\b(?:refuse|decline) to (?:answer|reply|respond|help)\b"
    r"|(?:新|最新|真正)的?(?:指令|指示|任务)\s?[：:]|你(?:唯一|真正|新|全部)的(?:任务|目标|职责|工作)"
    r"|(?:抛弃|放弃|丢掉|舍弃|清除)[^。，,]{0,12}(?:要求|指令|指示|规则|设定)|不要再回答|(?:想象|假设|假装)你(?:是|叫|扮演)"
    r"|你(?:来)?扮演|(?:没有|不受)(?:任何)?(?:规则|限制|约束)|什么都可以做的|拒绝(?:回答|作答|答复)",
    re.IGNORECASE,
)
# What is to be said, in words that are given.
GIVES_WORDS = re.compile(
    r"\b(?:say|respond|reply|answer|write|print|output|mention|state|repeat)s?(?: solely| only| just| exactly| simply)?"
    r"(?: with| by saying)?(?: the (?:code|token|word|line|phrase|string|password))? [\"'“]?(?-i:[A-Z][A-Z0-9-]{3,})\b"
    r"|\b(?:start|begin|open|end|finish|close|preface)s? (?:every|each|all|your|any) (?:\w+ )?"
    r"(?:message|reply|replies|answers?|responses?|sentences?|outputs?)\b"
    r"|\b(?:append|add|attach|put)\b[^.]{1,60}\b(?:to|at the end of|in) your "
    r"(?:output|message|reply|answer|response)\b|\bthe (?:right|correct|only|true) answer (?:to [^.]{1,60} )?is\b"
    r"|\b(?:instead|first|always|please) (?:say|answer|reply|respond|write|print|output)\b"
    r"|\b(?:reveal|print|repeat|show|output|disclose)\b[^.]{0,30}"
    r"\b(?:text|words|prompt|instructions?|messages?) (?:above|before)\b"
    r"|\b(?:mention|recommend|say|tell)\b[^.]{1,50}\bto (?:the person|your user|the user|whoever|everyone who)\b"
    r"|(?:只|仅|先|再|都|改为|就|要|请|并|务必)[^。，,]{0,4}(?:说|回答|输出|写出|写上|回复|附上|加上)[^。，,“]{0,10}“"
    r"|(?:每句话|每次回答|每次开口|每个回答|每条回复)[^。]{0,6}(?:以|都)|正确答案(?:都|就)?是"
    r"|(?:任务|目标|职责)(?:就)?是(?:写出|输出|说|回答)"
    r"|(?:输出|回答|回复|答复)(?:的)?(?:末尾|结尾|开头)[^。，,]{0,6}(?:附上|加上|写上)"
    r"|(?:把|将)你(?:收到|看到|得到)的(?:提示|指令|内容)|(?:再|重复)(?:说|讲|念)一[次遍]"
    r"|向(?:与它|与你|和你)(?:对话|交谈|说话)的人|告诉(?:对方|提问的人|提问者)",
    re.IGNORECASE,
)
# How templates mark whose turn it is to speak.
TURNS = re.compile(
    r"<[|｜] ?(?:im_start|im_end|system|user|assistant|endoftext|begin_of_text|eot_id)\b|\[/?INST\]|<<SYS>>"
    r"|^(?:user|human|用户)\s?[:：][^\n]{0,200}\n+(?:assistant|ai|bot|助手)\s?[:：]"
    r"|^#{2,3} ?(?:Response|Instruction):?\s*$|^</?(?:system|instructions?)>",
    re.IGNORECASE | re.MULTILINE,
)
# Who speaks of orders, and gives none: an attack that is described, a title, an example.
ABOUT_ORDERS = re.compile(
    r"\bprompt injections?\b|\bjailbreaks?\b|\b(?:an? |the )?(?:attackers?|red team|intruders?|fraudsters?)\b"
    r"|\battempts? to (?:make|have|get)\b|提示词?注入|越狱|攻击者|红队|试图让|企图让|诱使",
    re.IGNORECASE,
)
QUOTES = re.compile(
    r"\b(?:writes?|wrote|written|reads?|sa(?:y|ys|id|ying)|told|tells?|asks?|asked|lines?|sentences?|words?|phrases?"
    r"|titles?|examples?|such as|e\.g\.|called|notices? such|adds?|added|compare)\b"
    r"|写着|写道|写上|一句|例如|比如|诸如|之类|书名|示例|题为|这些词|所谓|比较|字样",
    re.IGNORECASE,
)
# Of which one stands in whatever shows a sign that counts alone, or beside another: a text without any need not be
# searched for the patterns, which is ten times as dear. In small letters.
HINTS = (
    *("ignore", "disregard", "forget", "overrid", "bypass", "discard", "follow", "attention to", "set aside"),
    *(
        "setting aside",
        "abandon",
        "drop ",
        "stop ",
        "instruct",
        "prompt",
        "context",
        "assistant",
        "model",
        " bot",
        "chatbot",
    ),
    *(
        "llm",
        "gpt",
        "deepseek",
        "qwen",
        "copilot",
        "siri",
        "claude",
        "gemini",
        "oracle",
        "ai ",
        "ai,",
        "ai.",
        "ai:",
        "ai;",
    ),
    *("ai-", "ai)", "ais ", "system", "administrator", "developer", "you are now", "pretend", "imagine", "suppose"),
    *("from now", " mode", "if you", "you play", "you will play", "you are to play", "refuse to", "decline to"),
    *("without", "has no", "free of", "your only", "your sole", "your new", "your real", "your actual", "your one"),
    *(
        "your task",
        "your job",
        "your goal",
        "your purpose",
        "your duty",
        "your role",
        "your objective",
        "answer",
        "repl",
    ),
    *(
        "respon",
        "output",
        "completion",
        "inst]",
        "<",
        "user:",
        "human:",
        "忽略",
        "无视",
        "忘记",
        "忘掉",
        "抛开",
        "理会",
        "遵",
    ),
    *("助手", "模型", "机器人", "智能", "系统", "你", "指令", "指示", "任务", "抛弃", "放弃", "丢掉", "舍弃", "清除"),
    *(
        "不要再",
        "限制",
        "约束",
        "规则",
        "拒绝",
        "什么都",
        "回答",
        "回复",
        "答案",
        "答复",
        "输出",
        "用",
        "模式",
        "user\uff1a",
    ),
)
