"""Encodings: in which of the usual ones the bytes of a text were written, told by how usual its characters would be.

Each encoding is given the cost of the text in it: the sum over its characters of -ln of how often each occurs in the
languages that the encoding is for, rounded. Read in a wrong encoding, a text is full of rare characters and dear.
"""

import re
from collections import Counter
from functools import cache

# Characters that make up about six sevenths of usual text: of Chinese, those that traditional Chinese writes
# otherwise, and of Korean.
_CHINESE = (
    "的一是人了不在有大中国和为这上他个地年来我会以到时要出生学说道民家子也成行下们于后就发自之对得主长可过天作分方用"
    "多你着部能市等业全里工公经本都而高政法面门动日进区事代那去心小同北定开产前其军还然起种所如现机理体表力好外与文当"
    "两实重新三么只山水关明从化平建又制南内西没此将员名手最东头者月间无安看见各城十相但已些正口通想度加第她合院物性战"
    "由位常点海意场武使次二向治因立数样身情入原问把路被并利石老教万知级量任江及应省资委务元美特期世湖回系比气汉总展电"
    "科金先声提品设或义王社很统处四首共马形己儿司太目基领队直计别女权话少流命至报米给打变果书清活几州华解议更称程今决"
    "张导术府才保交放管结师便走达族反再题色五京河接条规式县白它改风光运信受什组听布百济党指论强做取技黄神选记斯真却职"
    "号界件花类何眼兵传带空干农边据集联古广完质阳难增历史专官每住商即步认车台林必死游举线言皇土团收考求德叫近备研争非"
    "具李众连调感转笑革该持始英克士尔让拉思根格造较际亲单朝红型价校约器字段周亚深候则功属积快图火千准究往极育装许参半"
    "令吃观鱼精办像帝八复影告远群包整构料随划算象容示投势热值夫网望源息语股铁断派速怎需片爱律纪支早况病境证编越局推满"
    "且列觉服双未居除乐企引标确织初青志率项飞球节察响药站施均消客失轻存低甚般防请离落显营足视护副创余照费试易木左置跟"
    "识维采六底环音案批按查故您档页码填销额款订签账户辑输错误默龙击曾罗素食兴占巴虽洲村星黑宝央宫房切斗富乡另倒若突责"
    "严桥模仅胜杀围席态破承招杨负层须父供续状域似依银范修找九致密终血旅钱赛独细效玉冲获习医演毛尽脸弹楼艺航陆右协七攻"
    "镇检写苏宗章注阿抗弟坐验封紧劳优财养适陈喜卫排射哥油刻留急降念云微伤例景拿绝阶座刘刚害印亿沙母酒助闻超审待压升送"
    "监策略限竟香配藏敌呢差仍兰温园树征善波哪词岛止预怕继皮执味份角草男普答益谁船惊核街夏宣掌田久著画奇尼剑吧谈背免孩"
    "礼材愿洋春架筑括晚乱乎讲尚良友临激刀夜室既敢邦挥昌板胡欧福港叶简苦担句岁荆贵娘守辖威宜衣帮块堂剧充欢够孙班呼阵坚"
    "练脚退读测吴希宁换版异某顾曲楚典朱毒菜判救宋茶洪含顺啊鲜败货矿端兄归冷忙买险康评肉吗厂永哈沉散遗停笔假牛洞松渐顶"
    "训录否述毕督控丰献姑忽爷互亮纳襄登咱钟伯臣雄季拒貌介符岗薪酬奖补贴餐宿票库仓储购售邮箱键"
)
_TRADITIONAL = (
    "國為這個來會時學說們於後發對長過著業裡經門動進區開產軍還種現機體與當兩實麼關從內沒將員東頭間無見戰點場數樣問並萬"
    "級應資務氣漢總電聲設義統處馬兒領隊計別權話報給變書幾華議稱決張導術結師達題條規縣風運組聽濟黨論強黃選記卻職號類傳"
    "帶幹農邊據聯廣質陽難歷專認車臺遊舉線團備爭眾連調轉該爾讓較際親單紅價約亞則屬積圖準極裝許參觀魚辦復遠構隨劃勢熱網"
    "語鐵斷愛紀況證編滿覺雙樂標確織項飛節響藥輕請離顯營視護創餘費試識維採環檔頁碼銷額訂簽帳輯輸錯誤預檢啟閉儲籤戶龍擊"
    "羅興佔雖寶宮鬥鄉責嚴橋僅勝殺圍態楊負層須續狀銀範終錢賽獨細衝獲習醫盡臉彈樓藝陸協鎮寫蘇驗緊勞優財養適陳衛雲傷絕階"
    "劉剛億聞審壓監敵蘭溫園樹徵詞島繼執誰驚畫劍談禮願築亂講臨揮歐葉簡擔歲荊貴轄幫塊劇歡夠孫陣堅練腳讀測吳寧換異顧順鮮"
    "敗貨礦歸買險評嗎廠遺筆漸頂訓錄畢豐獻爺納鍾崗獎補貼庫倉購郵鍵"
)
_KOREAN = (
    "니이다지을수하습는로를없에시가자스일정의파용서사음합리할기인한어트션은있않터오대문그위만제함패드보옵으상실형아식"
    "름값치크해표작모경버부키되나바고면행들못전입도블명설중열변비개목여과메잘세록거호성라적테야번레했필료출태단조우원"
    "현령내장미무연구읽유었너류항복주체계환재때화와분결포알반안래줄추간된접본임증각최당또같러소업디요새두말신교직급년"
    "월회휴근품국민까많받저규동프브진강"
)
_USUAL = {
    "gb18030": frozenset(_CHINESE + _TRADITIONAL + "─│┌┐└┘├┤┬┴┼━┃"),
    "cp950": frozenset(_CHINESE + _TRADITIONAL),
    "cp932": frozenset(_CHINESE + _TRADITIONAL),
    "euc_jp": frozenset(_CHINESE + _TRADITIONAL),
    "cp949": frozenset(_KOREAN),
}
_COST_OF_USUAL = {"gb18030": 6.7, "cp950": 6.7, "cp932": 7.5, "euc_jp": 7.5, "cp949": 6.0}
# The other characters of two bytes by parts: first and last code, least second byte, cost of each character.
_PARTS = {
    "gb18030": (
        (0xA1A1, 0xA3FE, 0xA1, 6.5),  # punctuation, wide Latin
        (0xA4A1, 0xA5F6, 0xA1, 10.5),  # kana
        (0xA6A1, 0xA9FE, 0xA1, 11.0),  # Greek, Cyrillic, drawn boxes
        (0xB0A1, 0xD7F9, 0xA1, 10.2),  # the more usual half of the characters
        (0xD8A1, 0xF7FE, 0xA1, 13.5),
    ),
    "cp950": ((0xA140, 0xA3BF, 0x40, 6.5), (0xA440, 0xC67E, 0x40, 10.2), (0xC940, 0xF9D5, 0x40, 14.5)),
    "cp932": (
        (0x8140, 0x8197, 0x40, 6.5),
        (0x8198, 0x829A, 0x40, 10.5),
        (0x829F, 0x82F1, 0x40, 5.1),  # hiragana
        (0x8340, 0x8396, 0x40, 5.6),  # katakana
        (0x889F, 0x9872, 0x40, 9.5),
        (0x989F, 0xEAA4, 0x40, 14.5),
    ),
    "euc_jp": (
        (0xA1A1, 0xA1F7, 0xA1, 6.5),
        (0xA1F8, 0xA3FA, 0xA1, 10.5),
        (0xA4A1, 0xA4F3, 0xA1, 5.1),
        (0xA5A1, 0xA5F6, 0xA1, 5.6),
        (0xB0A1, 0xCFD3, 0xA1, 9.5),
        (0xD0A1, 0xF4A6, 0xA1, 14.5),
    ),
    "cp949": ((0xA1A1, 0xA3FE, 0xA1, 9.0), (0xB0A1, 0xC8FE, 0xA1, 10.3), (0xCAA1, 0xFDFE, 0xA1, 14.5)),
}
_COST_OF_USE = {"gb18030": 0.0, "cp950": 2.0, "cp932": 2.0, "euc_jp": 6.0, "cp949": 5.0}
_ASCII, _HALF_WIDTH, _RARE, _UNREADABLE = 3.0, 9.0, 16.0, 30.0
_RUN = 2.0  # of one or more characters that are not ASCII
_LETTER, _SIGN, _ODD, _ADJOINING = 4.5, 6.0, 9.0, 7.0  # cp1252: two characters seldom adjoin
_LETTERS = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿŠšŒœ"
_IN_WORD = re.compile(rf"(?<=[A-Za-z])[{_LETTERS}’]|[{_LETTERS}](?=[A-Za-z])")
_SIGNS = re.compile(
    r"[«»“”‘’„–—…\xa0]|[£€¥¢±§](?=[\s\d])|(?<![^\s\"(«“])[¿¡](?=\w[a-zà-ÿ])|°(?![ABDEG-Za-z]|[CF]\w)"
    r"|[½¼¾¹²³×÷©®™·•ªº](?![A-Za-z])|µ"
)
_USUAL_PAIRS = re.compile(
    rf"(?=ç[ãõ]|Ç[ÃÕ]|éé|óó|[äöü]ß|[«“‘„’¿¡–—][{_LETTERS}]|[{_LETTERS}][»”’…–—\xa0]|[«–]\xa0|\xa0[»–]"
    r"|[…”’»«–][»”’–—…]|[–—…]“|[“»]«|“”|‘’|¿¡)"
)
_FOREIGN = re.compile(r"[^\x00-\x7f]+")


def likely_encoding(sample: bytes) -> str:
    """The encoding, of GB18030, cp950 (Big5), cp932 (Shift-JIS), EUC-JP, cp949 (EUC-KR) and cp1252, in which the text
    costs least. The sample is no UTF-8 or UTF-16."""
    costs = {encoding: _eastern_cost(sample, encoding) for encoding in _PARTS}
    costs["cp1252"] = _western_cost(sample)
    return min(costs, key=lambda encoding: costs[encoding])


def _eastern_cost(sample: bytes, encoding: str) -> float:
    text = sample.decode(encoding, "replace")
    cost = _COST_OF_USE[encoding] + _RUN * len(_FOREIGN.findall(text))
    return cost + sum(count * _cost(character, encoding) for character, count in Counter(text).items())


@cache
def _cost(character: str, encoding: str) -> float:
    """The cost of one character of a text in an Eastern encoding."""
    if character.isascii():
        return _ASCII
    if character in _USUAL[encoding]:
        return _COST_OF_USUAL[encoding]
    code = character.encode(encoding, "replace")
    if code == b"?":
        return _UNREADABLE
    if len(code) == 1:
        return _HALF_WIDTH
    number = int.from_bytes(code)
    parts = _PARTS[encoding] if len(code) == 2 else ()
    return next((cost for first, last, least, cost in parts if first <= number <= last and code[1] >= least), _RARE)


def _western_cost(sample: bytes) -> float:
    text = sample.decode("cp1252", "replace")
    runs = _FOREIGN.findall(text)
    foreign = sum(map(len, runs))
    adjoining = max(0, foreign - len(runs) - len(_USUAL_PAIRS.findall(text)))
    cost = _ASCII * (len(text) - foreign) + _ODD * foreign + _ADJOINING * adjoining + _UNREADABLE * text.count("\ufffd")
    return cost - (_ODD - _LETTER) * len(_IN_WORD.findall(text)) - (_ODD - _SIGN) * len(_SIGNS.findall(text))
