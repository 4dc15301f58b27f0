"""What a file says against its own force: a draft, a specimen, revoked, replaced, not carried out, a mere copy.

The same words stand in ordinary sentences (作废的票据, 本协议草案经双方讨论), where they say nothing of the file. So a
word counts where it is a mark: it stands obliquely across the page, alone on its line, before or behind the title, or as
the value of a label such as 交易状态; and a sentence counts where its subject is the file itself and it tells what has
happened, not what would.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median

import msgspec
import unicodedata2

from mingpiao.evidence.extraction.characters import fold
from mingpiao.evidence.extraction.flow import CELL, ROW, Flow
from mingpiao.evidence.model import StatusMark
from mingpiao.reading.model import Found, PageLines, TextLine

_DRAFT = r"征求意见稿|讨论稿|送审稿|审议稿|报批稿|会签稿|代拟稿|未定稿|草案|草稿|初稿|拟稿|DRAFT"
_SPECIMEN = r"样本|样张|样稿|样票|样例|SPECIMEN|SAMPLE"
_IDLE = r"(?:尚?未|没有|暂未)生效|不具(?:有|备)?(?:任何)?法律效力"
#: Words that end a paper. The loose ones head clauses and columns too: 解除, 合同终止.
_FIRM = "作废|废止|失效|红冲|冲销|停止执行"
_LOOSE = "撤销|撤回|取消|注销|终止|解除|停用"
_DONE = "已经?|现|予以"
_REVOKED = rf"(?:{_DONE}|兹|特此|声明|全部|自始)*(?:{_FIRM}|无效)|(?:{_DONE})+(?:{_LOOSE})|VOID(?:ED)?|CANCELL?ED|REVOKED"
_EXPIRED = r"(?:已经?|现)(?:过期|到期|逾期)(?:作废|失效|无效)?"
_WORDS = {
    "expired": _EXPIRED,
    "draft": f"{_DRAFT}|{_IDLE}",
    "specimen": f"(?:此为)?(?:{_SPECIMEN})",
    "revoked": _REVOKED,
}
_PAPER = "文件|文|件|协议书?|合同|通知书?|函|批复|办法|凭证|单据?|证书?|收据|票据?|发票|回单|稿"
_DAY = r"\d{4}年?\d{1,2}月?\d{1,2}日?"
#: 第三版, a day, or the word for the stamp itself.
_BEHIND = rf"(?:专用)?[章印]?(?:于|自)?(?:{_DAY}起?|之?[一二三四五六七八九十\d第稿版次]*)"
_MARK = {
    kind: re.compile(
        rf"(?:{_DAY})?(?:(?:[本此]份?(?:{_PAPER})?|(?:{_PAPER})(?={_DONE}|{_DRAFT}|{_SPECIMEN}))(?:内部)?|内部)?"
        rf"(?:{words}){_BEHIND}",
        re.IGNORECASE,
    )
    for kind, words in _WORDS.items()
}
#: What is a mark where it is large or aslant only, and heads a clause or a column otherwise.
_LOUD = {
    "expired": re.compile(r"(?:过期|到期|逾期)(?:作废|失效|无效)?"),
    "revoked": re.compile(rf"(?:{_DAY})?[本此]?份?(?:{_PAPER})?(?:{_FIRM}|{_LOOSE}|无效){_BEHIND}"),
}
#: Crosses on both sides of a mark that were typed as letters.
_CROSSES = re.compile(r"\A[XxOo]+(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])[XxOo]+\Z")
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
    r"(?P<agreed>审批|审核|合同|协议|文件)(?:状态|结果)"
    r"|(?:交易|订单|支付|付款|汇款|处理|指令|业务|转账|记账|当前|缴费|凭证|单据|办理)(?:状态|结果)"
    r"|(?:交易|业务)类型|(?<![\u4e00-\u9fff])状态(?![\u4e00-\u9fff])"
)
_FAILED = re.compile(
    r"[\t :]{0,3}(?:已|被|交易|支付|转账|付款|处理|指令|消费|订单|全额|部分|银行|审批|审核)*"
    rf"(?:(?P<revoked>退汇|退票|冲正|退款|退货|退回|关闭|{_FIRM}|{_LOOSE}|VOID)"
    r"|(?P<failed>失败|不成功|未成功|拒绝|驳回|[未不]通过|未予通过|异常)"
    r"|(?P<draft>待授权|待审批|待复核|待审核|待处理|待提交|待签署|未提交|未支付|未付款|待付款|待支付|草稿|签署中|审批中))"
    r"(?:成功|完成|[(\[]|[\t\n ,。;)]|$)",
    re.IGNORECASE,
)

#: A sentence about the file itself, and what in it makes it a condition or a rule for later.
_SENTENCE = re.compile(r"[^。;\n]{4,}")
_ITSELF = re.compile(
    r"[本此]份?(?:协议书?|合同书?|文件|通知|函|批复|办法|规定|凭证|单据|订单|收据|票据|证书|件|意向书|承诺书|回单)"
)
#: So far before its end a sentence may name the paper.
_REACH = 120
#: Nothing follows that is ended instead (已约定终止条件, 作废的发票, 由会计代替出纳签收).
_AT_THE_END = r"(?=处理|完毕|了|自|于|[^\u4e00-\u9fffA-Za-z]|$)"
#: What 已取代 another is in force itself: only by whom it is replaced counts.
_ENDED = re.compile(
    rf"(?:{_DONE})(?:[^,。;的]{{0,24}}?|[^,。;的]{{0,24}}?[由被经][^,。;]{{0,40}}?)(?:{_FIRM}|{_LOOSE}){_AT_THE_END}"
    rf"|[由被为][^,。;]{{2,40}}?(?:替代|取代|代替|废止){_AT_THE_END}"
    rf"|(?:自始无效|不再执行|停止执行|不再有效|不再履行){_AT_THE_END}"
)
#: 此份作废, where nothing before it in the sentence makes it a condition.
_VOID = re.compile(rf"[本此](?:份|件|合同|协议|文件|单|通知)(?:{_DONE})?(?:{_FIRM}){_AT_THE_END}")
_BEFORE_VOID = re.compile(r"[后时者则]|的[,、]")
_REPLACING = re.compile(r"替代|取代|代替|另行签订|重新签订|新签")
_IF = re.compile(r"如果?|若|倘|假如|一旦|除非")
_CONDITIONAL = re.compile(
    rf"{_IF.pattern}|逾期|期满|到期|届满|擅自|涂改|自动|方可|有权|可以|应当?|须|不得|视为|否则|或者?"
    r"|之前|以前|此前|之日|前款|条款|部分|原(?:有|协议|合同|通知|文件|办法)"
)
#: A day to be written by hand that nobody wrote, below where signatures and seals go.
_BLANK_DAY = re.compile(r"(?<![\d〇零一二三四五六七八九十])[_ ]*年[_ ]*月[_ ]*日(?=[\t\n]|$)")
_SIGN_HERE = re.compile(r"盖章|签章|签字|签名|公章|[(]章[)]")
_SIGNING_REACH = 160
_COPY = re.compile(r"(?:原件)?(?:复印|复制|影印|扫描|传真)件")
_CONFIRMED = re.compile(r"与原[件本][^。\n]{0,6}(?:一致|相符|无误|相同)|核对无误")
#: A line is a stamp or a mark of the page where its letters are so much higher than those of most lines.
_LARGE = 1.3
#: What a title of a paper ends with.
_TITLE = re.compile(r"(?:收据|票据?|凭证|回单|单据?|证明?|证书|合同|协议|通知|联|条|函|书|表)[\dA-Za-z]*\Z")
_LONGEST_MARK = 24
_MOST_MARKS = 12


def status_of(flow: Flow, pages: Sequence[PageLines]) -> tuple[StatusMark, ...]:
    """What the file says against its own force, each kind once with all its places, the surest first."""
    papers = {page.number: _papers_on(page) for page in pages}
    found = [
        *_doubted(_aslant(pages), papers),
        *_doubted(_lines(pages), papers),
        *_doubted(_labelled(flow), papers),
        *_doubted(_sentences(flow), papers),
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
            kind = _kind_of(text, loud=True) or _kind_of(_once(text), loud=True)
            if kind:
                yield _mark(kind, line, sure=True)


def _once(text: str) -> str:
    """A text that repeats itself, once."""
    for length in range(1, len(text) // 2 + 1):
        if len(text) % length == 0 and text[:length] * (len(text) // length) == text:
            return text[:length]
    return text


class _Page:
    """The lines of a page, and what is large there and stands side by side."""

    def __init__(self, page: PageLines) -> None:
        self.lines = page.lines
        self._usual = median([line.thickness for line in page.lines] or [1.0])
        self._tops = sorted(line.place.top for line in page.lines)
        self._bottoms = sorted(line.place.bottom for line in page.lines)

    def large(self, line: TextLine) -> bool:
        """Whether the letters of a line are much higher than those of most."""
        return line.thickness >= _LARGE * self._usual

    def beside(self, line: TextLine) -> bool:
        """Whether other text stands on the row of a line."""
        middle = (line.place.top + line.place.bottom) / 2
        return bisect_left(self._tops, middle) - bisect_right(self._bottoms, middle) > 1


def _papers_on(page: PageLines) -> int:
    """How many papers share a page: as often as the large title of one stands there, at least one."""
    there = _Page(page)
    large = (_bare(line.text) for line in page.lines if there.large(line))
    titles = Counter(text for text in large if _TITLE.search(text) and not _kind_of(text, loud=True))
    return max(titles.values(), default=1)


def _doubted(marks: Iterable[StatusMark], papers: Mapping[int, int]) -> Iterator[StatusMark]:
    """Marks, not sure where fewer than the papers of their page have one: of several receipts one may be void."""
    kept = list(marks)
    counts = Counter((mark.found.places[0].page, mark.kind) for mark in kept)
    for mark in kept:
        page = mark.found.places[0].page
        yield msgspec.structs.replace(mark, sure=mark.sure and counts[page, mark.kind] >= papers[page])


def _lines(pages: Sequence[PageLines]) -> Iterator[StatusMark]:
    for page in pages:
        there = _Page(page)
        for number, line in enumerate(page.lines):
            mark = _line(line, there, head=number < _HEAD_LINES)
            if mark is not None:
                yield mark


def _line(line: TextLine, there: _Page, *, head: bool) -> StatusMark | None:
    bare, large = _bare(line.text), there.large(line)
    if len(bare) <= _LONGEST_MARK and (kind := _kind_of(bare, loud=large)):
        # A cell of a table may say so of its own row.
        return _mark(kind, line, sure=large or not there.beside(line))
    if head and (kind := _head(fold(line.text).strip())) and not there.beside(line):
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
    """The letters and digits of a text, without crosses around it."""
    plain = "".join(each for each in fold(text) if unicodedata2.category(each) in _KEPT)
    return _CROSSES.sub("", plain)


#: Letters and digits; not ①, × or a soft hyphen.
_KEPT = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Nd"})


def _kind_of(text: str, *, loud: bool) -> str:
    """The kind of a mark that a text (`_bare`) is; `loud` where it is large or aslant. "" for none."""
    for patterns in (_MARK, _LOUD) if loud else (_MARK,):
        for kind, pattern in patterns.items():
            if pattern.fullmatch(text):
                return kind
    return ""


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
        idle = "draft" if label["agreed"] else "failed"
        yield StatusMark(kind=kind if kind == "revoked" else idle, found=found, sure=True)


def _sentences(flow: Flow) -> Iterator[StatusMark]:
    for sentence in _SENTENCE.finditer(flow.text):
        told = _told(sentence[0])
        if told:
            kind, start, end = told
            start, end = sentence.start() + start, sentence.start() + end
            yield StatusMark(kind=kind, found=flow.found(start, end), sure=True)


def _told(sentence: str) -> tuple[str, int, int] | None:
    """What a sentence says has happened to its own paper, with the place of the words."""
    for void in _VOID.finditer(sentence):
        before = sentence[max(0, void.start() - _REACH) : void.start()]
        if not _CONDITIONAL.search(before) and not _BEFORE_VOID.search(before):
            return "revoked", *void.span()
    for itself in _ITSELF.finditer(sentence):
        ended = _ENDED.search(sentence, itself.end(), itself.start() + _REACH)
        if ended is None or _IF.search(sentence, max(0, itself.start() - _REACH), itself.start()):
            continue
        told = sentence[itself.start() : ended.end()]
        if not (_CONDITIONAL.search(told) or CELL in told or ROW in told):
            return "replaced" if _REPLACING.search(told) else "revoked", itself.start(), ended.end()
    return None


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
