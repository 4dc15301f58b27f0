"""Where a file names organisations and persons: after labels, alone in cells, in sentences, with an alias.

A name that a label or a cell delimits tells where it begins and ends in sentences too.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mingpiao.evidence.extraction.flow import CELL, Flow
from mingpiao.evidence.extraction.labels import ROLE, SIDE
from mingpiao.evidence.extraction.names import (
    ENDINGS,
    is_name,
    is_organisation,
    name_after,
    of_another_language,
    plain_name,
)
from mingpiao.evidence.extraction.tables import Head, heads_of, role_at
from mingpiao.evidence.weighing.gazetteer import begins_with_region

_LETTER = r"[\u4e00-\u9fffA-Za-z0-9·&\-]"
_LABELLED = re.compile(r"(?<=[:\t\n])|(?<=: )|(?<=\n)\d{1,4}(?=[\u4e00-\u9fff])")
_SIDE_LABEL = re.compile(rf"(?P<side>{SIDE})[^:\n\t]{{0,16}}:? ?$")
_IN_TEXT = re.compile(
    rf"(?:{_LETTER}|\([\u4e00-\u9fff]{{2,8}}\)){{2,40}}?(?:{ENDINGS})(?!友会|{_LETTER}{{0,3}}(?:{ENDINGS}))"
)
_WITH_TITLE = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,8}·[\u4e00-\u9fff]{1,8}) ?(?:先生|女士|同志|同学|老师)"
)
_DOTTED = r"[\u4e00-\u9fff]{1,8}(?:·[\u4e00-\u9fff]{1,8}?)+"
#: Persons whom the words around them tell: 本人林康, 兹证明:郑国栋于2026年, 尊敬的蒋诗文校友, 许立新(个人).
_TOLD = re.compile(
    rf"(?:本人|兹证明|尊敬的|今收到|兹收到|现收到|收到)[ :]{{0,2}}(?P<name>[\u4e00-\u9fff]{{2,4}}?|{_DOTTED})"
    r"(?=[,于向]|自愿|校友|先生|女士|同学|家长|理事|会长|捐|交来|缴来|(?:19|20)\d\d)"
    rf"|(?<=[、,和及])(?P<private>[\u4e00-\u9fff]{{2,4}}|{_DOTTED})(?=\((?:个人|自然人)\))"
)
_SALUTED = re.compile(
    rf"(?<=\n)(?:尊敬的)?(?P<name>[\u4e00-\u9fff]{{3}}|{_DOTTED})(?:校友|先生|女士|同学|家长)? ?:(?=\n)"
)
#: Labels behind which a person's name stands, whatever the family name.
_OF_PERSONS = re.compile(
    r"(?:(?:[付缴交汇收]款|捐[赠款资]|认捐|[缴交]费|赞助)[人者](?:名称|姓名|全称)?|姓 ?名|户 ?名)(?: ?\([^()\n]{1,6}\))? ?[:\t] ?$"
)
_LATIN = re.compile(
    r"(?<=[:\t\n])(?P<name>[A-Z][A-Za-z&.'\- ]{2,50}?,? (?:CO\.?,? ?LTD|LTD|INC|GMBH|LLC|CORP|LIMITED)\.?)(?=[\t\n;,:(])"
)
_ADDRESS = re.compile(r"\d+ ?号")
#: Digits of the cell before, when two cells are drawn without a gap: 2,091.47赤峰万通公司.
_GLUED = re.compile(r"(?:[\d.\-]{5,}|(?<=[\d.,])[\d.\-]+)(?=[\u4e00-\u9fff])")
#: Where a name is signed, the place of the seal is told behind it.
_SEALED = re.compile(r"(?: ?\((?:印章?|盖章|公章|签章|章)\))?\Z")
_OPENED = 12
#: A bracket within a name, as in 凯润(集团)有限公司, which does not end what stands before it.
_WITHIN_NAME = re.compile(r"\((?!以下|下[文称]|[简统均合甲乙丙])[\u4e00-\u9fff]{2,8}\)$")
_DEFINED = re.compile(
    rf"\( ?(?:以下|下文|下称)?(?:均|统)?(?:简称|称)?(?:为|作)? ?[“\"'「]?(?P<alias>{SIDE}|{ROLE})[”\"'」]? ?\)"
)
#: Words that end what stands before a name in a sentence: some never stand in a name, others may.
_NEVER = (
    r"元|日内|款后请?|合同签订后|收到|收取|收自|来自|支付给|汇入|转入|付给|拨付给|捐赠给|交给|委托|授权|通知|责令|感谢|根据|依据|按照|兹有|兹证明|证明|以下简称|简称|听取了?|接受|同意|决定"
    r"|转发|印发|征求|报送|到账|购买|租用|占用|拖欠|收购|聘请|邀请|会同|代表|退还|补偿|赔偿|支持|帮助|协助|关于|要求|写明?|应由|须由|将由|安排|提请|送达|抄送|主送"
    r"|转到|已入|打到|汇到|用于|缴入|交入|上缴|租给|捐建|部分由|[缴交]费后|(?:收款|汇款|账)?户名|接收|选派|录取|[了的是应须并须,、:)》”】]|本(?:协议|合同|备忘录)(?:由|系)?"
)
_MAYBE = r"由|向|致|给|对|经|现|兹|今|被|将|请|在|系|于|与|同|及|至|到|和|为|其|从|自|送|报|年|日|月|号|且|因"
_BEFORE_NAME = re.compile(r"尊敬的|\d{5,}(?=[\u4e00-\u9fff])")
_LEADS = re.compile(r"(?:尊敬的|[由报请将经被托征])(?=[\u4e00-\u9fff]{4})")
#: 我公司, 贵校: whoever speaks or is spoken to, and no name.
_SPOKEN = re.compile(
    r"[我贵你本该各](?:公司|单位|校|院|局|会|厅|委|中心|站|馆|所|处|学院|集团|企业|学校|医院)$"
)
_NEVERS, _MAYBES = re.compile(_NEVER), re.compile(_MAYBE)
_STRONG_END = re.compile(
    r"(?:公司|大学|学院|学校|中学|小学|幼儿园|医院|卫生院|研究院|研究所|基金会|协会|学会|商会|联合会|总会|慈善会|红十字会|工会|委员会|合作社"
    r"|校友会|事务所|出版社|博物馆|图书馆|体育馆|科技馆|文化馆|人民政府|财政局|教育局|管理局|管理中心|服务中心|管理委员会|银行|支行|分行|[\u4e00-\u9fff]{2}局|厅"
    r"|集团|农场|林场|福利院|敬老院|党校|中心血站|控制中心|工作站|监测站|管理站|技术馆|艺术中心|推广中心)$"
)
_GENERIC = re.compile(
    r"^(?:各|有关|相关|该|本|其(?![其木])|某|上述|所在|学生|每|一|这|那|另|任何|不|未|以|双方|[甲乙丙]方|我|你|贵|他|县|市|省|区|乡镇|国家|地方|全|关联|牵头|职业学|乡村|山区|农村|贫困|基层|偏远"
    r"|(?:公司|学校|医院|单位)(?:工会|党委|财务)|(?:收款|付款|开户|汇款|网上|企业网上|手机)银行)"
)
_MOST = 4_000
#: The longest name before its definition.
_REACH_BACK = 60
#: Family names; a short name that begins with none of them is a word.
_FAMILY = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费"
    "廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁"
    "杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉钮龚程"
    "嵇邢滑裴陆荣翁荀羊甄曲封储靳焦牧车侯宓蓬全班仰秋仲伊宫宁仇栾甘厉戎武符刘景詹束龙叶司韶黎乔苍双闻莘党翟谭劳申冉宰桑桂牛寿通边"
    "燕冀浦尚农温庄晏柴瞿阎充慕连茹习艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘国文寇广东欧利蔚师巩聂晁敖冷辛阚简饶曾关相查游权盖益公肖"
    "付闫覃代邸仝乌巴那阿白额其苏娜扎次德格斯热吾买帕木玛央桑"
)
_SHORT = re.compile(r"[\u4e00-\u9fff](?:公司|中心|学校|医院|工厂)")
#: What stands in no person's name.
_NO_NAME = re.compile(
    r"^(?:摘要|备注|用途|附言|成功|失败|爱心|匿名|祝好|加油)|[费款账帐票网额号付退缴收支转办请]|万元|现金|年份|方式|如下"
)


def _may_be_named(name: str) -> bool:
    """Whether what a label or a cell delimits may be a name, and not any short word."""
    if is_organisation(name):
        return not re.match(r"[\d#]", name) and not _ADDRESS.search(name)
    if _SHORT.fullmatch(name) or of_another_language(name):
        return True
    return (name[0] in _FAMILY or "·" in name) and not _NO_NAME.search(name)


class Mention(NamedTuple):
    """A name in the text. `how` it was found; `side` is 甲方 or the like; `head` is the role of a form's heading."""

    start: int
    end: int
    name: str
    how: str
    side: str
    head: str
    organisation: bool


def mentions_of(flow: Flow) -> list[Mention]:
    """All names with their places, in the order of the file; `name` is the same text for all of one name."""
    heads = heads_of(flow)
    told = (*_delimited(flow), *_titled(flow), *_persons(flow.text), *_defined(flow))
    delimited = sorted(set(told))[:_MOST]
    names = {flow.text[start:end] for start, end, _ in delimited}
    within = list(_in_sentences(flow, names, delimited))
    spans: dict[tuple[int, int], str] = {}
    for start, end, how in (*delimited, *within):
        spans.setdefault((start, end), how)
    plain: dict[str, str] = {}
    found = []
    for start, end in _outermost(spans):
        how = spans[start, end]
        end = start + len(_SEALED.sub("", flow.text[start:end], count=1))
        text = flow.text[start:end].strip()
        name = plain.setdefault(plain_name(text), text)
        side, head = _side_of(flow.text, start, end), _head_of(flow, start, heads)
        organisation = is_organisation(text) or _SHORT.fullmatch(text) is not None
        found.append(Mention(start, end, name, how, side, head, organisation))
    return found


def _delimited(flow: Flow) -> Iterator[tuple[int, int, str]]:
    """Names that begin after a colon, a tab or a line's start and end before the next such mark."""
    text = flow.text
    for match in _LABELLED.finditer(text):
        span = name_after(text, match.end())
        if span is None:
            continue
        start, end = span
        mark = CELL if match.group() else text[match.start() - 1 : match.start()]
        ended = text[end : end + 1] in ("", CELL, "\n", "(", " ", ",", "。", ";", "、", ":")
        lead = _BEFORE_NAME.match(text, start, end)
        if lead and lead.end() >= end:
            continue
        start = lead.end() if lead else start
        name = text[start:end]
        of_person = _OF_PERSONS.search(text, max(0, start - _OPENED), start) and not _NO_NAME.search(name)
        if (
            not ended
            or _GENERIC.search(name)
            or _SPOKEN.search(name)
            or not (of_person or _may_be_named(name))
            or (mark == "\n" and not is_organisation(name))
        ):
            continue
        yield start, end, {":": "label", " ": "label", CELL: "cell"}.get(mark, "line")


def _titled(flow: Flow) -> Iterator[tuple[int, int, str]]:
    for match in _WITH_TITLE.finditer(flow.text):
        start = match.start("name")
        for lead in _NEVERS.finditer(match["name"]):
            start = match.start("name") + lead.end()
        if is_name(flow.text[start : match.end("name")]):
            yield start, match.end("name"), "titled"


def _persons(text: str) -> Iterator[tuple[int, int, str]]:
    """Persons that the words around them tell, and firms abroad after a label."""
    for pattern, how in ((_TOLD, "told"), (_SALUTED, "saluted")):
        for match in pattern.finditer(text):
            group = "private" if match.groupdict().get("private") else "name"
            name = match[group]
            if (name[0] in _FAMILY or "·" in name) and is_name(name) and not _NO_NAME.search(name):
                yield *match.span(group), how
    for match in _LATIN.finditer(text):
        yield *match.span("name"), "label"


def _defined(flow: Flow) -> Iterator[tuple[int, int, str]]:
    """Names before a definition such as （以下简称“甲方”）."""
    for match in _DEFINED.finditer(flow.text):
        reach = max(0, match.start() - _REACH_BACK)
        ends = (flow.text.rfind(mark, reach, match.start()) + 1 for mark in "\n\t。;,:")
        start = max(reach, *ends)
        begin = _beginning(flow.text, start, match.start())
        if begin is None and is_name(flow.text[start : match.start()].strip()):
            begin = start
        if begin is not None:
            yield begin, match.start(), "defined"


def _in_sentences(
    flow: Flow, names: Iterable[str], delimited: Iterable[tuple[int, int, str]]
) -> Iterator[tuple[int, int, str]]:
    taken = {place for start, end, _ in delimited for place in range(start, end)}
    text = flow.text
    for name in sorted(names, key=len, reverse=True)[:400]:
        place = text.find(name)
        while place >= 0:
            end = place + len(name)
            if place not in taken and not _inside_a_longer(text, place, end):
                taken.update(range(place, end))
                yield place, end, "again"
            place = text.find(name, end)
    for match in _IN_TEXT.finditer(text):
        start = _beginning(text, match.start(), match.end())
        if start is not None and start not in taken and match.end() - 1 not in taken:
            yield start, match.end(), "sentence"


def _beginning(text: str, start: int, end: int) -> int | None:
    """Where the name begins that ends at `end`; None when nothing there looks like one."""
    for match in _NEVERS.finditer(text, start, end):
        if not _WITHIN_NAME.search(text, max(start, match.end() - _OPENED), match.end()):
            start = match.end()
    glued = _GLUED.match(text, start, end)
    start = glued.end() if glued else start
    cuts = [start, *(match.end() for match in _MAYBES.finditer(text, start, end))]
    able = [cut for cut in cuts if end - cut >= _SHORTEST and is_organisation(text[cut:end])]
    if not able:
        return None
    with_region = [cut for cut in able if begins_with_region(text[cut:end])]
    if with_region:
        return with_region[0]
    best = able[-1] if len(able) > 1 and end - able[-1] >= _LONG else able[0]
    lead = _LEADS.match(text, best, end)
    best = lead.end() if lead and is_organisation(text[lead.end() : end]) else best
    name = text[best:end]
    refused = _GENERIC.search(name) or _SPOKEN.search(name) or _ADDRESS.search(name)
    return best if _STRONG_END.search(name) and not refused else None


_SHORTEST, _LONG = 4, 8


def _inside_a_longer(text: str, start: int, end: int) -> bool:
    """Whether a name stands within another: 巴特尔 in 额尔德尼·巴特尔."""
    return text[max(0, start - 1) : start] == "·" or text[end : end + 1] == "·"


def _outermost(spans: dict[tuple[int, int], str]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not found or end > found[-1][1]:
            found.append((start, end))
    return found


def _side_of(text: str, start: int, end: int) -> str:
    if match := _SIDE_LABEL.search(text[max(0, start - 24) : start]):
        return match["side"].replace(" ", "")
    if match := _DEFINED.match(text, end):
        alias = match["alias"].replace(" ", "")
        return alias if re.fullmatch(SIDE, alias) else ""
    return ""


def _head_of(flow: Flow, start: int, heads: list[Head]) -> str:
    line = flow.line_at(start)
    if line < 0 or not heads:
        return ""
    place = flow.straight[line]
    return role_at(place, place, heads)
