"""What supplements change of an agreement: its sum, and its parties. Pure."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from mingpiao.evidence.comparing.belonging import Lot
from mingpiao.evidence.comparing.files import File
from mingpiao.evidence.comparing.money import stated_for
from mingpiao.evidence.extraction.characters import fold
from mingpiao.evidence.extraction.labels import PAYER
from mingpiao.evidence.extraction.names import plain_name, same_name
from mingpiao.evidence.model import Amount, BillFacts, Party
from mingpiao.reading.model import Found

_NOTHING = Decimal(0)
_RATHER, _SURELY = 0.5, 0.8
_REACH, _HEAD = 60, 80
#: A supplement says what it changes in so many characters, amounts and parties; a list behind it may be long.
_MOST_TEXT, _MOST_AMOUNTS, _MOST_PARTIES = 20_000, 60, 40
_CHANGED = (
    r"变更|调整|修改|更正|修正|修订|更改|改|增加|增|追加|减少|核减|减|提高|降低|上调|下调|调增|调减|核定|确定"
)
_OF_SUM = r"(?:合同|协议|项目|总)?(?:总价款?|总额|总金额|价款|总费用|总经费|合计|总计|共计)"
#: What stands before a new sum, before what is added to the former one, and before what is taken off.
_NEW = re.compile(
    rf"(?:{_CHANGED})后?(?:为|至|到|成)[^。;,\d]{{0,10}}$|(?:变更|调整|修改|更正|修正|修订|更改)后的?[^。;\d]{{0,20}}$"
    rf"|(?:增加|追加|减少|核减|提高|降低)[^。;]{{0,24}}元,?(?:变更|调整)?(?:为|至|到)[^。;,\d]{{0,10}}$"
    rf"|(?<!原)[现新][^。;,\d]{{0,8}}{_OF_SUM}[^。;,\d]{{0,8}}$"
)
_ADDED = re.compile(
    r"(?:增加|追加|增补|增拨|增付|加付|另加|另增|再增|调增|补充支付|增项)[^。;,\d为至到]{0,14}$"
)
_TAKEN_OFF = re.compile(r"(?:减少|核减|扣减|调减|减免|减)[^。;,\d为至到]{0,14}$")
_WHOLE = re.compile(rf"(?<!原)(?<!原合同)(?<!原协议){_OF_SUM}[^。;,\d]{{0,10}}$")
_NO_PRICE = re.compile(
    r"违约金|滞纳金|保证金|押金|赔偿|罚款|余款|尾款|剩余|其余|尚[需未应]|已付|已支付|每[年月季期次半]|定金|预付|首[付期]"
)
_TITLED_ADDED = re.compile(r"追加|增拨|增补|新增")


class SumStep(NamedTuple):
    """What a file makes of the sum: `value` is the new sum, or what is `added` to it, negative where it is less."""

    file: File
    value: Decimal
    added: bool
    clear: bool
    found: Found | None


class Sum(NamedTuple):
    """The sum of an agreement with its supplements, in 元.

    `by` is the file that decides it, `former` are the sums that are superseded, `added` those that were added.
    `clear` tells that every change was made out surely.
    """

    value: Decimal
    by: File
    steps: tuple[SumStep, ...]
    former: frozenset[Decimal]
    added: frozenset[Decimal]
    clear: bool

    @property
    def places(self) -> tuple[tuple[File, Found], ...]:
        """Where what decides the sum stands: in the file that decides it, and where it adds to others in these too."""
        told = self.steps if self.added else self.steps[-1:]
        return tuple((step.file, step.found) for step in told if step.found is not None)


def sum_of(lot: Lot, bill: BillFacts) -> Sum | None:
    """The sum that an agreement and its supplements state together; None where no supplement changes it."""
    base = stated_for(bill.unit_name, lot.base.says, read_by_ocr=lot.base.read_by_ocr)
    changes = [step for file in lot.changes if (step := _change(file, bill)) is not None]
    if not changes:
        return None
    if base is None:
        # What is added to an unknown sum tells no sum.
        if changes[0].added:
            return None
        steps = tuple(changes)
    else:
        steps = (SumStep(lot.base, base, False, True, _place_of(lot.base, base)), *changes)
    same = len({step.value for step in steps}) == 1 and not any(step.added for step in steps)
    if len(steps) == 1 or same:
        return None
    return _summed(steps)


def _summed(steps: Sequence[SumStep]) -> Sum:
    value, by = _NOTHING, steps[0].file
    former, added = set[Decimal](), set[Decimal]()
    for step in steps:
        if step.added:
            value += step.value
            added |= {step.value} if step.value > 0 else set()
            former |= set() if step.value > 0 else {value - step.value}
        else:
            former |= {value} if value and value != step.value else set()
            value, added = step.value, set()
        by = step.file
    return Sum(
        value,
        by,
        tuple(steps),
        frozenset(former - {value}),
        frozenset(added),
        all(step.clear for step in steps),
    )


def _place_of(file: File, value: Decimal) -> Found | None:
    return next((one.found for one in file.says.amounts if one.value == value), None)


def _change(file: File, bill: BillFacts) -> SumStep | None:
    """What a supplement does to the sum; None where it states none."""
    every = sorted(file.says.amounts, key=lambda one: (not one.role, -one.likely))[:_MOST_AMOUNTS]
    price = [one for one in every if _is_price(one)]
    if new := _behind(_NEW, every, file):
        return SumStep(file, new[0].value, False, True, new[0].found)
    if more := _behind(_ADDED, price, file):
        return SumStep(file, more[0].value, True, True, more[0].found)
    if less := _behind(_TAKEN_OFF, price, file):
        return SumStep(file, -less[0].value, True, True, less[0].found)
    stated = stated_for(bill.unit_name, file.says, read_by_ocr=file.read_by_ocr)
    if stated is None:
        return None
    titled = fold("".join(file.rows))[:_HEAD]
    if _TITLED_ADDED.search(titled):
        return SumStep(file, stated, True, True, _place_of(file, stated))
    ours = [one for one in price if one.value == stated]
    clear = bool(_behind(_WHOLE, ours, file)) or file.says.kind == "policy"
    return SumStep(file, stated, False, clear, _place_of(file, stated))


def _is_price(one: Amount) -> bool:
    return one.value > 0 and (one.role == "total" or max(one.likely, one.stage, one.share) >= _RATHER)


def _behind(words: re.Pattern[str], amounts: Sequence[Amount], file: File) -> list[Amount]:
    """The amounts before which such words stand somewhere in the file, the likeliest first."""
    text = fold(file.packed[:_MOST_TEXT])
    told = [one for one in amounts if any(_stands(words, before) for before in _befores(one, text))]
    return sorted(told, key=lambda one: (-one.likely, one.words))


def _stands(words: re.Pattern[str], before: str) -> bool:
    found = words.search(before)
    return found is not None and not _NO_PRICE.search(found[0])


def _befores(one: Amount, text: str) -> list[str]:
    """What stands before each place of an amount, within its sentence."""
    wanted = re.sub(r"\s", "", fold(one.found.text))
    if not wanted:
        return []
    found = re.finditer(rf"(?<![\d.,]){re.escape(wanted)}", text)
    return [
        re.sub(r"(?:人民币|¥|RMB|大写|小写|[(:])+$", "", text[max(0, match.start() - _REACH) : match.start()])
        for match in found
    ]


# -- parties ---------------------------------------------------------------------------------------


class NewParty(NamedTuple):
    """A party that took the place of the `former` one in an agreement; `before` are the digests of earlier files."""

    name: Found
    code: str
    former: str
    by: File
    before: frozenset[str]

    def supersedes(self, file: File) -> bool:
        return file.digest in self.before


_HANDED_ON = r"(?:变更|更名|更改|改名|调整)为[^\u4e00-\u9fffA-Za-z]{0,3}$|(?:转让|移交|划转|转移)(?:给|至)[^\u4e00-\u9fffA-Za-z]{0,3}$"
_TAKEN_ON = re.compile(r"^[^\u4e00-\u9fffA-Za-z]{0,3}(?:全部|概括|依法)?(?:承继|承接|继受|承担原)")
_HANDED = re.compile(_HANDED_ON)


def new_party(lot: Lot, role: str) -> NewParty | None:
    """Who has a role after the latest supplement that changes it; None where none does."""
    if not lot.ordered:
        return None
    former = next((party for party in lot.base.says.parties if _plays(party, role)), None)
    for place in range(len(lot.changes) - 1, -1, -1):
        file = lot.changes[place]
        for party in file.says.parties[:_MOST_PARTIES] if former else ():
            if former and _takes_over(party, former, role, file):
                before = lot.before(file)
                code = party.code.value if party.code else ""
                return NewParty(party.name, code, former.name.value, file, before)
    return None


def _plays(party: Party, role: str) -> bool:
    return party.role == role or (party.pays if role == PAYER else party.receives) >= _RATHER


def _takes_over(party: Party, former: Party, role: str, file: File) -> bool:
    """Whether the text says that this party takes the former's place."""
    if same_name(party.name.value, former.name.value, read_by_ocr=file.read_by_ocr):
        return False
    other = "payee" if role == PAYER else PAYER
    text, name = fold(file.packed[:_MOST_TEXT]), re.escape(re.sub(r"\s", "", fold(party.name.value)))
    for match in re.finditer(name, text):
        before, after = (
            text[max(0, match.start() - _REACH) : match.start()],
            text[match.end() : match.end() + 12],
        )
        if not (_HANDED.search(before) or _TAKEN_ON.search(after)):
            continue
        told = plain_name(former.name.value) in plain_name(re.split("[。;]", before)[-1])
        if _plays(party, role) or (told and not _plays(party, other)):
            return True
    return False
