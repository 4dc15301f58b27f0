"""What a file says against its own force: a draft, a specimen, revoked, replaced, not carried out, a mere copy.

The same words stand in ordinary sentences (作废的票据, 本协议草案经双方讨论), where they say nothing of the file. So a
word counts where it is a mark: it stands obliquely across the page, alone on its line, before or behind the title, or as
the value of a label such as 交易状态; and a sentence counts where its subject is the file itself and it tells what has
happened, not what would.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

import msgspec

from mingpiao.evidence.extraction.characters import fold
from mingpiao.evidence.extraction.flow import CELL, ROW, Flow
from mingpiao.evidence.model import StatusMark
from mingpiao.reading.model import Found, PageLines, TextLine

_DRAFT = r"征求意见稿|讨论稿|送审稿|审议稿|报批稿|会签稿|代拟稿|未定稿|草案|草稿|初稿|拟稿|DRAFT"
_SPECIMEN = r"样本|样张|样稿|样票|SPECIMEN|SAMPLE"
_IDLE = r"(?:尚?未|没有|暂未)生效|不具(?:有|备)?(?:任何)?法律效力"
_REVOKED = r"(?:现|已|予以|声明|全部)*(?:作废|废止|撤销|失效|注销|撤回|取消|停止执行|停用)|VOID(?:ED)?|CANCELL?ED|REVOKED"
_EXPIRED = r"(?:已|过期|逾期)+(?:过期|到期|作废|失效|无效)"
_WORDS = {"expired": _EXPIRED, "draft": f"{_DRAFT}|{_IDLE}", "specimen": _SPECIMEN, "revoked": _REVOKED}
_OF_ITSELF = r"(?:本|此|该|原)?(?:文件|文|件|协议书?|合同|通知|函|批复|办法|凭证|单据?|证书?|收据|票据?|稿)?"
_MARK = {
    kind: re.compile(
        rf"{_OF_ITSELF}(?:内部)?(?:{words})(?:之?[一二三四五六七八九十\d第稿版次.]*)", re.IGNORECASE
    )
    for kind, words in _WORDS.items()
}
_AROUND = "()[]【】〔〕〈〉「」{}*#·•-—_=~|/\\.。,、:;!\"'“”"
#: 讨论稿 第三版——仅供磋商: what a head line says behind its mark, and 关于……的办法(征求意见稿) before it.
_HEAD_LINES = 8
_HEAD = {
    kind: re.compile(
        rf"[(\[【]? ?(?:{words}) ?(?:[)\]】]|$|[ ,:(\-]|第?[一二三四五六七八九十\d]+[稿版])", re.IGNORECASE
    )
    for kind, words in _WORDS.items()
}
_BEHIND_TITLE = {
    kind: re.compile(rf"[(\[【〔] ?(?:{words})[^()》]{{0,12}}[)\]】〕] ?\Z", re.IGNORECASE)
    for kind, words in _WORDS.items()
}

#: What a payment or an order says of itself.
_LABEL = re.compile(
    r"(?:交易|订单|支付|付款|汇款|处理|指令|业务|转账|记账|当前|缴费|凭证|单据|审批|合同|协议|文件)(?:状态|结果)"
    r"|交易类型|(?<![\u4e00-\u9fff])状态(?![\u4e00-\u9fff])"
)
_FAILED = re.compile(
    r"[\t :]{0,3}(?:已|交易|支付|转账|付款|处理|指令|消费|订单|全额|部分|银行)*"
    r"(?:(?P<revoked>退汇|退票|冲正|撤销|退款|退货|退回|关闭|取消|作废|注销|废止|VOID)"
    r"|(?P<failed>失败|不成功|拒绝|异常)"
    r"|(?P<draft>待授权|待审批|待复核|待审核|待处理|待提交|待签署|未提交|未支付|未付款|待付款|待支付|草稿|签署中|审批中))"
    r"(?:成功|完成|[(\[]|[\t\n ,。;)]|$)",
    re.IGNORECASE,
)

#: A sentence about the file itself, and what in it makes it a condition or a rule for later.
_SENTENCE = re.compile(r"[^。;\n]{4,120}")
_ITSELF = re.compile(
    r"(?:本|此)(?:份)?(?:协议书?|合同书?|文件|通知|函|批复|办法|规定|凭证|单据|订单|收据|票据|证书|件|意向书|承诺书|回单)"
)
#: What 已取代 another is in force itself: only by whom it is replaced counts, and where nothing follows that is done
#: instead (由会计代替出纳签收). 已作废的发票 and 作废联 are something else.
_ENDED = re.compile(
    r"(?:已|现|予以)[^,。;]{0,24}?(?:废止|作废|失效|撤销|撤回|终止|解除)(?![的发票联])"
    r"|(?:由|被|为)[^,。;]{2,24}?(?:替代|取代|代替|废止)(?=[,)\d ]|$)"
    r"|(?:不再执行|停止执行|不再有效|不再履行)(?!的)"
)
#: 此份作废, where nothing before it in the sentence makes it a condition.
_VOID = re.compile(
    r"(?:本|此)(?:份|件|合同|协议|文件|单|通知)(?:已|现)?(?:作废|废止|失效)(?=[,。;\n\t \d)]|$)"
)
_BEFORE_VOID = re.compile(r"[后时者则]|的[,、]")
_REPLACING = re.compile(r"替代|取代|代替|另行签订|重新签订|新签")
_CONDITIONAL = re.compile(
    r"如果?|若|倘|假如|一旦|除非|逾期|期满|到期|届满|擅自|涂改|自动|方可|有权|可以|应当?|须|不得|视为|否则|或者?"
    r"|之前|以前|之日|前款|条款|部分|原(?:协议|合同|通知|文件|办法)"
)
#: A day to be written by hand that nobody wrote, below where signatures and seals go.
_BLANK_DAY = re.compile(r"(?<![\d〇零一二三四五六七八九十])[_ ]*年[_ ]*月[_ ]*日(?=[\t\n]|$)")
_SIGN_HERE = re.compile(r"盖章|签章|签字|签名|公章|[(]章[)]")
_SIGNING_REACH = 160
_COPY = re.compile(r"(?:原件)?(?:复印|复制|影印|扫描|传真)件")
_CONFIRMED = re.compile(r"与原[件本][^。\n]{0,6}(?:一致|相符|无误|相同)|核对无误")
#: A line is a stamp or a mark of the page where its letters are so much higher than those of most lines.
_LARGE = 1.3
_LONGEST_MARK = 24
_MOST_MARKS = 12


def status_of(flow: Flow, pages: Sequence[PageLines]) -> tuple[StatusMark, ...]:
    """What the file says against its own force, each kind once with all its places, the surest first."""
    found = [
        *_aslant(pages),
        *_lines(pages),
        *_labelled(flow),
        *_sentences(flow),
        *_copy(flow, pages),
        *_unsigned(flow, pages),
    ]
    by_kind: dict[str, StatusMark] = {}
    for mark in sorted(found, key=lambda each: not each.sure)[:_MOST_MARKS]:
        known = by_kind.setdefault(mark.kind, mark)
        if known is not mark and known.sure == mark.sure:
            by_kind[mark.kind] = _joined(known, mark)
    return tuple(by_kind.values())


def _joined(one: StatusMark, two: StatusMark) -> StatusMark:
    found = Found(
        value=one.found.value,
        text=one.found.text,
        places=(*one.found.places, *two.found.places),
        confidence=one.found.confidence,
    )
    return StatusMark(kind=one.kind, found=found, sure=one.sure)


# -- marks -----------------------------------------------------------------------------------------


def _aslant(pages: Sequence[PageLines]) -> Iterator[StatusMark]:
    """Watermarks and stamps; what is repeated in one text counts once."""
    for page in pages:
        for line in page.aslant:
            text = _bare(line.text)
            kind = _kind_of(text, _MARK) or _kind_of(_once(text), _MARK)
            if kind:
                yield _mark(kind, line, sure=True)


def _once(text: str) -> str:
    """A text that repeats itself, once."""
    for length in range(1, len(text) // 2 + 1):
        if len(text) % length == 0 and text[:length] * (len(text) // length) == text:
            return text[:length]
    return text


class _Around(NamedTuple):
    """What is known of a line: its number in the page, whether it is large, and all lines of the page."""

    number: int
    large: bool
    lines: Sequence[TextLine]

    def beside(self, line: TextLine) -> bool:
        """Whether other text stands on the row of a line."""
        place = line.place
        middle = (place.top + place.bottom) / 2
        return any(each.place.top < middle < each.place.bottom for each in self.lines if each is not line)


def _lines(pages: Sequence[PageLines]) -> Iterator[StatusMark]:
    for page in pages:
        usual = median([line.thickness for line in page.lines] or [1.0])
        titles = Counter(_bare(line.text) for line in page.lines if line.thickness >= _LARGE * usual)
        # Of several receipts on one page, one may be void.
        several = any(count > 1 for count in titles.values())
        for number, line in enumerate(page.lines):
            around = _Around(number, line.thickness >= _LARGE * usual, page.lines)
            mark = _line(line, around)
            if mark is not None:
                yield msgspec.structs.replace(mark, sure=mark.sure and not several)


def _line(line: TextLine, around: _Around) -> StatusMark | None:
    text = fold(line.text)
    bare = _bare(text)
    if len(bare) <= _LONGEST_MARK and (kind := _kind_of(bare, _MARK)):
        # A cell of a table may say so of its own row.
        return _mark(kind, line, sure=around.large or not around.beside(line))
    if around.number < _HEAD_LINES and (kind := _head(text.strip())) and not around.beside(line):
        return _mark(kind, line, sure=True)
    return None


def _head(text: str) -> str:
    """The kind of a mark that begins a line at a page's head, or stands behind a title; "" without one."""
    for kind in _WORDS:
        begins = kind != "revoked" and _HEAD[kind].match(text)
        if begins or _BEHIND_TITLE[kind].search(text):
            return kind
    return ""


def _bare(text: str) -> str:
    """A text without blanks and the signs around it."""
    return re.sub(r"\s", "", fold(text)).strip(_AROUND)


def _kind_of(text: str, patterns: dict[str, re.Pattern[str]]) -> str:
    return next((kind for kind, pattern in patterns.items() if pattern.fullmatch(text)), "")


def _mark(kind: str, line: TextLine, *, sure: bool) -> StatusMark:
    text = re.sub(r"\s+", " ", line.text).strip()[:_MOST_SHOWN]
    return StatusMark(
        kind=kind,
        found=Found(value=text, text=text, places=(line.place,), confidence=line.confidence),
        sure=sure,
    )


_MOST_SHOWN = 60


# -- labels and sentences --------------------------------------------------------------------------


def _labelled(flow: Flow) -> Iterator[StatusMark]:
    for label in _LABEL.finditer(flow.text):
        value = _FAILED.match(flow.text, label.end())
        if value is None:
            continue
        kind = next(name for name in ("revoked", "failed", "draft") if value[name])
        found = flow.found(label.start(), value.end(kind))
        yield StatusMark(kind="failed" if kind == "draft" else kind, found=found, sure=True)


def _sentences(flow: Flow) -> Iterator[StatusMark]:
    for sentence in _SENTENCE.finditer(flow.text):
        void = _VOID.search(sentence[0])
        if void and not any(
            rule.search(sentence[0], 0, void.start()) for rule in (_CONDITIONAL, _BEFORE_VOID)
        ):
            start = sentence.start()
            yield StatusMark(
                kind="revoked", found=flow.found(start + void.start(), start + void.end()), sure=True
            )
            continue
        itself = _ITSELF.search(sentence[0])
        ended = _ENDED.search(sentence[0], itself.end()) if itself else None
        if itself is None or ended is None:
            continue
        told = sentence[0][itself.start() : ended.end()]
        if _CONDITIONAL.search(told) or CELL in told or ROW in told:
            continue
        kind = "replaced" if _REPLACING.search(told) else "revoked"
        start = sentence.start() + itself.start()
        yield StatusMark(kind=kind, found=flow.found(start, sentence.start() + ended.end()), sure=True)


def _copy(flow: Flow, pages: Sequence[PageLines]) -> Iterator[StatusMark]:
    """The mark of a copy that nobody confirmed to be like its original."""
    lines = [line for page in pages for line in (*page.aslant, *page.lines)]
    copies = (line for line in lines if _COPY.fullmatch(_bare(line.text)))
    copy = next(copies, None)
    if copy and not _CONFIRMED.search(flow.text) and not any(_CONFIRMED.search(line.text) for line in lines):
        yield _mark("copy", copy, sure=False)


def _unsigned(flow: Flow, pages: Sequence[PageLines]) -> Iterator[StatusMark]:
    """A blank day where a paper without any seal is to be signed. A signature may still be a picture: never sure."""
    if any(page.seals for page in pages):
        return
    for blank in _BLANK_DAY.finditer(flow.text):
        if _SIGN_HERE.search(flow.text, max(0, blank.start() - _SIGNING_REACH), blank.start()):
            yield StatusMark(kind="unsigned", found=flow.found(*blank.span()), sure=False)
            return
