"""How bills of a unit come to be paid: one deal after another, each with the lines that a bank would show."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from msgspec.structs import replace

from bench.statements import names, wording
from bench.statements.model import Bill, Deal, Line, Payment, Reading
from bench.statements.units import Unit
from mingpiao.kernel.workdays import is_workday

_FIRST_ID = 106_000_000_000_000_001
_PLATFORMS = (
    "", "", "财付通支付科技有限公司", "支付宝（中国）网络技术有限公司", "待清算商户消费款项", "银联商务股份有限公司", "网联清算有限公司",
)  # fmt: skip
_CLASSES = ("高一(3)班", "初二5班", "三年级2班", "2023级", "大一班", "中二班", "")


def next_workday(day: date) -> date:
    """The first working day after `day`."""
    day += timedelta(days=1)
    while not is_workday(day):
        day += timedelta(days=1)
    return day


class Desk:
    """One unit's month at the counter: chance, days, and the numbers that were given out."""

    def __init__(self, rng: Random, unit: Unit, days: list[date], given: Counter[str]) -> None:
        self.rng = rng
        self.unit = unit
        self.days = days
        self._given = given

    def count(self, name: str) -> int:
        """The next number of a sequence."""
        self._given[name] += 1
        return self._given[name]

    def bill(self, issued_on: date | None = None, **known: object) -> Bill:
        """A bill of the unit, with what is neither given nor `known` made up."""
        rng, unit = self.rng, self.unit
        day = issued_on or unit.days(rng, self.days)
        made = Bill(
            bill_id=_FIRST_ID + self.count("bill"),
            amount=unit.amount(rng),
            issued_on=day,
            payer_name=self.payer(),
            business_no="" if "business_no" in known else unit.number(day, self.count(unit.name)),
            payment_code=f"3301{day:%y}{self.count('code') * 7919 + 10**12:014}" if unit.coded else "",
        )
        return replace(made, **known)

    def payer(self) -> str:
        """Somebody who pays this unit."""
        return names.company(self.rng) if self.rng.random() < self.unit.companies else names.person(self.rng)

    def purpose(self) -> str:
        """What the payer calls it."""
        return self.rng.choice(self.unit.purposes)

    def arrival(self, day: date) -> date:
        """When the money of a bill arrives: before it, on its day, one working day later, or when it suits the payer."""
        how = self.rng.random()
        if how < 0.5:
            return day
        if how < 0.75:
            return next_workday(day)
        if how < 0.82:
            return day - timedelta(days=self.rng.randrange(1, 4))
        return day + timedelta(days=self.rng.randrange(1, 9))


def _shown(desk: Desk, bill: Bill) -> str:
    """The payer's column of a line whose number already tells the bill: whatever."""
    how = desk.rng.random()
    if how < 0.4:
        return bill.payer_name
    if how < 0.6:
        return names.masked(desk.rng, bill.payer_name)[0]
    if how < 0.72:
        return names.person(desk.rng)
    return desk.rng.choice(_PLATFORMS)


def _line(desk: Desk, bill: Bill, received_on: date | None = None, **known: object) -> Line:
    day = received_on or desk.arrival(bill.issued_on)
    line = Line(amount=bill.amount, received_on=day, memo=wording.idle(desk.rng, desk.purpose(), day))
    return replace(line, **known)


def _by_number(desk: Desk, bill: Bill, way: str, received_on: date | None = None, **known: object) -> Line:
    """A line that shows the whole number, or code, of a bill."""
    line = _line(desk, bill, received_on, payer_name=_shown(desk, bill), **known)
    if way == "field":
        return replace(line, business_no=bill.business_no)
    if way == "code":
        return replace(line, payment_code=bill.payment_code)
    code = bill.payment_code
    if way == "memo_code" and code:
        text = desk.rng.choice(("缴款码{}", "缴款码：{}", "{}", "JKM{}", "缴款识别码 {}")).format(
            wording.written(desk.rng, code)
        )
    else:
        text = wording.written(desk.rng, bill.business_no)
    return replace(line, memo=wording.memo(desk.rng, desk.purpose(), text, line.received_on))


def _by_name(desk: Desk, bill: Bill, way: str) -> tuple[Line, str]:
    """A line that shows the payer, whole or in part, and the expression for what it shows."""
    rng, name, whole = desk.rng, bill.payer_name, re.escape(bill.payer_name)
    if way == "restyled":
        return _line(desk, bill, payer_name=names.restyled(rng, name)), whole
    if way == "memo_name":
        agent = names.company(rng) if rng.random() < 0.15 else names.person(rng)
        line = _line(desk, bill, payer_name=agent)
        text = rng.choice(
            (
                f"{name}",
                f"{rng.choice(_CLASSES)}{name}",
                f"代{name}缴",
                f"{name} ",
                f"学生：{name}",
                f"代 {name}",
            )
        )
        return replace(line, memo=wording.memo(rng, desk.purpose(), text, line.received_on)), whole
    if way in ("masked", "company_cut"):
        shown, pattern = (names.cut if names.is_company(name) else names.masked)(rng, name)
        return _line(desk, bill, payer_name=shown), pattern
    return _line(desk, bill, payer_name=name), whole


def _cut_number(desk: Desk, bill: Bill) -> Payment:
    """A number of which the memo shows one end, with or without a masked payer."""
    number, rng = bill.business_no, desk.rng
    if rng.random() < 0.5:
        kept = rng.randrange(4, 7)
        text, pattern = (
            rng.choice(("尾号{}", "…{}", "后几位{}", "{}")).format(number[-kept:]),
            ".*" + re.escape(number[-kept:]),
        )
    else:
        kept = len(number) - rng.randrange(1, 3)
        text, pattern = number[:kept], re.escape(number[:kept]) + ".*"
    line, name = (
        _by_name(desk, bill, "masked")
        if rng.random() < 0.6
        else (_line(desk, bill, payer_name=rng.choice(_PLATFORMS)), "")
    )
    line = replace(line, memo=f"{wording.idle(rng, desk.purpose(), line.received_on)}{text}")
    return Payment(
        line=line,
        kind="cut_number",
        reading=Reading.WEAK,
        pays=((bill.bill_id, bill.amount),),
        name=name,
        number=pattern,
    )


def _typo(desk: Desk, bill: Bill) -> Payment:
    """A number with a mistake in it, and the payer beside it."""
    line, name = _by_name(desk, bill, desk.rng.choice(("name", "name", "masked")))
    wrong = wording.mistyped(desk.rng, bill.business_no)
    line = replace(line, memo=wording.memo(desk.rng, desk.purpose(), wrong, line.received_on))
    return Payment(
        line=line,
        kind="typo",
        reading=Reading.WEAK,
        pays=((bill.bill_id, bill.amount),),
        name=name,
        mistaken=wrong,
    )


def _bare(desk: Desk, bill: Bill) -> Line:
    """Amount and day, and nothing else."""
    day = bill.issued_on if desk.rng.random() < 0.6 else next_workday(bill.issued_on)
    return _line(desk, bill, received_on=day, payer_name=desk.rng.choice(_PLATFORMS))


def pay(desk: Desk, bill: Bill) -> Payment:
    """One line for one bill, in one of the ways of the unit."""
    way = _pick(desk.rng, desk.unit.ways)
    pays = ((bill.bill_id, bill.amount),)
    if way == "cut_number":
        return _cut_number(desk, bill)
    if way == "typo":
        return _typo(desk, bill)
    if way == "bare":
        return Payment(line=_bare(desk, bill), kind=way, reading=Reading.WEAK, pays=pays)
    if way in ("field", "code", "memo_number", "memo_code"):
        return Payment(line=_by_number(desk, bill, way), kind=way, reading=Reading.CLEAR, pays=pays)
    line, name = _by_name(desk, bill, way)
    return Payment(line=line, kind=way, reading=Reading.WEAK, pays=pays, name=name)


def _pick(rng: Random, weights: dict[str, float]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def single(desk: Desk) -> Deal:
    """A bill and its payment."""
    bill = desk.bill()
    return Deal(bills=(bill,), payments=(pay(desk, bill),))


def unpaid(desk: Desk) -> Deal:
    """A bill that nobody paid yet."""
    return Deal(bills=(desk.bill(),))


def _red(desk: Desk, blue: Bill, day: date) -> Bill:
    number = f"TF{desk.count('red'):08}" if desk.rng.random() < 0.5 else ""
    return desk.bill(
        amount=-blue.amount,
        issued_on=day,
        payer_name=blue.payer_name,
        business_no=number,
        payment_code="",
        reverses=blue.bill_id,
    )


def void(desk: Desk) -> Deal:
    """A bill issued by mistake, and its red bill; no money moved."""
    blue = desk.bill()
    return Deal(bills=(blue, _red(desk, blue, blue.issued_on)))


def refund(desk: Desk) -> Deal:
    """A bill that was paid, its red bill, and the money going back."""
    rng, blue = desk.rng, desk.bill()
    paid = pay(desk, blue)
    back = max(blue.issued_on, paid.line.received_on) + timedelta(days=rng.randrange(0, 6))
    red = _red(desk, blue, back)
    day = back if rng.random() < 0.6 else next_workday(back)
    pays = ((red.bill_id, red.amount),)
    how = rng.random()
    if how < 0.2:
        line = _line(
            desk,
            red,
            received_on=day,
            payer_name=blue.payer_name,
            memo=rng.choice(("退费", "退款", "退" + desk.purpose(), "原路退回")),
        )
        payment = Payment(
            line=line, kind="refund", reading=Reading.WEAK, pays=pays, name=re.escape(blue.payer_name)
        )
        return Deal(bills=(blue, red), payments=(paid, payment))
    cited = red if how < 0.35 and red.business_no else blue
    line = _line(desk, red, received_on=day, payer_name=_shown(desk, blue))
    if how > 0.8:
        line = replace(line, business_no=cited.business_no, memo="退款")
    else:
        line = replace(
            line,
            memo=rng.choice(("退费{}", "退款 {}", "{}退费", "退票据{}")).format(
                wording.written(rng, cited.business_no)
            ),
        )
    return Deal(
        bills=(blue, red),
        payments=(paid, Payment(line=line, kind="refund", reading=Reading.CLEAR, pays=pays)),
    )


def twice(desk: Desk) -> Deal:
    """A bill paid two times; a third of the second payments goes back, without a red bill."""
    rng, bill = desk.rng, desk.bill()
    first = pay(desk, bill)
    again = replace(first.line, received_on=first.line.received_on + timedelta(days=rng.randrange(1, 6)))
    reading = Reading.NONE if first.reading is Reading.CLEAR else Reading.UNCLEAR
    second = replace(first, line=again, kind="twice", reading=reading, pays=())
    payments = [first, second]
    if rng.random() < 0.35 and reading is Reading.NONE:
        day = again.received_on + timedelta(days=rng.randrange(1, 5))
        memo = rng.choice(("重复缴费退回 {}", "多缴退款{}", "退重复款 {}")).format(bill.business_no)
        line = replace(again, amount=-bill.amount, received_on=day, memo=memo)
        payments.append(Payment(line=line, kind="return", reading=Reading.NONE))
    return Deal(bills=(bill,), payments=tuple(payments))


def _wrong_amount(rng: Random, amount: int) -> int:
    """Another amount: two digits changed over, small change forgotten, a nought too many, or some yuan off."""
    digits = str(amount)
    swapped = int(digits[0] + digits[2] + digits[1] + digits[3:])
    return rng.choice(
        [
            found
            for found in (swapped, amount // 100 * 100, amount * 10, amount + 100, amount - 10, amount + 1000)
            if found not in (amount, 0)
        ]
    )


def wrong(desk: Desk) -> Deal:
    """Too much or too little; with a number it pays what there is to pay, with a name one has to ask."""
    bill = desk.bill()
    line = _line(desk, bill, payer_name=bill.payer_name, amount=_wrong_amount(desk.rng, bill.amount))
    if desk.rng.random() < 0.3:
        return Deal(
            bills=(bill,),
            payments=(
                Payment(
                    line=line, kind="wrong_named", reading=Reading.UNCLEAR, name=re.escape(bill.payer_name)
                ),
            ),
        )
    if desk.rng.random() < 0.5:
        line = replace(line, business_no=bill.business_no)
    else:
        line = replace(line, memo=wording.memo(desk.rng, desk.purpose(), bill.business_no, line.received_on))
    pays = ((bill.bill_id, min(bill.amount, line.amount)),)
    return Deal(
        bills=(bill,), payments=(Payment(line=line, kind="wrong_amount", reading=Reading.CLEAR, pays=pays),)
    )


def _shares(rng: Random, amount: int) -> list[int]:
    """Two or three parts: round ones and the rest, as people pay."""
    count = rng.choice((2, 2, 3))
    step = 10_000 if amount > 100_000 else 100
    parts = []
    left = amount
    for remaining in range(count - 1, 0, -1):
        part = (
            max(1, round(left * rng.uniform(0.3, 0.7)) // step * step)
            if left > 2 * step
            else max(1, left // (remaining + 1))
        )
        parts.append(part)
        left -= part
    return [*parts, left]


def parts(desk: Desk) -> Deal:
    """A bill paid in two or three parts on different days."""
    rng, bill = desk.rng, desk.bill()
    named = rng.random() < 0.5
    day = bill.issued_on - timedelta(days=rng.randrange(0, 4))
    payments = []
    for part in _shares(rng, bill.amount):
        if named:
            line = _line(desk, bill, amount=part, received_on=day, payer_name=bill.payer_name)
        else:
            line = _by_number(desk, bill, rng.choice(("field", "memo_number")), amount=part, received_on=day)
        reading = Reading.LONELY if named else Reading.CLEAR
        payments.append(
            Payment(
                line=line,
                kind="part_named" if named else "part",
                reading=reading,
                pays=((bill.bill_id, part),),
            )
        )
        day += timedelta(days=rng.randrange(1, 5))
    return Deal(bills=(bill,), payments=tuple(payments))


def _together(desk: Desk, bills: list[Bill], kind: str, reading: Reading, payer: str, text: str) -> Deal:
    day = desk.arrival(max(bill.issued_on for bill in bills))
    line = Line(amount=sum(bill.amount for bill in bills), received_on=day, payer_name=payer, memo=text)
    pays = tuple((bill.bill_id, bill.amount) for bill in bills)
    return Deal(bills=tuple(bills), payments=(Payment(line=line, kind=kind, reading=reading, pays=pays),))


def siblings(desk: Desk) -> Deal:
    """A parent pays for two or three children, and names them."""
    day, family = desk.unit.days(desk.rng, desk.days), names.person(desk.rng)
    children = {family[0] + names.person(desk.rng)[1:] for _ in range(desk.rng.choice((2, 2, 2, 3)))}
    bills = [desk.bill(issued_on=day, payer_name=child) for child in sorted(children)]
    text = desk.rng.choice(("、", "，", " ", "和")).join(bill.payer_name for bill in bills) + desk.purpose()
    return _together(desk, bills, "siblings", Reading.LONELY, family, text)


def merged(desk: Desk) -> Deal:
    """A company pays several bills at once: its own, or those of its people by list, range, order or names."""
    rng = desk.rng
    day, payer, amount = desk.unit.days(rng, desk.days), names.company(rng), desk.unit.amount(rng)
    how = _pick(rng, {"own": 3, "list": 3, "range": 3, "order": 3, "names": 2})
    if how == "own":
        own = [desk.bill(issued_on=day, payer_name=payer) for _ in range(rng.randrange(2, 6))]
        return _together(
            desk, own, "merged_own", Reading.LONELY, payer, wording.idle(rng, desk.purpose(), day)
        )
    count = rng.randrange(2, 7) if how in ("list", "names") else rng.randrange(5, 41)
    bills = [desk.bill(issued_on=day, amount=amount) for _ in range(count)]
    if how == "order":
        order = f"TB{day:%m%d}{desk.count('order'):04}"
        bills = [replace(bill, business_no=f"{order}-{place:02}") for place, bill in enumerate(bills, 1)]
        return _together(
            desk, bills, "merged_order", Reading.CLEAR, payer, f"{desk.purpose()}{count}人 订单{order}"
        )
    if how == "names":
        text = "、".join(bill.payer_name for bill in bills) + desk.purpose()
        return _together(desk, bills, "merged_names", Reading.LONELY, payer, text)
    numbers = [bill.business_no for bill in bills]
    if how == "list":
        text = rng.choice(("、", ",", "，", " ", ";")).join(numbers)
        return _together(desk, bills, "merged_list", Reading.CLEAR, payer, f"{desk.purpose()}{text}")
    last = numbers[-1] if rng.random() < 0.6 else numbers[-1][-4:]
    return _together(
        desk,
        bills,
        "merged_range",
        Reading.CLEAR,
        payer,
        f"{desk.purpose()}{numbers[0]}{rng.choice('至~-—')}{last}共{count}人",
    )


def listless(desk: Desk) -> Deal:
    """A company pays for many and lists nobody, while more bills than these are open."""
    rng = desk.rng
    day, amount, count = desk.unit.days(rng, desk.days), desk.unit.amount(rng), rng.randrange(10, 36)
    bills = [desk.bill(issued_on=day, amount=amount) for _ in range(count + rng.randrange(3, 9))]
    text = f"{bills[0].payer_name}等{count}人{desk.purpose()}"
    line = Line(
        amount=amount * count, received_on=desk.arrival(day), payer_name=names.company(rng), memo=text
    )
    return Deal(bills=tuple(bills), payments=(Payment(line=line, kind="listless", reading=Reading.NONE),))


def net(desk: Desk) -> Deal:
    """A platform's or a bank's lump less its fee: its bills stay open."""
    rng, day = desk.rng, desk.unit.days(desk.rng, desk.days)
    bills = [desk.bill(issued_on=day) for _ in range(rng.randrange(20, 61))]
    gross = sum(bill.amount for bill in bills)
    fee = max(1, round(gross * rng.choice((0.002, 0.0038, 0.006))))
    text = rng.choice(
        (
            f"{day:%Y%m%d}商户结算款 手续费{fee / 100:.2f}",
            f"{day:%m%d}交易资金结算 已扣手续费",
            f"提现 {day:%Y-%m-%d}",
        )
    )
    line = Line(
        amount=gross - fee, received_on=next_workday(day), payer_name=rng.choice(_PLATFORMS[2:]), memo=text
    )
    return Deal(bills=tuple(bills), payments=(Payment(line=line, kind="net", reading=Reading.NONE),))


def deduction(desk: Desk) -> Deal:
    """A bank collects from many accounts, and some have no money: which ones, the line does not tell."""
    rng, day = desk.rng, desk.unit.days(desk.rng, desk.days)
    bills = [desk.bill(issued_on=day) for _ in range(rng.randrange(30, 90))]
    done = rng.sample(bills, len(bills) - rng.randrange(2, 9))
    text = f"批量代扣{desk.purpose()} 总{len(bills)}笔 成功{len(done)}笔"
    line = Line(
        amount=sum(bill.amount for bill in done),
        received_on=next_workday(day),
        payer_name="代发代扣过渡户",
        memo=text,
    )
    return Deal(bills=tuple(bills), payments=(Payment(line=line, kind="deduction", reading=Reading.NONE),))


_MAKERS: dict[str, Callable[[Desk], Deal]] = {
    "refund": refund, "twice": twice, "unpaid": unpaid, "void": void, "wrong": wrong, "parts": parts, "siblings": siblings,
    "merged": merged, "listless": listless, "net": net, "deduction": deduction,
}  # fmt: skip


def deal(desk: Desk) -> Deal:
    """The next deal of a unit: mostly one bill and one line."""
    others = desk.unit.others
    how = _pick(desk.rng, {"single": 100 - sum(others.values()), **others})
    return single(desk) if how == "single" else _MAKERS[how](desk)


def settlements(desk: Desk, count: int) -> list[Deal]:
    """The channel of a unit, settled in lumps: WeChat each day, POS on working days for all days since the last."""
    by_day: dict[date, list[date]] = {}
    pos = desk.unit.channel == "ZZ"
    for day in desk.days:
        by_day.setdefault(next_workday(day) if pos else day + timedelta(days=1), []).append(day)
    return [
        _settled(desk, arrives, days, max(1, count // len(desk.days))) for arrives, days in by_day.items()
    ]


def _settled(desk: Desk, arrives: date, days: list[date], count: int) -> Deal:
    rng, channel = desk.rng, desk.unit.channel
    bills = [
        desk.bill(issued_on=day, business_no=f"{channel}{day:%Y%m%d}{desk.count(channel):05}")
        for day in days
        for _ in range(rng.randrange(count // 2 + 1, count * 3 // 2 + 2))
    ]
    gross = sum(bill.amount for bill in bills)
    period = f"{days[0]:%Y%m%d}" + (f"-{days[-1]:%m%d}" if len(days) > 1 else "")
    deducted = rng.random() < 0.12
    amount = gross - round(gross * 0.006) if deducted else gross
    text = f"{channel}{period}结算 {len(bills)}笔" + ("（扣手续费后）" if deducted else "")
    payer = "银联商务股份有限公司" if channel == "ZZ" else "财付通支付科技有限公司"
    line = Line(amount=amount, received_on=arrives, payer_name=payer, memo=text)
    pays = () if deducted else tuple((bill.bill_id, bill.amount) for bill in bills)
    kind, reading = ("settlement_net", Reading.NONE) if deducted else ("settlement", Reading.CLEAR)
    return Deal(bills=tuple(bills), payments=(Payment(line=line, kind=kind, reading=reading, pays=pays),))
