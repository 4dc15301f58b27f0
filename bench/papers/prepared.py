"""Papers as training sees them: read once, with all their candidates, their truth and their bills."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec

import mingpiao.reading
from bench.evidence.generator import Order as MadeOrder
from bench.evidence.generator import make_sample
from bench.evidence.matching import fold
from bench.evidence.truth import Truth
from bench.papers.figures import Order
from bench.papers.measure import draw, facts_of, form_truth
from bench.papers.values import Paper
from mingpiao.evidence.extraction import first_pages
from mingpiao.evidence.extraction.flow import Flow
from mingpiao.evidence.model import BillFacts, Usage
from mingpiao.evidence.weighing.choosing import Survey, survey
from mingpiao.evidence.weighing.money_kinds import kinds_of
from mingpiao.reading.lines import read_lines
from mingpiao.reading.model import PageLines

_ROOT = Path(__file__).parents[2]
_CACHE = _ROOT / "build/papers"


class Held(NamedTuple):
    """A bill that is held against a paper; `wrong` is the fact in which it does not fit. `own` ones are the author's."""

    bill: BillFacts
    usage: Usage | None
    wrong: str
    own: bool


class Prepared(NamedTuple):
    """A paper with all its candidates. `family` is left out as a whole when weights are tried."""

    name: str
    family: str
    form: str
    pages: tuple[PageLines, ...]
    seen: Survey
    truth: Truth
    held: tuple[Held, ...]

    @property
    def of_other_hands(self) -> bool:
        return self.family.startswith("paper:")


def prepare(papers: Sequence["MadeOrder | Order"], last_scanned: int, jobs: int) -> list[Prepared]:
    """Read all these papers; scans only of seeds up to `last_scanned`, since they take seconds each."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        found = pool.map(_prepared, papers, [last_scanned] * len(papers), chunksize=4)
        return [each for each in found if each is not None]


def _prepared(order: "MadeOrder | Order", last_scanned: int) -> Prepared | None:
    rng = Random(str(order))  # noqa: S311 - the same for an order
    if isinstance(order, Order):
        paper = _drawn(order)
        if paper.form == "scan" and order.seed > last_scanned:
            return None
        name, family, form = f"{order.hand}-{order.layout}", f"paper:{paper.family}", paper.form
        truth, data, media_type = form_truth(paper.truth), paper.data, paper.media_type
        held = [
            Held(
                facts_of(bill), Usage(amount=bill.used, bills=1) if bill.used else None, bill.wrong, own=True
            )
            for bill in paper.bills
        ]
    else:
        sample = make_sample(order)
        name, family, form = sample.name, f"made:{sample.layout}", sample.form
        truth, data, media_type = sample.truth, sample.data, sample.media_type
        held = [Held(sample.bill, sample.usage, sample.contradiction, own=True)]
    pages = first_pages(_lines(data, media_type))
    seen = survey(Flow(pages), pages)
    held += list(_varied(held, truth, seen, rng))
    return Prepared(name, family, form, pages, seen, truth, tuple(held))


def _drawn(order: Order) -> Paper:
    """A paper of a hand, kept until its hand's code changes or what draws it."""
    here = Path(__file__).parent
    code = _code(
        here / "open" / order.hand, here / "tools.py", here / "values.py", here / "package-lock.json"
    )
    kept = _kept("paper", code, repr(order).encode())
    if kept.exists():
        return msgspec.msgpack.decode(kept.read_bytes(), type=Paper)
    paper = draw(order)
    _keep(kept, msgspec.msgpack.encode(paper))
    return paper


def _lines(data: bytes, media_type: str) -> tuple[PageLines, ...]:
    """The lines of a file, kept until the reading changes, since recognising a scan takes seconds."""
    kept = _kept("lines", _code(Path(mingpiao.reading.__path__[0])), media_type.encode(), data)
    if kept.exists():
        return msgspec.msgpack.decode(kept.read_bytes(), type=tuple[PageLines, ...])
    pages = read_lines(data, media_type)
    _keep(kept, msgspec.msgpack.encode(pages))
    return pages


@cache
def _code(*sources: Path) -> str:
    """What these files and folders of code say, with the versions of all packages (uv.lock), as a hash."""
    found = hashlib.sha256((_ROOT / "uv.lock").read_bytes())
    for source in sources:
        for file in sorted(source.rglob("*.py")) if source.is_dir() else [source]:
            found.update(file.read_bytes())
    return found.hexdigest()


def _kept(sort: str, *parts: bytes | str) -> Path:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part.encode() if isinstance(part, str) else part)
    return _CACHE / f"{sort}-{whole.hexdigest()}.msgpack"


def _keep(kept: Path, data: bytes) -> None:
    """Whole or not at all, however many write it at once."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    fresh = kept.with_name(f"{kept.name}.{os.getpid()}.new")
    fresh.write_bytes(data)
    fresh.replace(kept)


# -- more bills ------------------------------------------------------------------------------------

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗"


def _varied(held: Sequence[Held], truth: Truth, seen: Survey, rng: Random) -> Iterator[Held]:
    """Honest bills of the paper with one fact changed, as slips and tricks change it."""
    honest = next((each for each in held if not each.wrong), None)
    if honest is None:
        return
    for wrong, bill in _changed(honest.bill, truth, seen, rng):
        yield Held(bill, honest.usage, wrong, own=False)


def _changed(bill: BillFacts, truth: Truth, seen: Survey, rng: Random) -> Iterator[tuple[str, BillFacts]]:
    change = msgspec.structs.replace
    parties = {fold(name) for _, name in truth.parties}
    others = [each.name for each in seen.names if fold(each.name) not in parties]
    if truth.parties and others:
        yield "payer", change(bill, payer_name=rng.choice(others), payer_code="")
        yield "payee", change(bill, unit_name=rng.choice(others), unit_code="")
    if any(role == "payer" for role, _ in truth.parties):
        yield "payer", change(bill, payer_name=_another_name(bill.payer_name, rng), payer_code="")
        yield "payer", change(bill, payer_name=_near_name(bill.payer_name, rng), payer_code="")
    if any(role == "payee" for role, _ in truth.parties):
        yield "payee", change(bill, unit_name=_near_name(bill.unit_name, rng), unit_code="")
    for items in _other_items(bill, truth, rng):
        yield "purpose", change(bill, item_names=items, remark="")
    right = {truth.total, *truth.instalments, bill.total}
    wrong = [
        each.spotted.value
        for each in seen.amounts
        if each.spotted.value not in right and each.spotted.value not in truth.tolerated_amounts
    ]
    if truth.total is not None:
        if wrong:
            yield "amount", change(bill, total=rng.choice(wrong))
        yield "amount", change(bill, total=_slip(bill.total, rng))
        yield (
            "amount",
            change(
                bill,
                total=(bill.total * rng.choice((Decimal("0.9"), Decimal("1.1"), 10))).quantize(
                    Decimal("0.01")
                ),
            ),
        )


#: What bills of other matters say.
_ITEMS = [
    "捐赠收入",
    "学费",
    "房屋租金",
    "罚款",
    "会费",
    "停车费",
    "伙食费",
    "投标保证金",
    "体检费",
    "水电费",
    "报名费",
    "技术服务费",
    "财政补助收入",
    "征地补偿款",
    "培训费",
    "污水处理费",
    "公益性捐赠",
    "场地租金",
    "考试费",
    "住宿费",
    "科研经费",
    "检测费",
    "门票",
    "违约金",
    "物业费",
    "图书款",
    "赞助款",
    "履约保证金",
    "保教费",
    "设备购置补助",
]


def _other_items(bill: BillFacts, truth: Truth, rng: Random) -> Iterator[tuple[str, ...]]:
    """Items of another kind of money than the paper and its honest bill are about."""
    if not truth.purpose:
        return
    known = kinds_of([*bill.item_names, bill.remark, truth.purpose])
    if truth.kind == "donation":
        known.add("donation")
    able = [item for item in _ITEMS if not kinds_of([item]) & known]
    if known and able:
        for item in rng.sample(able, min(3, len(able))):
            yield (item,)


def _another_name(name: str, rng: Random) -> str:
    if len(name) < 5:
        return rng.choice(_SURNAMES) + rng.choice("伟芳娜敏静丽强磊军洋勇艳杰娟涛明")
    return (
        rng.choice(("济南", "昆明", "合肥", "南宁", "兰州"))
        + rng.choice(("恒信", "瑞丰", "天诚", "远大"))
        + "科技有限公司"
    )


def _near_name(name: str, rng: Random) -> str:
    """A name that differs in one character which nobody would misread."""
    place = rng.randrange(min(len(name), 8))
    return (
        name[:place]
        + rng.choice([each for each in "东西一二新华德安" if each != name[place]])
        + name[place + 1 :]
    )


def _slip(total: Decimal, rng: Random) -> Decimal:
    digits = list(f"{total:.2f}")
    places = [place for place in range(len(digits) - 4) if digits[place] != digits[place + 1]]
    if places:
        place = rng.choice(places)
        digits[place], digits[place + 1] = digits[place + 1], digits[place]
    value = Decimal("".join(digits))
    return value if value > 0 and value != total else total + 1000
