"""Which files of one bill belong together: an agreement with what changes it later, and receipts of several payments.

A supplement says so in its title, and names what it changes: by number, title or day, with the parties of both. What
calls itself a supplement and names another agreement, or is older than the one beside it, changes nothing.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

import msgspec

from mingpiao.evidence.comparing.files import File
from mingpiao.evidence.comparing.topics import telling_phrases
from mingpiao.evidence.extraction.characters import fold
from mingpiao.evidence.extraction.dates import days_in, read_date
from mingpiao.evidence.extraction.names import same_name
from mingpiao.evidence.extraction.numerals import number_of
from mingpiao.evidence.model import EVIDENCE_KINDS, Party
from mingpiao.evidence.sameness import Sameness, compare_papers
from mingpiao.kernel.grammar import read_whole

#: Where a title stands, and how long it is at most.
_HEAD_ROWS, _LONGEST_TITLE = 6, 60
_SUPPLEMENT = re.compile(
    r"补充(?:协议|合同|约定|条款|通知|说明|函)|变更(?:协议|合同|通知|函|确认|单|书|说明)"
    r"|(?:合同|协议)(?:书)?的?(?:变更|补充|修订|修改|更正|调整)|更正(?:通知|函|说明|书|公告)"
    r"|(?:修订|修改|调整|展期|延期|续期|顺延|增补|追加)(?:协议|通知|函|合同)"
    r"|关于(?:追加|调整|更正|变更|补充|修订)|关于[^。]{2,30}(?:变更|更正|调整)的"
)
#: What may follow in a title, so that 合同变更管理系统 is none.
_TITLE_ENDS = re.compile(r"(?:通知|协议|合同|书|单|函|[(《〔第])|.{0,4}$")
_NOTICE = re.compile(r"关于.+(?:通知|函|批复|公告|决定|说明|意见)[^。]{0,8}$")
_ORDINAL = re.compile(
    r"(?:补充|变更|追加|增补)(?:协议|合同|通知)? ?[(第]?(?P<number>[一二三四五六七八九十]{1,2}|\d{1,2})(?![年月日\d])"
    r"|第(?P<time>[一二三四五六七八九十]{1,2}|\d{1,2})次(?:补充|变更|调整|追加)"
)
_DAY = r"[\d〇零一二三四五六七八九十]{2,4} ?[年./\-] ?[\d一二三四五六七八九十]{1,3} ?[月./\-] ?[\d一二三四五六七八九十]{1,3} ?日?"
#: The day on which what is changed was signed.
_SIGNED_BEFORE = re.compile(rf"(?P<day>{_DAY}) ?(?:双方|各方|共同|在[^。;,]{{1,12}})?(?:签订|签署|订立|签约)")
_QUOTED = re.compile(r"《(?P<title>[^》\n]{4,60})》")
_FORMER_AGREEMENT = re.compile(r"[原主](?:合同|协议|通知|文件)|(?:上述|前述|该)(?:合同|协议|通知)")
_NUMBERED = re.compile(
    r"(?:编 ?号|文 ?号|合同号|协议号)[\t :为是]{0,3}(?P<number>[A-Za-z0-9\u4e00-\u9fff〔〕\[\]()\-_/.]{5,40})"
)
_SHORTEST_NUMBER, _FEWEST_DIGITS = 5, 3
_RATHER, _SURELY = 0.5, 0.7
#: A list has hundreds of parties, and is asked about none but the first.
_MOST_PARTIES = 40
_SHORTEST_PROJECT = 4


class Lot(msgspec.Struct, frozen=True, dict=True):
    """An agreement or notice with what changes it, the earliest first.

    `ordered` tells whether it is known which of several changes is the later one. `copies` are other files of the
    agreement, `again` those of its changes; they say nothing more.
    """

    base: File
    changes: tuple[File, ...]
    ordered: bool
    copies: tuple[File, ...] = ()
    again: tuple[File, ...] = ()

    @cached_property
    def files(self) -> tuple[File, ...]:
        return (self.base, *self.changes, *self.copies, *self.again)

    @cached_property
    def digests(self) -> frozenset[str]:
        return frozenset(file.digest for file in self.files)

    def before(self, by: File) -> frozenset[str]:
        """The files (digests) that come before one of the changes."""
        place = next(number for number, file in enumerate(self.changes) if file.digest == by.digest)
        return frozenset(file.digest for file in (self.base, *self.copies, *self.changes[:place]))


class Bundle(msgspec.Struct, frozen=True, dict=True):
    """The files of a bill in their order. `foreign` are supplements (digests) of something that is not among them."""

    files: tuple[File, ...]
    lots: tuple[Lot, ...] = ()
    foreign: frozenset[str] = frozenset()

    def name(self, file: File) -> str:
        """How sentences call a file: by its place among the files of the bill, and what it is."""
        place = next(number for number, each in enumerate(self.files, 1) if each.digest == file.digest)
        what = supplement_title(file) or ("" if file.says.kind == "other" else EVIDENCE_KINDS[file.says.kind])
        return f"第 {place} 份材料" + (f"（{what}）" if what else "")

    @cached_property
    def payments(self) -> tuple[File, ...]:
        """The receipts of different payments; the same one in two files counts once."""
        stated = [file for file in self.files if file.says.kind == "transfer" and file.says.total is not None]
        return tuple(_different(stated))

    def lot_of(self, file: File) -> Lot | None:
        return next((lot for lot in self.lots if file.digest in lot.digests), None)


def bundle_of(files: Sequence[File]) -> Bundle:
    """The files of a bill, with what belongs together. Pure; one file is a bundle without lots."""
    supplements = [file for file in files if supplement_title(file)]
    bases = [file for file in files if file.says.kind != "transfer" and not supplement_title(file)]
    found: dict[str, list[File]] = {}
    foreign: set[str] = set()
    for file in supplements:
        changed = [base for base in bases if _belongs(file, base, alone=len(bases) == 1)]
        first = next((base for base in changed if _cites_number(file, base)), changed[0] if changed else None)
        if first is not None and _is_later(file, first):
            found.setdefault(first.digest, []).append(file)
        elif first is not None or any(_comparable(file, base) for base in bases):
            foreign.add(file.digest)
    lots = tuple(_lot(base, found[base.digest], bases) for base in bases if base.digest in found)
    return Bundle(files=tuple(files), lots=lots, foreign=frozenset(foreign))


def _comparable(file: File, base: File) -> bool:
    """Whether a file that changes something ought to name this one; notices often stand for themselves."""
    return "policy" not in (file.says.kind, base.says.kind)


# -- supplements -----------------------------------------------------------------------------------


def supplement_title(file: File) -> str:
    """What a file that changes an earlier one is called by its title, such as 补充协议; "" for any other file."""
    for row in file.rows[:_HEAD_ROWS]:
        title = row.replace(" ", "").replace("\t", "")
        if len(title) > _LONGEST_TITLE or re.search("[。,;:]", title):
            continue
        found = _SUPPLEMENT.search(title)
        if found and (_TITLE_ENDS.match(title, found.end()) or _NOTICE.search(title)):
            return "补充协议" if "补充" in found[0] else "变更材料"
    return ""


def _lot(base: File, supplements: Sequence[File], bases: Sequence[File]) -> Lot:
    """The changes of an agreement in their order: by day, or else by the number of their title."""
    changes = _different(supplements)
    kept = {file.digest for file in changes}
    ranks = {file.digest: _rank(file) for file in changes}
    days, numbers = [day for day, _ in ranks.values()], [number for _, number in ranks.values()]
    by_day = all(days) and len(set(days)) == len(days)
    by_number = all(numbers) and len(set(numbers)) == len(numbers)
    which = 0 if by_day else 1
    return Lot(
        base=base,
        changes=tuple(sorted(changes, key=lambda file: str(ranks[file.digest][which]).zfill(_WIDE))),
        ordered=len(changes) == 1 or by_day or by_number,
        copies=tuple(other for other in bases if other.digest != base.digest and _is_copy(other, base)),
        again=tuple(file for file in supplements if file.digest not in kept),
    )


def _is_copy(one: File, two: File) -> bool:
    """Whether two files are one agreement: one paper, or of the same number and sum."""
    numbers = [{found.value for found in file.says.document_numbers} for file in (one, two)]
    alike = bool(numbers[0] & numbers[1]) and one.says.total == two.says.total
    return alike or compare_papers(one.content, two.content) is Sameness.SAME


_WIDE = 12


def _rank(file: File) -> tuple[str, int]:
    head = fold("\n".join(file.rows[:_HEAD_ROWS])).replace(" ", "")
    ordinal = _ORDINAL.search(head)
    told = (ordinal["number"] or ordinal["time"]) if ordinal else ""
    number = (read_whole(told) or number_of(told) or 0) if told else 0
    return _signed(file), number


def _signed(file: File) -> str:
    """The day of signing, where it was surely told from others; "" otherwise."""
    found = file.says.signed_on
    return found.value if found and file.says.likely.get("signed_on", 1.0) >= _SURELY else ""


def _is_later(file: File, base: File) -> bool:
    own, before = _signed(file), _signed(base)
    return not (own and before) or own >= before


# -- what a supplement names -----------------------------------------------------------------------


def _belongs(file: File, base: File, *, alone: bool) -> bool:
    """Whether a supplement names this agreement; `alone` tells that no other may be meant by 原合同."""
    known = _parts(base)[:_MOST_PARTIES]
    common = sum(_names(file, party) for party in known)
    if _cites_number(file, base):
        return common > 0 or not known
    if not common or common < min(2, len(known)):
        return False
    if base.says.document_numbers and any(_numbers_cited(file)):
        return False
    before = _signed(base)
    days = {day for day in _days_of_signing(file) if day != _signed(file)}
    if before and days:
        return before in days
    return (
        _cites_title(file, base)
        or (before != _signed(file) and before in {day.isoformat() for day in days_in(file.text)})
        or (alone and _FORMER_AGREEMENT.search(fold(file.text)) is not None)
    )


def _has_a_part(party: Party) -> bool:
    return bool(party.role) or max(party.pays, party.receives) >= _RATHER


def _names(file: File, party: Party) -> bool:
    name = party.name.value
    return file.mentions(name) or any(
        same_name(name, each.name.value, read_by_ocr=file.read_by_ocr) for each in file.says.parties
    )


def _cites_number(file: File, base: File) -> bool:
    text = fold(file.text)
    return any(_as_written(found.value).search(text) for found in base.says.document_numbers)


def _as_written(number: str) -> re.Pattern[str]:
    """What finds a number in any writing, and not within a longer one; nothing for one that is too short."""
    letters = re.findall(r"[0-9A-Za-z\u4e00-\u9fff]", fold(number))
    if len(letters) < _SHORTEST_NUMBER or sum(letter.isdigit() for letter in letters) < _FEWEST_DIGITS:
        return re.compile(r"(?!)")
    body = r"[^0-9A-Za-z\u4e00-\u9fff\n]{0,3}".join(map(re.escape, letters))
    return re.compile(rf"(?<![0-9A-Za-z]){body}(?![0-9A-Za-z])", re.IGNORECASE)


def _numbers_cited(file: File) -> Iterator[str]:
    """Numbers of other documents that a supplement names; its own stands at its head."""
    own = "".join(found.value for found in file.says.document_numbers)
    for place, row in enumerate(file.rows):
        if place < _HEAD_ROWS and "原" not in row and "《" not in row:
            continue
        for found in _NUMBERED.finditer(row):
            number = found["number"].strip("()")
            if sum(letter.isdigit() for letter in number) >= _FEWEST_DIGITS and number not in own:
                yield number


def _days_of_signing(file: File) -> Iterator[str]:
    for found in _SIGNED_BEFORE.finditer(fold(file.text)):
        if day := read_date(found["day"]):
            yield day.isoformat()


def _cites_title(file: File, base: File) -> bool:
    head = "".join(base.rows[:_HEAD_ROWS]).replace(" ", "")
    return any(
        found["title"].replace(" ", "") in head
        for found in _QUOTED.finditer(fold(file.text.replace(" ", "")))
    )


# -- other files -----------------------------------------------------------------------------------


def are_strangers(one: File, two: File) -> bool:
    """Whether both name parties of their own, nobody is named by both, and neither names the other's project or number."""
    ours, theirs = _parts(one), _parts(two)
    if not ours or not theirs or max(len(ours), len(theirs)) > _MOST_PARTIES:
        return False
    if any(_names(two, party) for party in ours) or any(_names(one, party) for party in theirs):
        return False
    return not (_speaks_of(one, two) or _speaks_of(two, one))


def _parts(file: File) -> list[Party]:
    return [party for party in file.says.parties if _has_a_part(party)]


def _speaks_of(file: File, other: File) -> bool:
    """Whether a file names the project or the number of another one."""
    project = telling_phrases([other.says.purpose.value], _SHORTEST_PROJECT) if other.says.purpose else []
    return any(phrase in file.packed for phrase in project) or _cites_number(file, other)


def _different(files: Sequence[File]) -> list[File]:
    """Files of different papers, the first of each. Two of the same sum and day are one, and so is what has no day."""
    found: list[File] = []
    for file in files:
        if all(_differ(file, other) for other in found):
            found.append(file)
    return found


def _differ(one: File, two: File) -> bool:
    days = _signed(one), _signed(two)
    if not all(days) or (one.says.total, days[0]) == (two.says.total, days[1]):
        return False
    return compare_papers(one.content, two.content) is Sameness.DIFFERENT
