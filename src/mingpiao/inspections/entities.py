"""What a request names of the catalogue, and what it leaves out: 除呼和浩特市外, 不含门诊票据."""

import re
from collections.abc import Sequence

import msgspec

from mingpiao.catalog.model import UnitType
from mingpiao.inspections.query import MarkReason, RegionLevel
from mingpiao.inspections.vocabulary import (
    ITEM_ENDS,
    ITEM_WORD,
    KIND_STEM,
    LEAVING_OUT,
    LEFT_OUT,
    NO_ITEMS,
    OUTSIDE,
    PAY_WAYS,
    REGION,
    UNIT_TYPE,
    Term,
    Vocabulary,
)
from mingpiao.inspections.wording import TAKEN, Wording
from mingpiao.kernel.codes import region_covers

_BETWEEN = re.compile(r"(?:、|，|,|和|及|与|以及|或者?|还有|\s)*")
_OUT_BEFORE = "(?:" + "|".join(sorted(LEAVING_OUT, key=len, reverse=True)) + ")"
_OUT_AFTER = "(?:" + "|".join(sorted(LEFT_OUT, key=len, reverse=True)) + ")"
_NOT_BEFORE = re.compile(rf"{_OUT_BEFORE}(?:[“的]|所有|全部|各|收取?|开具?)*$")
_NOT_AFTER = re.compile(
    r"”?(?:等)?(?:这?(?:几|两|三|一)?(?:个|家|项|类|种|项目))?(?:的|所|收取?)*(?:用票|开票)?(?:单位|地区|盟市|票据|机构|票种|项目|开具的票据|开的票|开具的|开的|开出的|票)?的?(?:就|都|也|可|可以|先|一律|暂时|均)?"
    rf"{_OUT_AFTER}[看查管算]?(?:的)?(?:其他|其它|其余|各|所有)?"
)
_EXCEPT = re.compile(r"除了?$|除去$|除开$|除掉$")
_ITEM_PART = re.compile(rf"[一-龥·]{{1,12}}?(?:{'|'.join(ITEM_ENDS)})")
_LEVELS: tuple[tuple[re.Pattern[str], RegionLevel], ...] = (
    (re.compile(r"(?:自治区|全?区|省)(?:本级|直属|直|级)(?:单位)?"), RegionLevel.PROVINCE),
    (re.compile(r"(?:各)?(?:盟市|地市|市|盟)(?:本级|直属|直|级)(?:单位)?"), RegionLevel.CITY),
    (re.compile(r"(?:各)?(?:旗县区|旗县市区|旗县|县区|县|区县)(?:级|本级)?(?:单位)?"), RegionLevel.COUNTY),
)
_OWN_LEVEL = re.compile(r"本级(?:单位)?")
_PROVINCE_ENDS, _CITY_ENDS = ("自治区", "省"), ("市", "盟", "州")


_EXCEPT_TAIL = re.compile(
    r"(?:的)?(?:单位|地区|盟市|票据|机构)?(?:以外|之外|外)(?:的)?(?:其他|其它|其余|各)?"
)


class _Found(msgspec.Struct, frozen=True):
    start: int
    end: int
    term: Term


def read_entities(words: Wording, vocabulary: Vocabulary) -> None:
    """Take out all words of the catalogue, listed ones together, into what is wanted or what is left out."""
    for group in _groups(words.left, find_words(words.left, vocabulary)):
        _put(words, group)
    _keep_nearer(words)
    _read_levels(words)
    _read_item_words(words, vocabulary)


_LEFT_OUT = "|".join(sorted({*LEFT_OUT} - {"以外", "之外", "外", "不用", "不必"}, key=len, reverse=True))
_EXCEPTIONS = re.compile(
    rf"(?P<what>[^，,。；;、{TAKEN}“”]{{1,20}}?)(?:的)?(?:{_LEFT_OUT})(?:的)?"
    rf"|{_OUT_BEFORE}(?P<named>[^，,。；;{TAKEN}“”]{{1,30}}?)(?:以外|之外|外)(?:的)?"
)


_SMALL_WORDS = re.compile("(?:也|都|就|还|再|请|先|的|但|另外|其中|还有)*")


def mark_exceptions(words: Wording, vocabulary: Vocabulary) -> None:
    """Mark exceptions that do not name anything of the catalogue, nor reversals: they cannot be expressed."""
    for match in list(_EXCEPTIONS.finditer(words.left)):
        what = match["what"] or match["named"]
        if "冲" in what or _SMALL_WORDS.fullmatch(what) or PAY_WAYS.search(what):
            continue
        if find_words(what, vocabulary) or _ITEM_PART.search(what):
            continue
        if not re.fullmatch(f"{TAKEN}*", words.left[match.start() : match.end()]):
            words.mark(match.start(), match.end(), MarkReason.UNKNOWN)


def find_words(text: str, vocabulary: Vocabulary) -> list[_Found]:
    """The words of the vocabulary in a text, at each place the longest one."""
    found = []
    place = 0
    while place < len(text):
        hit = _longest(text, place, vocabulary)
        if hit is None:
            place += 1
        else:
            found.append(hit)
            place = hit.end
    return found


def _longest(text: str, place: int, vocabulary: Vocabulary) -> _Found | None:
    if text[place] == TAKEN or (text[place].isdigit() and place and text[place - 1].isdigit()):
        return None
    for length in range(min(vocabulary.longest, len(text) - place), 1, -1):
        word = text[place : place + length]
        term = vocabulary.terms.get(word)
        if term and not (word.isdigit() and text[place + length : place + length + 1].isdigit()):
            return _Found(place, place + length, term)
    stem = KIND_STEM.match(text, place)
    if stem and f"{stem['stem']}票据" in vocabulary.terms:
        return _Found(place, stem.end(), vocabulary.terms[f"{stem['stem']}票据"])
    return None


def _groups(text: str, found: Sequence[_Found]) -> list[list[_Found]]:
    """Words that follow each other in a list, of one member each."""
    groups: list[list[_Found]] = []
    for each in found:
        last = groups[-1][-1] if groups else None
        between = text[last.end : each.start] if last else ""
        joins = last is not None and _BETWEEN.fullmatch(between) is not None
        if joins and last is not None and last.term.member == each.term.member:
            groups[-1].append(each)
            continue
        groups.append([each])
    return groups


def _after_comma(text: str, group: list[_Found]) -> int:
    """The place in a list of the first word after its last comma, or of one that lies within the first; 0 for none."""
    places = [
        place
        for place in range(1, len(group))
        if {"，", ","} & set(text[group[place - 1].end : group[place].start])
    ]
    return places[-1] if places else 0


#: 呼伦贝尔市（含满洲里市）: the whole is meant.
_INCLUDED = re.compile("(?:含|包括|包含|特别是|尤其是|重点是)$")


def _put(words: Wording, group: list[_Found]) -> None:
    start, end = group[0].start, group[-1].end
    member = group[0].term.member
    last = _after_comma(words.left, group)
    if last and (_NOT_AFTER.match(words.left, end) or _NOT_BEFORE.search(words.left[:start])):
        # 赤峰市，松山区除外: what is left out ends at the comma.
        _put(words, group[:last])
        _put(words, group[last:])
        return
    before = _NOT_BEFORE.search(words.left[:start])
    after = _NOT_AFTER.match(words.left, end)
    if member == OUTSIDE:
        for each in group:
            words.mark(each.start, each.end, MarkReason.OUTSIDE)
        return
    negated = before is not None or after is not None
    if before is not None:
        start = before.start()
        tail = _EXCEPT_TAIL.match(words.left, end)
        if _EXCEPT.search(before[0].rstrip("的所有全部“")) or tail:
            end = tail.end() if tail else end
    elif after is not None:
        end = after.end()
    values = [value for each in group for value in each.term.values]
    if member == UNIT_TYPE:
        values = [UnitType(each) for each in values]
    words.take_out(start, end)
    if member == REGION and not negated and _INCLUDED.search(words.left[:start].rstrip("（ ")):
        known = words.members.get(member, [])
        values = [each for each in values if not any(region_covers(other, each) for other in known)]
    if values:
        words.add(f"not_{member}" if negated else member, values)


def _keep_nearer(words: Wording) -> None:
    """呼和浩特市新城区 is one place: the nearer name counts."""
    regions = words.members.get("regions", [])
    nearer = [
        each for each in regions if not any(other != each and region_covers(each, other) for other in regions)
    ]
    if regions:
        words.members["regions"] = nearer


def _read_levels(words: Wording) -> None:
    for match in list(_OWN_LEVEL.finditer(words.left)):
        if match.start() and words.left[match.start() - 1] == TAKEN:
            words.take_out(match.start(), match.end())
            words.add("levels", [_level_of(words.whole[: match.start()])])
    for pattern, level in _LEVELS:
        for match in words.take(pattern):
            words.add("levels", [level])
            del match


def _level_of(before: str) -> RegionLevel:
    if before.endswith(_PROVINCE_ENDS):
        return RegionLevel.PROVINCE
    return RegionLevel.CITY if before.endswith(_CITY_ENDS) else RegionLevel.COUNTY


def _read_item_words(words: Wording, vocabulary: Vocabulary) -> None:
    """Parts of names of items, the longest that any name has."""
    for match in list(_ITEM_PART.finditer(words.left)):
        said = match[0]
        part = next(
            (
                said[place:]
                for place in range(len(said) - 1)
                if said[place:] in vocabulary.item_names and said[place] not in "收交缴的"
            ),
            "",
        )
        if part in NO_ITEMS:
            continue
        if not part:
            continue
        start = match.end() - len(part)
        before = _NOT_BEFORE.search(words.left[:start])
        after = _NOT_AFTER.match(words.left, match.end())
        words.take_out(before.start() if before else start, after.end() if after else match.end())
        words.add(f"not_{ITEM_WORD}" if before or after else ITEM_WORD, [part])
