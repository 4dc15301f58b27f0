"""Reads a request in plain Chinese as a typed query. A grammar over the catalogue: it never makes SQL.

The order matters: what is more specific is taken out first. What is left over at the end, and is no filler, was not
understood: it is marked, and whoever asked sees it.
"""

import re
from datetime import date
from typing import Any

from mingpiao.inspections.dates import periods_in
from mingpiao.inspections.entities import mark_exceptions, read_entities
from mingpiao.inspections.phrases import (
    REVERSE,
    read_amounts,
    read_forbidden,
    read_meanings,
    read_names,
    read_payers,
    read_rules,
    read_times,
)
from mingpiao.inspections.query import (
    MAX_REQUEST,
    InspectionQuery,
    MarkedPiece,
    MarkReason,
    UnderstoodRequest,
)
from mingpiao.inspections.samples import read_bare_draws, read_samples
from mingpiao.inspections.vocabulary import Vocabulary
from mingpiao.inspections.wording import TAKEN, Wording
from mingpiao.kernel.errors import refuse

_REVERSED_AFTER = re.compile(
    rf"(?:份)?(?:之?间|期间|内|里|中|以来)?(?:被|已|才|又|再|发生|进行|做)*{REVERSE}(?:了|过|掉)?"
)
_REVERSED_BEFORE = re.compile(rf"{REVERSE}(?:的)?(?:日期|时间|日|发生)(?:在|为|是|于)*$")
#: Words that ask for an inspection or join its parts, and restrict nothing.
_FILLER = re.compile(
    "有没有|有无|是否|大家|各位|同志们?|一共|总共|共|包括|包含|涉及|含|收取的?|收的|缴纳的?|帮我|帮忙|麻烦|请你|请|您好|你好|谢谢|我们?|想要?|需要|准备|拟于?|拟|计划|打算|安排|开展|组织|实施|进行|一次|一下|一批|一遍|下"
    "|重点检查|专项检查|专项|重点核查|重点|监督检查|监督|检查组|检查|核查|核实一下|核对|审查|查一查|查看|查找|查出|查询|查|看一看|看看|看下|看|找出|找到|找|筛选出?|筛出|筛|挑出|挑|列出|列|梳理|调取|调出|统计"
    "|有没有问题|有无问题|是否合规|是否真实|情况|相关|有关|业务|行为|问题"
    "|财政电子票据|电子票据|财政票据|票据|单据|票子|票|蓝字|蓝票"
    "|所开具|开具过|开具|所开|开出|开的|开票|开|出具|使用|用票单位|开票单位|用票|单位们?|机构|各级|各类|各个|各地|各盟市|各旗县|各|盟市|地区|区域|辖区|范围|我区|我省|我市|本地区|本地|本区|本省|本市|全自治区|自治区|全区|全省|全市|全盟|全县|全旗|全域"
    "|所有|全部|全体|任何|其中|其他|其它|其余|这些|那些|这批|那批|这个|那个|这|那"
    "|截至目前|截至今天|到目前为止|目前|至今|现在|期间|时段|时间|日期|之间|在内|以来|当中|属于"
    "|并且|而且|同时|以及|还有|或者|且|并|又|及|和|与|或|但|还|也|都|均|再|就|才|已经|已|被|曾|即|则"
    "|对于|对|把|将|给|向|由|从|自|于|在|按照|按|以|用|通过|为|是|有|存在|里面|里|中|内|上|的|了|过|吧|呢|吗|啊|呀|哦|得|地|所|等|其|一些|些|个|家|所|类|方面|来源|来自|位于|下属|属|下辖|下"
    "|金额|票面|合计|单张|每张|单笔|名称|名字|类型|种类|状态|方式|条件|样本|抽样|随机|比例|结果|项目|收款|收费|缴款人|付款人|付款|缴款|人"
)  # fmt: skip
#: Words that restrict, though their characters alone would be filler.
_KEPT = re.compile(
    "以上|以下|以内|以外|之外|之上|之下|及其以上|不等于|人均|人次|用途|地址|以前|之前|以后|之后|上限|下限|个人信息"
)
_SIGNS = re.compile(r"[\s，,。．.；;：:、！!？?（）()“”…—\-~《》【】\[\]/]+")


def read_request(request: str, today: date, vocabulary: Vocabulary) -> UnderstoodRequest:
    """The query that a request asks for, with all that is no part of it marked.

    Raises `Refusal` (`inspection.request_too_long`, 422) for more than `MAX_REQUEST` characters.
    """
    text = request.strip()
    if len(text) > MAX_REQUEST:
        message = f"检查要求不能超过{MAX_REQUEST}字，现有{len(text)}字，请精简。"
        raise refuse("inspection.request_too_long", message, field="request", status=422)
    words = Wording(text)
    read_forbidden(words)
    read_names(words)
    read_rules(words, dict(vocabulary.rules))
    read_samples(words)
    _read_dates(words, today)
    mark_exceptions(words, vocabulary)
    read_meanings(words)
    read_times(words)
    read_amounts(words)
    read_entities(words, vocabulary)
    read_payers(words)
    read_bare_draws(words)
    _mark_rest(words)
    return UnderstoodRequest(
        request=text,
        query=_query(words.members),
        marked=tuple(sorted(words.marked, key=lambda piece: piece.start)),
    )


def _read_dates(words: Wording, today: date) -> None:
    for found in periods_in(words.left, today):
        if not found.periods:
            words.mark(found.start, found.end, MarkReason.UNKNOWN)
            continue
        before = _REVERSED_BEFORE.search(words.left[: found.start])
        after = _REVERSED_AFTER.match(words.left, found.end)
        start = before.start() if before else found.start
        end = after.end() if after else found.end
        words.take_out(start, end)
        words.add("reversed_periods" if before or after else "periods", found.periods)


def _mark_rest(words: Wording) -> None:
    """Mark what is neither understood nor filler; pieces that only filler parts are one."""
    kept = {place for match in _KEPT.finditer(words.left) for place in range(match.start(), match.end())}
    left = list(words.left)
    for pattern in (_SIGNS, _FILLER):
        for match in pattern.finditer("".join(left)):
            if kept.isdisjoint(range(match.start(), match.end())):
                left[match.start() : match.end()] = TAKEN * (match.end() - match.start())
    for match in re.finditer(rf"[^{TAKEN}]+", "".join(left)):
        piece = MarkedPiece(
            start=match.start(),
            end=match.end(),
            text=words.request[match.start() : match.end()],
            reason=MarkReason.UNKNOWN,
        )
        words.marked.append(piece)


def _query(members: dict[str, Any]) -> InspectionQuery:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in members.items()
    }
    return InspectionQuery(**values)
