"""Shelters not built, and owners who decide: a reply on the charge instead of a shelter, and a resolution."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from PIL import Image, ImageDraw, ImageFont

from bench.papers import tools
from bench.papers.open.bureau import base
from bench.papers.values import Bill, Paper, Truth


def _void(page: Image.Image) -> Image.Image:
    """The page with a slanting square stamp that makes it void."""
    wide, high = round(page.width * 0.3), round(page.width * 0.12)
    mark = Image.new("RGBA", (wide, high))
    pen = ImageDraw.Draw(mark)
    pen.rectangle((5, 5, wide - 6, high - 6), outline=(200, 20, 30, 230), width=7)
    letter = ImageFont.truetype(str(tools.font("serif-bold")), round(high * 0.62))
    pen.text((wide / 2, high / 2), "作　废", (200, 20, 30, 230), letter, anchor="mm")
    mark = mark.rotate(14, Image.Resampling.BICUBIC, expand=True)
    ground = page.convert("RGBA")
    ground.alpha_composite(mark, (round(page.width * 0.6), round(page.height * 0.07)))
    return ground.convert("RGB")


def shelter_reply(rng: Random) -> Paper:
    """The reply to a builder who cannot build a shelter: full rate for some, half for homes of the poor."""
    where = base.place(rng)
    office = where.body(rng.choice(["人民防空办公室", "国防动员办公室"]))
    payer, near = base.company(rng, where, rng.choice(["置业", "安居建设", "医养产业"]))
    issued = base.day(rng)
    void = rng.random() < 0.4
    number = f"{where.short}人防易地〔{issued.year}〕{rng.randrange(2, 60)}号"
    project = rng.choice(["清荷佳苑", "康宁医养中心", "东升公租房及配套商业", "南湖壹号"])
    rate = Decimal(rng.choice([1_200, 1_500, 1_800]))
    full, half = rng.randrange(300, 1_900), rng.randrange(200, 1_500)
    former = rate * (full + half)
    total = rate * full + rate * half / 2
    purpose = f"{project}项目防空地下室易地建设费"
    body = f"""<style>@page {{size:A4; margin:27mm 26mm}} body {{font:14pt/1.95 'ukai'}} p {{text-indent:2em; margin:2pt 0}}
.h {{color:#d00; text-align:center; font:25pt 'serif-bold'; letter-spacing:1pt; border-bottom:2pt solid #d00}} .r {{text-align:right}}
h1 {{text-align:center; font:18pt/1.4 'zenhei'; margin:7mm 0}}</style>
<div class=h>{office}</div><div style='text-align:center'>{number}</div>
<h1>关于{project}项目<br>防空地下室易地建设的批复</h1><div>{payer}：</div>
<p>你公司《关于{project}项目防空地下室易地建设的申请》收悉。经审查，
该项目因{rng.choice(["地质条件", "地下管线密集", "桩基设计"])}原因不宜修建防空地下室，
同意易地建设。现批复如下：</p>
<p>一、项目应建防空地下室面积{full + half}平方米，易地建设费标准为每平方米{base.plain(rate)}元，按标准计算为{base.wan(former)}万元。</p>
<p>二、其中{half}平方米对应的保障性住房部分，按政策减半收取；其余{full}平方米全额收取。减免后，你公司应缴纳{purpose}
{base.money(total)}元（大写：人民币{base.words(total)}）。</p>
<p>三、请于{base.long(issued + timedelta(days=30))}前到我办开具缴款手续，凭缴款票据办理后续规划许可。</p>
<p>四、项目建筑面积、用途调整的，应当重新报批。</p><br><div class=r>{office}<br>{base.characters(issued)}</div>"""
    pages = tools.pictures(tools.weasy(base.joined(body)), 170)
    pages[-1] = tools.stamped(pages[-1], tools.stamp(office), (0.74, 0.78), 0.2)
    if void:
        pages[0] = _void(pages[0])
    data = tools.scanned(rng, tools.as_pdf(pages, 170, 92), 170)
    bill = Bill(
        payer=payer,
        unit=office,
        total=total,
        issued_on=base.later(issued, rng.randrange(3, 26)),
        items=(rng.choice(["防空地下室易地建设费", "人防易地建设费"]),),
        remark=rng.choice(["", project, number]),
    )
    bills: tuple[Bill, ...]
    if void:
        note = "the reply is stamped void"
        late = base.later(issued, 60)
        bills = (
            base.wrong(bill, "status", note),
            base.wrong(bill, "status", note, issued_on=late, remark=project),
        )
    else:
        bills = base.some(
            rng,
            [
                base.honest(bill),
                base.honest(bill, "a few days late", issued_on=base.later(issued, 37)),
            ],
            [
                base.wrong(bill, "amount", "before the reduction", total=former),
                base.wrong(bill, "amount", "two digits exchanged", total=base.swapped(total)),
                base.wrong(bill, "payer", "a company of nearly the same name", payer=near),
                base.wrong(bill, "payee", "the bureau of planning", unit=where.branch("自然资源和规划局")),
                base.wrong(bill, "purpose", "another charge", items=("城市基础设施配套费",), remark=""),
                base.wrong(bill, "usage", "billed before", used=total),
            ],
        )
    truth = Truth(
        kind="policy",
        payers=(payer,),
        payees=(office,),
        total=total,
        words=total,
        signed_on=issued,
        numbers=(number,),
        purpose=purpose,
        status="revoked" if void else "",
        also_amounts=(former, rate),
        also_purposes=("防空地下室易地建设费", "易地建设费", "防空地下室易地建设"),
    )
    return Paper(family="reply", tool="weasy", data=data, truth=truth, bills=bills, form="scan")


def _other_words(value: Decimal) -> Decimal:
    """A sum whose words a tired clerk may write: one digit of the thousands is another."""
    return value + 1000 if value // 1000 % 10 < 9 else value - 1000


def owners_resolution(rng: Random) -> Paper:
    """Owners resolve to put common earnings into the fund; in some the words tell another sum. From a scanner."""
    where = base.place(rng)
    estate = rng.choice(["锦绣江南", "紫金花园", "金色家园", "绿城桂苑"])
    payer = f"{estate}小区业主委员会"
    office = where.body(rng.choice(["物业专项维修资金管理中心", "住宅维修资金管理中心"]))
    held = base.day(rng)
    slipped = rng.random() < 0.3
    earned = Decimal(rng.randrange(60, 480)) * 1_000 + 500
    kept = Decimal(rng.randrange(8, 40)) * 1_000
    total = earned - kept
    said = _other_words(total) if slipped else total
    number = f"{held.year}年第{rng.randrange(1, 6)}号"
    households, voted = (n := rng.randrange(420, 1800)), round(n * rng.uniform(0.7, 0.9))
    agreed = round(voted * rng.uniform(0.8, 0.97))
    purpose = "小区公共收益补充住宅专项维修资金"
    year = held.year - 1
    names = base.people(rng, 5)
    signs = "　".join(
        f"<span style='font-family:{rng.choice(['mashan', 'zhimang', 'liujian'])}'>{each}</span>"
        for each in names
    )
    body = f"""<style>@page {{size:A4; margin:26mm}} body {{font:13.5pt/2 'uming'}} p {{text-indent:2em; margin:2pt 0}}
h1 {{text-align:center; font:20pt 'zenhei'}} .s span {{font-size:21pt; color:#222a55}} .r {{text-align:right}}</style>
<h1>{estate}小区业主大会决议</h1><div class=r>（{number}）</div>
<p>{estate}小区业主大会会议于{base.long(held)}
以{rng.choice(["书面征求意见", "线上投票与书面相结合"])}的形式召开。小区共{households}户，参加表决{voted}户，
同意{agreed}户，参与表决人数和面积均符合法定比例，形成决议如下：</p>
<p>一、审议通过《{year}年度公共收益收支报告》，{year}年度电梯广告、地面停车等公共收益结余{base.money(earned)}元。</p>
<p>二、同意将其中{base.money(total)}元（大写人民币{base.words(said)}）由{payer}转入{office}，用于{purpose}，按建筑面积分摊至各户账户。</p>
<p>三、其余{base.money(kept)}元留作{payer}办公和小区应急零星维修，开支按季公示。</p>
<p>四、授权业主委员会主任{names[0]}办理转款手续，并将票据张贴公示。</p><br>
<div class=s>业主委员会委员签名：{signs}</div><div class=r>{payer}<br>{base.long(held)}</div>"""
    data = base.sealed(rng, tools.weasy(base.joined(body)), payer, (0.74, 0.72))
    bill = Bill(
        payer=payer,
        unit=office,
        total=total,
        issued_on=base.later(held, rng.randrange(5, 40)),
        items=(rng.choice(["住宅专项维修资金", "公共收益补充维修资金", "代收维修资金"]),),
        remark=rng.choice(["", estate, f"{year}年公共收益"]),
    )
    bills: tuple[Bill, ...]
    if slipped:
        note = "figures and words of the resolution differ"
        late = base.later(held, 60)
        bills = (
            base.wrong(bill, "words", note),
            base.wrong(bill, "words", note, issued_on=late, remark=estate),
        )
    else:
        bills = base.some(
            rng,
            [
                base.honest(bill),
                base.honest(bill, "two months later", issued_on=base.later(held, 65)),
                base.honest(bill, "the payer named shorter", payer=payer.replace("小区", "")),
            ],
            [
                base.wrong(bill, "amount", "all that was earned", total=earned),
                base.wrong(bill, "amount", "two digits exchanged", total=base.swapped(total)),
                base.wrong(bill, "payer", "the keeper of another estate", payer=f"{estate}西区业主委员会"),
                base.wrong(bill, "payee", "the housing bureau", unit=where.body("住房和城乡建设局")),
                base.wrong(bill, "purpose", "another charge", items=("城市生活垃圾处理费",), remark=""),
                base.wrong(bill, "date", "a year before", issued_on=_before(held)),
            ],
        )
    truth = Truth(
        kind="other",
        payers=(payer,),
        payees=(office,),
        total=total,
        words=said,
        signed_on=held,
        numbers=(number,),
        purpose=purpose,
        also_amounts=(earned, kept),
        also_purposes=("补充住宅专项维修资金", "公共收益", "住宅专项维修资金"),
    )
    return Paper(family="resolution", tool="weasy", data=data, truth=truth, bills=bills, form="scan")


def _before(when: date) -> date:
    return base.later(when, -400)
