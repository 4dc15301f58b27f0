"""Lines that pay no bill: interest, fees, own transfers, and money for other purposes."""

from datetime import date
from random import Random

from bench.statements import names, wording
from bench.statements.model import Deal, Line, Payment, Reading

#: Payer, memo, least and most in 分; {company} and {person} are somebody.
_OTHERS = (
    ("{company}", "房租", 300_000, 3_000_000),
    ("{company}", "投标保证金 项目ZB{number}", 500_000, 5_000_000),
    ("{company}", "履约保证金", 500_000, 5_000_000),
    ("{company}", "食堂承包费", 200_000, 2_000_000),
    ("{company}", "合同款 HT{number}", 100_000, 9_000_000),
    ("{person}", "食堂饭卡充值", 5_000, 50_000),
    ("{person}", "退回差旅借款", 10_000, 500_000),
    ("{person}", "停车费", 500, 6_000),
    ("市财政局国库支付中心", "财政授权支付额度", 1_000_000, 90_000_000),
    ("市医疗保障基金管理中心", "医保基金结算款", 9_000_000, 900_000_000),
    ("市会计核算中心", "本单位账户间划转", 1_000_000, 50_000_000),
    ("市会计核算中心", "往来款 定期到期转活期", 1_000_000, 50_000_000),
    ("", "工资代发退回 户名不符", 200_000, 900_000),
)
#: Those that go out.
_OUT = (
    ("", "手续费", 50, 5_000),
    ("", "账户管理费", 1_000, 3_000),
    ("", "短信服务费", 200, 2_000),
    ("{company}", "货款 {number}", 50_000, 9_000_000),
    ("{person}", "差旅费报销", 10_000, 600_000),
    ("市会计核算中心", "本单位账户间划转", 1_000_000, 50_000_000),
    ("", "代发工资", 9_000_000, 90_000_000),
)
_COMMON = (100_000, 120_000, 125_000, 200_000, 500_000, 1_000_000)
_QUARTERS = (3, 6, 9, 12)


def noise(rng: Random, days: list[date]) -> Deal:
    """One line of another purpose; its memo says which."""
    out = rng.random() < 0.35
    payer, text, least, most = rng.choice(_OUT if out else _OTHERS)
    amount = (
        rng.choice(_COMMON) if payer == "{company}" and rng.random() < 0.25 else rng.randrange(least, most)
    )
    shown = payer.format(company=names.company(rng), person=names.person(rng))
    day = rng.choice(days)
    memo = text.format(number=f"{day:%Y%m}{rng.randrange(10_000):04}")
    if rng.random() < 0.2:
        memo = f"{memo} {wording.reference(rng, day)}"
    line = Line(amount=-amount if out else amount, received_on=day, payer_name=shown, memo=memo)
    return Deal(payments=(Payment(line=line, kind="other", reading=Reading.NONE),))


def interest(rng: Random, days: list[date]) -> list[Deal]:
    """Interest of the quarter, on the 21st, of each account."""
    if days[0].month not in _QUARTERS:
        return []
    lines = [
        Line(
            amount=rng.randrange(100, 900_000),
            received_on=days[20],
            memo=rng.choice(("批量结息", "存款利息", "结息")),
        )
        for _ in range(6)
    ]
    return [Deal(payments=(Payment(line=line, kind="interest", reading=Reading.NONE),)) for line in lines]
