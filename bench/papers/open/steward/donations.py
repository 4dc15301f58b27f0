"""Donation lists and agreements."""

from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.values import Bill, Paper, Truth

from . import common as c


def gift_list(rng: Random) -> Paper:
    """An association's published list of gifts, cash and kind, in two groups."""
    _, city, county = c.place(rng)
    society = f"{county}{rng.choice(('慈善总会', '体育总会', '舞蹈家协会', '门球协会'))}"
    firms: list[str] = []
    while len(firms) < rng.randrange(5, 9):
        firms.append(
            c.company(rng, city, rng.choice(("置业", "园林绿化", "食品", "汽车销售", "连锁药房")), firms)
        )
    persons = c.people(rng, rng.randrange(6, 14))
    cash = [Decimal(rng.choice((5000, 8000, 10000, 20000, 36000, 50000))) for _ in firms]
    small = [Decimal(rng.choice((50, 100, 188, 200, 500, 666, 1000))) for _ in persons]
    total = sum(cash, Decimal(0)) + sum(small, Decimal(0))
    until = c.day(rng)
    issued = c.later(until, 3)
    cause = rng.choice(("社区健身角建设", "困难老党员慰问", "留守儿童暑期营", "乡村图书角"))
    goods_firm = c.company(rng, city, "体育用品", firms)
    goods = Decimal(rng.randrange(20, 90) * 100)
    face = rng.choice(("LXGW WenKai", "Noto Sans SC", "Noto Serif SC"))
    rows_a = ", ".join(
        f"[{k + 1}], [{firm}], [{c.money(value)}]"
        for k, (firm, value) in enumerate(zip(firms, cash, strict=True))
    )
    cells = [f"[{name}], [{c.plain(value)}]" for name, value in zip(persons, small, strict=True)]
    cells += ["[], []"] * (-len(cells) % 3)
    source = f"""
#set page(paper: "a4", margin: 24mm)
#set text(font: ("{face}", "Noto Serif SC"), size: 11pt, lang: "zh")
#align(center, text(19pt, weight: "bold")[{rng.choice(("爱心捐赠公示", "接受捐赠情况公告", "捐款芳名录"))}])
#v(2mm)
　　截至{c.cn(until)}，{society}为{cause}共收到捐款人民币{c.money(total)}元（{c.words(total)}），现予公布，谨致谢忱。

*一、单位捐款*（单位：元）
#table(columns: (14mm, 1fr, 36mm), stroke: {rng.choice(("0.5pt", "(x, y) => (bottom: 0.5pt)"))}, align: (center, left, right), \
table.header([*序号*], [*捐赠单位*], [*金额*]), {rows_a}, [], [小计], [{c.money(sum(cash, Decimal(0)))}])
*二、个人捐款*（单位：元）
#table(columns: 6, stroke: 0.4pt, align: (left, right), table.header([*姓名*], [*金额*], [*姓名*], [*金额*], [*姓名*], [*金额*]), \
{", ".join(cells)})
个人捐款小计：{c.money(sum(small, Decimal(0)))}元。

*三、实物捐赠*　{goods_firm}捐赠器材一批，折价{c.money(goods)}元（不计入上述捐款）。

监督电话：{c.phone(rng)}　　邮箱从略
#v(6mm)
#align(right)[{society}\\ {c.cn(issued)}]
"""
    k = rng.randrange(len(firms))
    j = rng.randrange(len(persons))
    other = next((i for i in range(len(firms)) if cash[i] != cash[k]), None)
    base = {
        "unit": society,
        "issued_on": c.later(issued, rng.randrange(1, 20)),
        "items": (rng.choice(("捐赠收入", "社会捐赠款")),),
    }
    return Paper(
        family="donation list",
        tool="typst",
        data=tools.typst(source),
        truth=Truth(
            kind="donation",
            payers=(*firms, *persons),
            payees=(society,),
            total=total,
            instalments=tuple(dict.fromkeys((*cash, *small))),
            words=total,
            signed_on=issued,
            purpose=cause,
            also_names=(goods_firm,),
            also_amounts=(goods, sum(cash, Decimal(0)), sum(small, Decimal(0))),
            also_purposes=("捐款", f"为{cause}"),
        ),
        bills=(
            Bill(payer=firms[k], total=cash[k], note="a firm's row", **base),
            Bill(payer=persons[j], total=small[j], note="a person's cell", **base),
            Bill(
                payer=firms[k],
                total=cash[other] if other is not None else cash[k] * 10,
                wrong="amount",
                note="another firm's gift",
                **base,
            ),
            Bill(
                payer=c.sibling(rng, firms[k], (*firms, goods_firm)),
                total=cash[k],
                wrong="payer",
                note="another brand, not on the list",
                **base,
            ),
        ),
    )


def donation_stages(rng: Random) -> Paper:
    """A donation agreement in three yearly gifts with a list of uses; in some drawings words and digits differ."""
    province, city, county = c.place(rng)
    receiver = rng.choice((f"{county}慈善协会", f"{county}教育发展基金会", f"{city}青少年体育基金会"))
    giver = c.company(rng, city, rng.choice(("建设集团", "酿酒", "矿业", "制药")))
    each = Decimal(rng.choice((60000, 120000, 150000, 250000, 305000)))
    total = each * 3
    differ = rng.random() < 0.35
    said = total + (each if total < 600000 else Decimal(100000)) if differ else total
    signed = c.day(rng, span=700)
    number = f"{signed.year}捐字{rng.randrange(1, 80):03d}"
    number_account = c.account(rng, 19)
    use = rng.choice(("乡村学校足球场建设", "县域青少年游泳普及", "困难运动员助学"))
    word = c.Word(rng.choice(("AR PL UKai CN", "LXGW WenKai", "Noto Serif CJK SC")), 12.5)
    word.say("捐　赠　协　议", "center", size=22, bold=True, after=6)
    word.say(f"编号 {number}", "right", size=10)
    a, b = rng.choice((("捐赠方", "受赠方"), ("捐赠人（甲方）", "受赠人（乙方）"), ("捐款单位", "接收单位")))
    a_, b_ = a.split("（")[0], b.split("（")[0]
    word.say(f"{a}：{giver}")
    word.say(f"{b}：{receiver}")
    word.say(f"为支持{province}公益事业，双方依照《中华人民共和国慈善法》自愿订立本协议。", indent=True)
    word.say(
        f"第一条　{a_}自愿向{b_}捐赠人民币{c.words(said)}（￥{c.money(total)}），定向用于{use}。", indent=True
    )
    word.say(
        f"第二条　捐赠款分三年交付：{signed.year}年至{signed.year + 2}年每年交付{c.wan(each)}万元，首年款项于签约后十日内汇达，"
        "其后每年六月底前汇达。",
        indent=True,
    )
    word.say(f"第三条　收款账户：{receiver}；{c.bank(rng, county)}；{number_account}。", indent=True)
    word.say(
        "第四条　受赠方收到款项后开具公益事业捐赠票据，每年十二月公布使用情况，管理费不超过百分之五。",
        indent=True,
    )
    word.say("第五条　本协议一式三份，双方签字盖章后生效。", indent=True, after=26)
    word.say(f"{a}（盖章）　　　　　　　　　　{b}（盖章）")
    word.say(f"代表签字：{c.person(rng)}　　　　　　　　　代表签字：{c.person(rng)}")
    word.say(f"{c.han(signed)}", "right")
    data = c.scan(
        rng,
        word.pdf(),
        ((0, giver, "", 0.3, 0.575, 0.2), (0, receiver, "", 0.7, 0.58, 0.2)),
    )
    wrong = "words" if differ else ""
    note = "words and digits differ" if differ else ""
    base = {"items": (rng.choice(("捐赠收入", "公益事业捐赠款")),)}
    bills = [
        Bill(
            payer=giver,
            unit=receiver,
            total=each,
            issued_on=c.later(signed, 9),
            wrong=wrong,
            note=note or "first of three gifts",
            **base,
        ),
    ]
    if differ:
        bills.append(
            Bill(
                payer=giver,
                unit=receiver,
                total=total,
                issued_on=c.later(signed, 12),
                wrong=wrong,
                note=note,
                **base,
            )
        )
    else:
        bills += [
            Bill(
                payer=giver,
                unit=f"{county}红十字会",
                total=each,
                issued_on=c.later(signed, 9),
                wrong="payee",
                note="another society",
                **base,
            ),
            Bill(
                payer=giver,
                unit=receiver,
                total=each,
                issued_on=c.later(signed, 10),
                wrong="purpose",
                note="a fee, not a gift",
                items=("培训费",),
            ),
        ]
    return Paper(
        family="donation agreement",
        tool="docx/libreoffice",
        form="scan",
        data=data,
        truth=Truth(
            kind="donation",
            payers=(giver,),
            payees=(receiver,),
            total=total,
            instalments=(each,),
            words=said,
            signed_on=signed,
            numbers=(number,),
            accounts=(number_account,),
            purpose=use,
            also_purposes=("捐赠款", f"定向用于{use}"),
        ),
        bills=tuple(bills),
    )


LAYOUTS = {"gift_list": gift_list, "donation_stages": donation_stages}
