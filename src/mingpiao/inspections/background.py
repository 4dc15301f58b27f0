"""What of a request says why it is made, or numbers its parts, and restricts nothing."""

import re
from collections.abc import Callable, Iterator

from mingpiao.inspections.entities import find_words
from mingpiao.inspections.vocabulary import (
    BACKGROUND_WORDS,
    OUTSIDE,
    PURPOSES,
    REASON_STARTS,
    REASON_WORDS,
    REGION,
    UNIT,
    Vocabulary,
)
from mingpiao.inspections.wording import TAKEN, Wording

_NUMBER_SIGN = re.compile(
    r"(?:^|(?<=[\n；;：:。，,\s]))[ \t]*(?:[（(](?:[一二三四五六七八九十]|\d{1,2})[）)]|"
    r"(?P<number>\d{1,2})[.．、)）]\s*(?!\d{1,2}[、.月日])|"
    r"[①-⑳]|第?[一二三四五六七八九]是|[一二三四五六七八九]、(?=[^一二三四五六七八九]))"
)
_CLAUSE = re.compile(r"[^，,。；;：:\n！!？?]+")
_WORDS = re.compile("|".join(sorted(REASON_WORDS, key=len, reverse=True)))
_PURPOSE = re.compile(
    rf"(?:为了?|因为?|由于|鉴于|结合|围绕|考虑到|贯彻|落实)(?:切实|进一步|更好地?|全面|继续|持续|有效|及时)*(?:{'|'.join(PURPOSES)})"
    rf"|(?:根据|依据|按照?|依照|遵照|结合)[^，,。；;\x00]*(?:要求|通知|部署|安排|规定|精神|意见|方案|计划|指示|办法|条例|制度|反映|线索|统一)"
    rf"|经研究|经领导"
)
#: A plan for later: no day of issue.
_PLANNED = re.compile(
    r"(?:拟|计划|准备|打算|定于|预计|我们?)?(?:于|在)?(?:下个?(?:周|星期)[一二三四五六日天]?|下个?月|明天|明早|后天|近期|近日|即将)(?:初|底|上旬)?(?:起|开始|一起|早会|开会)?(?:进驻|开展|进行|实施|到场|入户|去|要)"
)


_ASKS = re.compile(
    "(?:现|特|故|烦|还|现在|所以|现将|需要?|下面|再|补充|拟|先)*(?:请|帮|麻烦|劳驾|核查|抽查|检查|调取|筛选|筛查|重点|拟对|决定对|对|把|查)"
)
_DEADLINE = re.compile(
    r"请?(?:于|在|务必)?[^，,。；\x00]{0,12}(?:之?前|日内|天内)(?:反馈|报送|上报|完成|提交|报|回复|给我|发我|要|出结果|办结)[^，,。；\x00“]{0,12}"
)
_STARTS = re.compile("|".join(sorted(REASON_STARTS, key=len, reverse=True)))
_BACKGROUND = re.compile(
    "|".join(sorted((*REASON_WORDS, *PURPOSES, *BACKGROUND_WORDS), key=len, reverse=True))
)


def number_signs(words: Wording) -> None:
    """Take out 1. 2、（三） at the beginnings of parts, where there are several."""
    found = list(_NUMBER_SIGN.finditer(words.left))
    if len(found) > 1:
        for match in found:
            words.take_out(match.start(), match.end())


def leave_reasons(words: Wording, vocabulary: Vocabulary, says_something: Callable[[str], bool]) -> None:
    """Take out clauses of why. Places and units in such a clause still count; with another condition, it does."""
    for match in _PLANNED.finditer(words.left):
        words.take_out(match.start(), match.end())
    clauses = list(_parts(words.left))
    asked = next((start for start, end in clauses if start and _ASKS.match(words.left[start:end])), 0)
    for start, end in clauses:
        clause = words.left[start:end]
        if _DEADLINE.fullmatch(clause):
            words.take_out(start, end)
        elif (len(clauses) > 1 and _PURPOSE.match(clause)) or (start < asked and _is_background(clause)):
            _take_out_but_places(words, vocabulary, start, end)
        elif _is_reason(clause) and not says_something(clause):
            words.take_out(start, end)


def ends_in_reason(text: str, place: int) -> bool:
    """Whether the rest of the clause at a place says only a reason: …清理进度滞后."""
    rest = _CLAUSE.match(text, place)
    return rest is not None and TAKEN not in rest[0] and _is_reason(rest[0])


def _is_reason(clause: str) -> bool:
    said = clause.rstrip()
    return _WORDS.search(said) is not None and not said.endswith("的") and "“" not in said


def _is_background(clause: str) -> bool:
    said = clause.strip()
    start = _STARTS.match(said)
    return (
        start is not None
        and _BACKGROUND.search(said, start.end() if len(start[0]) == 1 else 0) is not None
        and not said.endswith(("的", "票", "票据"))
        and "“" not in said
    )


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """Clauses by their signs, and 请… by itself."""
    for match in _CLAUSE.finditer(text):
        cut = re.search("(?<!^)(?:(?<![申邀提])请(?![示求])|现对|特对)", match[0])
        if cut and cut.start() > 3:
            yield match.start(), match.start() + cut.start()
            yield match.start() + cut.start(), match.end()
        else:
            yield match.start(), match.end()


def _take_out_but_places(words: Wording, vocabulary: Vocabulary, start: int, end: int) -> None:
    """Take out a clause; places and units in it count where the rest of the request names none."""
    clause = words.left[start:end]
    rest = find_words(words.left[end:], vocabulary)
    is_placed = any(each.term.member in (REGION, UNIT) and each.term.values for each in rest)
    kept = [
        (each.start, each.end)
        for each in find_words(clause, vocabulary)
        if each.term.member == OUTSIDE or (each.term.member in (REGION, UNIT) and not is_placed)
    ]
    place = 0
    for first, last in [*kept, (len(clause), len(clause))]:
        words.take_out(start + place, start + first)
        place = last
