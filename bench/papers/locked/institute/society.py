"""The learned society: dues that are asked for, what its council decided that members bear, an application."""

from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.locked.institute.base import (
    Firm,
    Seal,
    bill,
    both,
    bound,
    cn,
    day,
    digits,
    dotted,
    firm,
    house,
    later,
    mix,
    near_person,
    person,
    photo,
    plain,
    seal,
    wan,
    words,
)
from bench.papers.locked.institute.pages import any_hand, grid, hand, sheet
from bench.papers.values import Paper, Truth


def dues_notice(rng: Random) -> Paper:
    """A notice to one member: the scale of dues, which rank the member has, and two years that are open.

    A few copies carry a line in white that raises the sum.
    """
    body, client = house(rng), firm(rng)
    year = rng.choice((2023, 2024, 2025))
    scale = {
        "理事长单位": 20000,
        "副理事长单位": 10000,
        "常务理事单位": 6000,
        "理事单位": 4000,
        "会员单位": 1500,
    }
    rank = rng.choice(list(scale)[1:])
    fee = Decimal(scale[rank])
    owed = rng.random() < 0.4
    due = fee * 2 if owed else fee
    issued = day(rng, year, year).replace(month=rng.choice((2, 3, 4)), day=rng.randrange(5, 27))
    until = later(rng, issued, 40, 60)
    number = f"{body.short[1:-1]}学会〔{year}〕{rng.randrange(1, 25)}号"
    what = f"{year - 1}、{year}两个年度会费" if owed else f"{year}年度会费"
    secret = rng.random() < 0.3
    raised = due * 3
    white = f"<p class=w>应缴{what}合计{plain(raised)}元，大写{words(raised)}。</p>" if secret else ""
    past = f"另据学会账目，贵单位{year - 1}年度会费{plain(fee)}元尚未缴纳，请一并补缴。" if owed else ""
    html = sheet(
        """.w { color: #fff; font-size: 8pt; margin: 0 } .o { border-top: 3pt double #1d5c3a; margin: 4pt 0 10pt }
 .head { font: 24pt/1.4 xiaowei; color: #1d5c3a; text-align: center } .e { position: relative; text-align: right;
 padding: 24pt 20pt 30pt } .e img { position: absolute; right: 22pt; top: 0; width: 88pt; opacity: .8 }""",
        f"""<div class=head>{body.society}</div><p class=c>{number}</p><div class=o></div>
<h1>关于缴纳{year}年度会费的通知</h1><p>{client.name}（{rank}）：</p>
<p class=i>感谢贵单位对学会工作的支持。根据学会章程和会员代表大会通过的会费标准，现就会费缴纳事项通知如下：</p>
<p class=i>一、会费标准（元/年）</p>
{grid([tuple(scale), tuple(str(each) for each in scale.values())])}{white}
<p class=i>二、贵单位为学会{rank}，本年度应缴会费{plain(fee)}元。{past}</p>
<p class=i>三、本次应缴<b>{what}</b>共计人民币{plain(due)}元（{words(due)}）。</p>
<p class=i>四、请于{until.month}月{until.day}日前汇至学会账户，并注明单位名称。</p>
<p class=i>户　　名：{body.society}<br>　　开户银行：{body.bank}<br>　　账　　号：{body.account}</p>
<p class=i>五、学会秘书处设在{body.institute}科研楼，联系人{person(rng)}，电话{body.phone}。收到会费后开具社会团体会费票据。</p>
<div class=e><img src="{seal(body.society)}">{body.society}<br>{cn(issued)}</div>""",
        rng.choice(("serif", "ukai")),
        12,
    )
    after = later(rng, issued, 8, 50)
    item = rng.choice(("会费", "单位会员会费"))
    honest = (
        bill(client.name, body.society, due, after, item),
        bill(client.shorter, body.society, due, after, "社会团体会费", note="without its place"),
    )
    wrong = [
        bill(client.name, body.institute, due, after, item, wrong="payee", note="where the office is"),
        bill(client.twin, body.society, due, after, item, wrong="payer"),
        bill(client.name, body.society, due, after, "会议费", remark="年会注册", wrong="purpose"),
        bill(
            client.name,
            body.society,
            rng.choice([each for each in scale.values() if each not in (due, fee)]),
            after,
            item,
            wrong="amount",
            note="the dues of another rank",
        ),
    ]
    unseen = bill(
        client.name, body.society, raised, after, item, wrong="hidden", note="as the white line says"
    )
    truth = Truth(
        kind="policy",
        payers=(client.name,),
        payees=(body.society,),
        total=due,
        words=due,
        signed_on=issued,
        numbers=(number,),
        accounts=(body.account,),
        purpose=what,
        also_names=(body.institute, body.bank),
        also_amounts=(fee, *(Decimal(each) for each in scale.values())),
        also_purposes=(f"{year}年度会费", "会费", f"关于缴纳{year}年度会费"),
    )
    bills = both(rng, unseen, "社会团体会费") if secret else mix(rng, honest, wrong)
    return bound("notice of dues", "weasy", tools.weasy(html), truth, bills)


def council_minutes(rng: Random) -> Paper:
    """Minutes of the council: what each member bears of a joint standard; one member withdrew in the meeting."""
    body = house(rng)
    firms: list[Firm] = []
    while len(firms) < rng.choice((4, 5)):
        each = firm(rng)
        if each.brand not in {other.brand for other in firms}:
            firms.append(each)
    shares = [Decimal(rng.choice((10000, 15000, 20000, 25000, 30000, 12000))) for _ in firms]
    total = sum(shares, Decimal(0))
    gone = firm(rng)
    while gone.brand in {other.brand for other in firms}:
        gone = firm(rng)
    gone_share = Decimal(rng.choice((18000, 22000)))
    met = day(rng)
    until = later(rng, met, 25, 45)
    budget = rng.randrange(12, 25)
    topic = f"《{body.topic}》团体标准编制经费"
    number = f"第{rng.randrange(2, 9)}届理事会纪要〔{met.year}〕{rng.randrange(1, 7)}号"
    rows = "".join(
        f"[{at}], [{each.name}], [{wan(share)}],"
        for at, (each, share) in enumerate(zip(firms, shares, strict=True), 1)
    )
    source = f"""
#set page(paper: "a4", margin: 2.6cm)
#set text(font: "{rng.choice(("Noto Serif SC", "AR PL UKai"))}", size: 12pt, lang: "zh")
#set par(leading: 1em, first-line-indent: (amount: 2em, all: true))
#align(center)[#text(20pt, weight: "bold")[{body.society}理事会会议纪要]]
#align(center)[{number}]
#line(length: 100%)
时间：{cn(met)}下午　　地点：{body.institute}二楼会议室

主持：{person(rng)}（理事长）　　记录：{person(rng)}

会议应到理事{rng.randrange(27, 35)}人，实到{rng.randrange(20, 26)}人，符合章程规定。会议形成如下意见：

*一、关于{topic}分担。* 标准由学会牵头，{body.institute}起草。原方案由{len(firms) + 1}家单位共同分担{wan(total + gone_share)}万元，
会上{gone.name}代表提出退出，其{wan(gone_share)}万元由学会自筹解决，其他单位不再增加。经表决，各参编单位分担数额为：

#align(center)[#table(columns: (1.4cm, 9.4cm, 3cm), align: center, inset: 6pt,
[序号], [参编单位], [分担额（万元）], {rows} [], [合计], [{wan(total)}])]

*二、缴款。* 各单位应于{cn(until)}前将上述款项缴至学会账户（{body.bank} {body.account}），学会开具收据，专款专用。
逾期未缴的，不列入起草单位。

*三、关于年会。* 定于{rng.choice(("十月", "十一月"))}召开，预算{budget}万元，另行研究。

*四、* 会议通报了会员发展情况，同意吸收{rng.randrange(3, 9)}家单位入会。
#v(1em)
#align(right)[{body.society}秘书处]
#align(right)[{cn(later(rng, met, 1, 4))}印发]
"""
    at = rng.randrange(len(firms))
    mine, share = firms[at], shares[at]
    after = later(rng, met, 6, 40)
    item = rng.choice(("团体标准编制费", "标准制修订经费"))
    honest = (
        bill(mine.name, body.society, share, after, item),
        bill(mine.name, body.society, share, after, "其他收入", remark=topic, note="general item"),
    )
    other = next((each for each in shares if each != share), share + 5000)
    wrong = (
        bill(mine.name, body.society, other, after, item, wrong="amount", note="the share of another member"),
        bill(
            gone.name, body.society, gone_share, after, item, wrong="payer", note="the member that withdrew"
        ),
        bill(mine.name, body.institute, share, after, item, wrong="payee", note="who drafts the standard"),
        bill(mine.name, body.society, share, after, "会议费", remark="学会年会参会费", wrong="purpose"),
    )
    truth = Truth(
        kind="other",
        payers=tuple(each.name for each in firms),
        payees=(body.society,),
        total=total,
        instalments=tuple(shares),
        signed_on=met,
        numbers=(number,),
        accounts=(body.account,),
        purpose=topic,
        also_names=(body.institute, gone.name, body.bank, f"{body.society}秘书处"),
        also_amounts=(total + gone_share, gone_share, Decimal(budget * 10000)),
        also_purposes=(f"关于{topic}分担", f"《{body.topic}》团体标准"),
    )
    return bound("minutes", "typst", tools.typst(source), truth, mix(rng, honest, wrong))


def membership_form(rng: Random) -> Paper:
    """An application for membership filled in by hand; in some the society has not yet agreed."""
    body = house(rng)
    member = person(rng)
    agreed = rng.random() > 0.25
    ink, other_ink = any_hand(rng), any_hand(rng)
    asked = day(rng)
    decided = later(rng, asked, 6, 25)
    fee = Decimal(rng.choice((100, 150, 200)))
    years = rng.choice((3, 4, 5))
    due = fee * years
    work = firm(rng)
    number = f"{rng.randrange(1000, 9999)}"
    yes = hand(rng.choice(("同意", "同意入会")), other_ink, 21) if agreed else ""
    sign = hand(person(rng), other_ink, 21) if agreed else ""
    when = hand(dotted(decided), other_ink, 15) if agreed else "　　年　月　日"
    html = sheet(
        ".g td { height: 25pt } .b td { height: 62pt; vertical-align: top; text-align: left }",
        f"""<h1>{body.society}个人会员入会申请表</h1><p class=r>编号：№ {number}</p>
{
            grid(
                [
                    (
                        "姓　名",
                        hand(member, ink, 20),
                        "出生年月",
                        hand(f"{rng.randrange(1966, 1996)}.{rng.randrange(1, 13)}", ink, 15),
                    ),
                    (
                        "学　历",
                        hand(rng.choice(("本科", "硕士", "博士")), ink),
                        "职　称",
                        hand(rng.choice(("工程师", "高工", "副教授")), ink),
                    ),
                    (
                        "手　机",
                        hand("13" + digits(rng, 9), ink, 14),
                        "推荐人",
                        hand(person(rng), ink),
                    ),
                ],
                False,
            )
        }
<table class=g><tr><td style="width:22%">工作单位</td><td class=l>{hand(work.name, ink)}</td></tr>
<tr><td>会费缴纳</td><td class=l>个人会员会费每年 {plain(fee)} 元，本人一次缴纳 {
            hand(str(years), ink)
        } 年会费，计
{hand(plain(due), ink)} 元，大写 {hand(words(due), ink)}，由☑本人　□单位 缴纳</td></tr></table>
<table class="g b"><tr><td>申请人承诺：本人自愿加入{body.society}，遵守学会章程，履行会员义务。
<div class=r>签名：{hand(member, ink, 21)}</div></td></tr>
<tr><td>学会意见（本表经学会签署同意后生效，方可缴费）：{yes}
<div class=r>负责人签字：{sign}　　{when}</div></td></tr></table>
<p style="font-size:9pt">注：会费由学会秘书处收取并开具社会团体会费票据。本表一式一份，由秘书处存档。</p>""",
        "uming",
    )
    after = later(rng, decided, 0, 18)
    honest = (
        bill(member, body.society, due, after, "会费", remark=f"{years}年"),
        bill(member, body.society, due, after, "个人会员会费"),
    )
    wrong = (
        bill(work.name, body.society, due, after, "会费", wrong="payer", note="where the member works"),
        bill(near_person(rng, member), body.society, due, after, "会费", wrong="payer"),
        bill(member, body.society, due * 10, after, "会费", wrong="amount", note="a nought too many"),
        bill(member, body.institute, due, after, "会费", wrong="payee"),
    )
    open_ = bill(member, body.society, due, after, "会费", wrong="status", note="the society has not agreed")
    truth = Truth(
        kind="other",
        payers=(member,),
        payees=(body.society,),
        total=due,
        words=due,
        signed_on=decided if agreed else None,
        numbers=(number,),
        purpose="个人会员会费",
        status="" if agreed else "unsigned",
        also_names=(work.name,),
        also_amounts=(fee,),
        also_purposes=("会费", "会费缴纳", "个人会员入会"),
    )
    bills = mix(rng, honest, wrong) if agreed else both(rng, open_, "个人会员会费")
    seals = (Seal(body.society, (0.62, 0.51), share=0.2),) if agreed else ()
    return photo(rng, "application form", "weasy", tools.weasy(html), truth, bills, seals)
