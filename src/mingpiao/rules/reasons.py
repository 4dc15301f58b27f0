"""Whether a reason says something: it is what stands in the records where a person overrides a rule."""

import re

from mingpiao.kernel.errors import refuse
from mingpiao.kernel.text import character_message, unprintable_place

#: What a person writes of a case, an alert or a finding is no longer than this.
MAX_WORDS = 500
MIN_REASON = 5
#: What people write when they say nothing.
_FILLERS = (
    "没有问题 没问题 符合规定 符合要求 同意 属实 情况 真实 有效 确认 合规 合法 正确 通过 核实 核对 核查 说明 业务 "
    "内容 以上 信息 票据 正常 可以 开具 开票 测试 理由 无误 没有 予以 请予 特此 请 已 经 的 好 无 是 对 行 有 了 均 皆 予"
)
_FILLER = re.compile("|".join(sorted(_FILLERS.split(), key=len, reverse=True)))
_NO_WORDS = re.compile(r"[\W_]+")
_REPEATED = re.compile(r"(.{1,12}?)\1+")


def thin_reason(text: str, what: str) -> str:
    """Why a reason says too little, as a Chinese sentence that names it as `what`; empty for one with substance.

    A reason has at least `MIN_REASON` letters, is no repetition, and says more than that all is well.
    """
    bare = _NO_WORDS.sub("", text)
    if len(bare) < MIN_REASON:
        return f"{what}不少于{MIN_REASON}个字，请写明具体情况，例如依据的合同、文件或事实。"
    if _REPEATED.fullmatch(bare) or len(set(bare)) < MIN_REASON - 1:
        return f"{what}是重复的字词，请写明具体情况，例如依据的合同、文件或事实。"
    if len(set(_FILLER.sub("", bare))) < 2:
        return f"{what}没有写明具体情况，请说明为何符合规定，例如依据的合同、文件或事实。"
    return ""


def required_words(text: str, what: str, *, of: str, field: str, substantial: bool = True) -> str:
    """What a person wrote of something, without outer spaces; `what` names it in Chinese, `of` begins the codes.

    Raises `Refusal` (422): `<of>.words_required`, `<of>.words_invalid` for more than `MAX_WORDS` or what cannot be
    printed, and with `substantial` `<of>.words_thin` for words that say nothing.
    """
    words = text.strip()
    place = unprintable_place(words.replace("\r", " ").replace("\n", " "))
    thin = thin_reason(words, what) if substantial else ""
    if not words:
        raise refuse(f"{of}.words_required", f"请填写{what}。", field=field, status=422)
    if len(words) > MAX_WORDS:
        message = f"{what}不能超过{MAX_WORDS}字，现有{len(words)}字，请精简。"
        raise refuse(f"{of}.words_invalid", message, field=field, status=422)
    if place is not None:
        raise refuse(f"{of}.words_invalid", character_message(what, words, place), field=field, status=422)
    if thin:
        raise refuse(f"{of}.words_thin", thin, field=field, status=422)
    return words


def joined_reason(usual: str, own: str) -> str:
    """A reason from a usual one that a person chose and words of their own; either may be empty."""
    return "；".join(each for each in (usual, own) if each)
