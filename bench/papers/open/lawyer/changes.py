"""Supplementary agreements that move sums, days, accounts and names."""

from datetime import date
from decimal import Decimal
from random import Random

from bench.papers.open.lawyer import base as b
from bench.papers.open.lawyer import draw as d
from bench.papers.open.lawyer.draw import Mark, P, Table
from bench.papers.values import Bill, Paper, Truth


def supplement(rng: Random) -> Paper:
    """A second supplement: the price went up once before, now it goes up again or down, and the term is longer."""
    at = b.place(rng)
    clinic, firm = b.hospital(rng, at), b.company(rng, "ind", local=at)
    work = b.one(rng, "驻矿医务室医疗服务费", "施工营地急救保障服务费", "职业健康监护技术服务费")
    original = b.money(rng.randrange(24, 90) * 10000)
    once = original + b.money(rng.randrange(2, 8) * 10000)
    up = rng.random() < 0.55
    step = b.money(rng.randrange(3, 12) * 5000)
    total = once + step if up else once - step
    start = date(rng.randrange(2023, 2026), b.one(rng, 1, 3, 7), 1)
    old_end = b.in_year(start, 1)
    end = b.later(old_end, rng.choice((90, 92, 181, 184)))
    signed = b.later(old_end, -rng.randrange(20, 70))
    first_change = b.later(start, rng.randrange(60, 120))
    stem = f"YLFW-{start.year}-{rng.randrange(1, 60):02d}"
    number = f"{stem}-补2"
    acct = b.account(rng)
    verb = "增加" if up else "核减"
    reason = (
        f"因甲方{b.one(rng, '二标段开工', '增设值守点')}，乙方增派护士{rng.randrange(1, 4)}名"
        if up
        else f"因甲方{b.one(rng, '停产检修', '一处营地撤销')}，乙方减少驻点人员{rng.randrange(1, 3)}名"
    )
    form = rng.randrange(2)
    moved = (
        f"服务费总额由补充协议（一）约定的{b.plain(once)}元{verb}{b.plain(step)}元，调整后服务费总额为人民币"
        f"{b.words(total)}（¥{b.comma(total)}）"
        if form
        else f"原约定服务费总额{b.wan(once)}，现{verb}{b.wan(step)}，变更为{b.wan(total)}（大写：人民币{b.words(total)}）"
    )
    blocks: list[d.Block] = [
        P(b.one(rng, "补充协议（二）", "《医疗服务合同》补充协议之二"), "title"),
        P(f"编号：{number}", "right"),
        P(f"甲方：{firm}", "flat"),
        P(f"乙方：{clinic}", "flat"),
        P(
            f"甲乙双方于{b.said(b.later(start, -12))}签订《医疗服务合同》（编号{stem}，以下称“原合同”），约定服务费"
            f"{b.plain(original)}元；又于{b.said(first_change)}签订补充协议（一），将服务费调整为{b.plain(once)}元。"
            f"现{reason}，经协商一致，达成补充协议如下："
        ),
        P(f"第一条　{moved}。此前约定与本条不一致的，以本条为准。"),
        P(f"第二条　服务期限由{b.said(start)}至{b.said(old_end)}，变更为{b.said(start)}至{b.said(end)}。"),
        P(
            "第三条　"
            + (
                f"本协议增加的{work}{b.plain(step)}元，甲方于本协议签订后二十日内一次付清；此前各期仍按原约定执行。"
                if up
                else f"甲方已付部分继续有效，剩余{work}按调整后总额结算，多退少补。"
            )
            + f"收款单位：{clinic}，账号：{acct}。"
        ),
        P("第四条　除本协议明确变更的内容外，原合同及补充协议（一）其余条款继续有效。"),
        P("第五条　本协议一式四份，双方各执两份，自双方法定代表人或授权代表签字并加盖公章之日起生效。"),
        P("（以下无正文，为签署页）", "flat"),
        Table(
            [
                ("甲方（公章）：", "乙方（公章）："),
                ("授权代表：", "授权代表："),
                (f"签订日期：{b.said(signed, form)}", f"签订日期：{b.said(signed, form)}"),
            ],
            (8, 8),
            ruled=False,
            head=False,
        ),
    ]
    pdf = d.word(blocks, d.style(rng, footer=b.one(rng, "", "#")))
    marks = [
        Mark(find="甲方（公章）", seal=firm, dx=45, dy=-14),
        Mark(find="乙方（公章）", seal=clinic, dx=45, dy=-14),
        Mark(find="授权代表：", nth=-2, hand=b.person(rng)),
        Mark(find="授权代表：", hand=b.person(rng)),
    ]
    truth = Truth(
        kind="contract",
        payers=(firm,),
        payees=(clinic,),
        total=total,
        instalments=(step,) if up else (),
        words=total,
        signed_on=signed,
        starts_on=start,
        ends_on=end,
        numbers=(number,),
        accounts=(acct,),
        purpose=work,
        also_amounts=(original, once, step),
        also_numbers=(stem,),
        also_purposes=("服务费", "医疗服务", "《医疗服务合同》"),
    )
    items = (b.one(rng, "医疗服务费", "技术服务费"),)
    used = once if up else b.money(total / 2)
    honest = Bill(
        payer=firm,
        unit=clinic,
        total=total - used,
        issued_on=b.later(signed, rng.randrange(2, 18)),
        items=items,
        used=used,
        note="what is left after earlier bills under the contract",
    )
    wrong = [
        b.bad(honest, "payer", "a firm of a near name", payer=b.near(rng, firm)),
        b.bad(honest, "payee", "another house of the county", unit=b.near(rng, clinic)),
        b.bad(honest, "purpose", "tuition on a medical contract", items=("学费",)),
        b.bad(honest, "usage", "earlier bills leave less than this", used=used + (total - used) / 2),
    ]
    if up:
        wrong.append(b.bad(honest, "amount", "the rise is taken twice", total=total + step, used=Decimal(0)))
        wrong.append(
            b.bad(honest, "date", "the rise billed before it was agreed", issued_on=b.later(signed, -40))
        )
    else:
        wrong.insert(0, b.bad(honest, "amount", "the sum before it was cut", total=once, used=Decimal(0)))
    bills = b.some(rng, (honest,), wrong)
    return Paper(
        family="supplementary agreements",
        tool="word",
        data=d.marked(rng, pdf, marks),
        truth=truth,
        bills=bills,
    )


def compared(rng: Random) -> Paper:
    """A change of a lease as a table of before and after: rent, term, name of the tenant and account; scanned."""
    at = b.place(rng)
    owner = b.one(rng, b.college(rng, at), b.hospital(rng, at))
    single = rng.random() < 0.4
    boss = b.person(rng)
    before = f"{at.county}{rng.choice(b.BRANDS)}{b.one(rng, '商贸', '餐饮', '打印', '超市')}店"
    after = (
        boss
        if single
        else f"{at.county}{rng.choice(b.BRANDS)}{b.one(rng, '商贸', '餐饮管理', '便民超市')}有限公司"
    )
    room = b.one(
        rng,
        f"南大门临街门面{rng.randrange(1, 20)}号",
        f"{rng.randrange(2, 9)}号学生公寓一层商铺",
        "门诊楼西侧便民超市用房",
    )
    old, new = b.money(rng.randrange(24, 180) * 500), Decimal(0)
    new = b.money(old + rng.choice((-1, 1)) * rng.randrange(3, 15) * 500)
    start = date(rng.randrange(2023, 2027), b.one(rng, 1, 3, 9), 1)
    end, old_end = b.in_year(start, 1), b.later(start, 180)
    signed = b.later(start, -rng.randrange(3, 30))
    base_no = f"ZL{start.year - 2}{rng.randrange(1, 99):03d}"
    old_acct, acct = b.account(rng), b.account(rng)
    unsigned = rng.random() < 0.2
    blocks: list[d.Block] = [
        P(b.one(rng, "房屋租赁合同变更协议", "租赁合同变更确认书"), "title"),
        P(f"原合同编号：{base_no}　　变更编号：{base_no}-B1", "centre"),
        P(f"出租人：{owner}　　承租人（变更后）：{after}", "flat"),
        P(f"双方就位于{at.county}的{room}租赁事宜，自{b.said(start)}起按下表变更原合同："),
        Table(
            [
                ("变更事项", "变更前", "变更后"),
                ("承租人", before, after),
                ("年租金", f"{b.comma(old)}元", f"{b.comma(new)}元\n（{b.words(new)}）"),
                ("租赁期限", f"至{b.said(old_end, 3)}", f"{b.said(start, 3)}至{b.said(end, 3)}"),
                ("付款方式", "半年付", "年付，期初十五日内一次付清"),
                ("收款账户", b.grouped(old_acct), f"{b.grouped(acct)}\n（原账户已注销）"),
                ("租金用途科目", "其他收入", f"{room}租金"),
            ],
            (3, 5.6, 7),
        ),
        P(
            "承租人变更前所欠水电费由原承租人自行结清，与变更后承租人无涉。原履约押金3000元转由变更后承租人享有，不另收取。"
        ),
        P("其余条款不变。本协议一式三份，出租人执两份。"),
        Table(
            [
                ("出租人（章）：", "承租人（签章）："),
                ("经办：", "签字："),
                ("　　年　月　日", "　　年　月　日") if unsigned else (b.said(signed, 2), b.said(signed, 2)),
            ],
            (8, 8),
            ruled=False,
            head=False,
        ),
    ]
    pdf = d.web(blocks, d.style(rng, web=True, margin=b.one(rng, 1.8, 2.6)))
    marks = [Mark(find="出租人（章）", seal=owner, under=b.one(rng, "", "合同专用章"), dx=50, dy=-14)]
    if single:
        marks += [Mark(find="签字：", hand=after), Mark(find="承租人（签章）：", hand=after)]
    else:
        marks += [Mark(find="承租人（签章）", seal=after, dx=50, dy=-14), Mark(find="签字：", hand=boss)]
    marks.append(Mark(find="经办：", hand=b.person(rng)))
    if not unsigned:
        pdf = d.marked(rng, pdf, marks)
    truth = Truth(
        kind="contract",
        payers=(after,),
        payees=(owner,),
        total=new,
        words=new,
        signed_on=None if unsigned else signed,
        starts_on=start,
        ends_on=end,
        numbers=(f"{base_no}-B1",),
        accounts=(acct,),
        purpose=f"{room}租金",
        status="unsigned" if unsigned else "",
        also_names=(before, boss),
        also_amounts=(old, b.money(3000)),
        also_numbers=(base_no,),
        also_purposes=("年租金", room, "房屋租赁", "租金"),
    )
    honest = Bill(
        payer=after,
        unit=owner,
        total=new,
        issued_on=b.later(start, rng.randrange(1, 14)),
        items=(b.one(rng, "房屋租金", "国有资产出租收入", "门面租金"),),
        unit_account=acct,
    )
    half = b.money(new / 2)
    second = Bill(
        payer=after,
        unit=owner,
        total=half,
        issued_on=b.later(start, 12),
        items=("房屋租金",),
        unit_account=acct,
        used=half,
        note="the second of two bills within the year's rent",
    )
    if unsigned:
        bills = b.all_bad("status", "neither side signed or sealed it", (honest, second))
    else:
        bad_sum = old if old > new else new * 10
        note = "the rent before the change" if old > new else "a zero too many"
        wrong = [
            b.bad(honest, "account", "the account that was closed", unit_account=old_acct),
            b.bad(honest, "payer", "the tenant before the change", payer=before),
            b.bad(honest, "amount", note, total=bad_sum),
            b.bad(honest, "purpose", "a fee for classes", items=("培训费",)),
        ]
        bills = b.some(rng, (honest,), wrong)
    return Paper(
        family="supplementary agreements",
        tool="weasyprint",
        data=d.scan(rng, pdf),
        truth=truth,
        bills=bills,
        form="scan",
    )
