"""Donations: a foundation-style agreement and a hand-filled form of a giver."""

from decimal import Decimal
from random import Random

from bench.papers.open.registry import common as c
from bench.papers.tools import as_pdf, photographed, pictures, stamp, stamped, typst, weasy
from bench.papers.values import Bill, Paper, Truth


def agreement(rng: Random) -> Paper:
    """A firm gives money in two stages and apparatus besides, the apparatus not being money."""
    place = c.city(rng)
    donor = c.firm(rng, place, "医药连锁 建设集团 食品 房地产开发 新能源科技")
    unit = c.unit(rng, place, "hospital")
    witness = f"{place.name}市红十字会"
    total = c.money(rng, 120000, 3000000, 10000)
    first = (total * rng.choice((40, 50, 60)) / 100).quantize(Decimal("0.01"))
    second = total - first
    goods = c.money(rng, 50000, 900000, 500)
    signed = c.day(rng, 2023, 2025)
    until = c.later(signed, rng.randrange(500, 900))
    due = c.later(signed, rng.randrange(90, 200))
    purpose = rng.choice(
        (
            "乙方儿童血液病区改造及困难患儿医疗救助",
            "乙方急诊中心建设和基层医师进修资助",
            "乙方康复楼无障碍设施改造",
        )
    )
    device = rng.choice(("便携式彩色超声诊断仪贰台", "移动式输液监护系统壹套", "空气消毒机拾伍台"))
    number = f"{signed.year}-JZ-{rng.randrange(3, 99):03d}"
    sum_text = rng.choice(
        (
            f"人民币（大写）{c.words(total)}（￥{c.comma(total)}）",
            f"人民币{c.wan(total)}万元（大写：{c.words(total)}）",
        )
    )
    clauses = [
        ("捐赠财产", [
            f"甲方自愿向乙方无偿捐赠资金{sum_text}。",
            f"除前款资金外，甲方另捐赠{device}，参考价值{c.comma(goods)}元，交接清单由双方另行签署，该物资不计入捐赠资金。",
        ]),
        ("捐赠用途", [f"上述捐赠资金定向用于{purpose}，不得挪作他用。确需变更的，应征得甲方书面同意。"]),
        ("交付方式", [
            f"第一笔￥{c.comma(first)}，于本协议签订之日起15个工作日内到账；第二笔￥{c.comma(second)}，于{c.cn(due)}前到账。",
            f"乙方指定账户——户名：{unit.name}；开户行：{unit.bank}；账号：{c.grouped(unit.account)}。",
            "乙方每收到一笔捐赠，应于10个工作日内向甲方开具公益事业捐赠统一票据。",
        ]),
        ("双方权利义务", [
            "甲方保证捐赠财产来源合法，不附加任何影响公平竞争的条件，不与药品、耗材采购挂钩。",
            "乙方对捐赠资金专账核算，每年一月向甲方书面反馈上年度使用情况，接受审计与社会监督。",
        ]),
        ("协议期限", [f"本协议自{c.cn(signed)}起至{c.cn(until)}止。"]),
        ("其他", [
            f"{witness}作为见证方，不享有本协议项下权利，也不承担付款义务。",
            "本协议一式陆份，甲、乙双方各执贰份，见证方执贰份，经盖章后生效。协商不成的争议，由乙方所在地人民法院管辖。",
        ]),
    ]  # fmt: skip
    numerals = "一二三四五六七八九"
    body = "\n\n".join(
        f"*第{numerals[k]}条　{title}*\n\n"
        + "\n\n".join(f"{n}. {line}".replace(". ", "．") for n, line in enumerate(lines, 1))
        for k, (title, lines) in enumerate(clauses)
    )
    source = f"""
#set page(paper: "a4", margin: (x: 28mm, y: 26mm), numbering: "— 1 —")
#set text(font: ("Noto Serif SC", "AR PL UMing CN"), size: 11.5pt, lang: "zh")
#set par(leading: 1em, first-line-indent: 0em, justify: true)
#align(right)[#text(9pt)[协议编号：{number}]]
#v(18mm)
#align(center)[#text(20pt, weight: "bold")[捐　赠　协　议　书]]
#v(8mm)
甲方（捐赠方）：{donor.name}\\
统一社会信用代码：{donor.code}\\
住所：{donor.address}　　联系电话：{donor.phone}

乙方（受赠方）：{unit.name}\\
法定代表人：{unit.head}　　地址：{unit.address}

见证方：{witness}
#v(3mm)
为支持公共卫生事业发展，弘扬扶危济困精神，依照《中华人民共和国民法典》《中华人民共和国公益事业捐赠法》，双方经协商订立本协议。

{body}
#v(8mm)
#block(breakable: false)[
#place(dx: 12mm, dy: -2mm, {c.seal_typst(donor.name)})
#place(dx: 88mm, dy: 0mm, {c.seal_typst(unit.name)})
#grid(columns: (1fr, 1fr), row-gutter: 9mm,
[甲方（盖章）], [乙方（盖章）],
[代表：{donor.head}], [代表：{unit.head}],
[{c.cn(signed)}], [{c.cn(signed)}])
#v(6mm)
见证方：{witness}　　经办人：{c.person(rng)}]
"""
    bills = [
        Bill(payer=donor.name, unit=unit.name, total=first, issued_on=c.later(signed, rng.randrange(4, 18)),
             items=("捐赠收入",), payer_code=donor.code, unit_account=unit.account, note="first stage"),
        Bill(payer=donor.name, unit=unit.name, total=second, issued_on=c.later(due, -3), items=("捐赠收入",),
             unit_account=unit.account, used=first, note="second stage after the first"),
    ]  # fmt: skip
    if rng.random() < 0.5:
        bills.append(
            Bill(payer=donor.name, unit=unit.name, total=second, issued_on=c.later(due, 5), items=("捐赠收入",),
                 unit_account=c.account(rng, len(unit.account)), used=first, wrong="account", note="other account")
        )  # fmt: skip
    else:
        bills.append(
            Bill(payer=donor.name, unit=unit.name, total=second, issued_on=c.later(due, 9), items=("捐赠收入",),
                 unit_account=unit.account, used=total, wrong="usage", note="both stages were billed before")
        )  # fmt: skip
    truth = Truth(
        kind="donation", payers=(donor.name,), payees=(unit.name,), total=total, instalments=(first, second),
        words=total, signed_on=signed, starts_on=signed, ends_on=until, numbers=(number,),
        accounts=(unit.account,), purpose=purpose, also_names=(witness, donor.head, unit.head),
        also_amounts=(goods, first, second), also_purposes=(device,),
    )  # fmt: skip
    return Paper(
        family="donation agreement",
        tool="typst",
        data=typst(c.joined(source)),
        truth=truth,
        bills=tuple(bills),
    )


def giver_form(rng: Random) -> Paper:
    """A printed form of a charity desk, filled by hand, photographed on a table."""
    place = c.city(rng)
    unit = c.unit(rng, place, "school")
    giver = c.person(rng, 0.3)
    amount = c.money(rng, 500, 90000, 50) if rng.random() < 0.7 else Decimal("888.88")
    differs = rng.random() < 0.22
    in_words = amount + rng.choice((1000, 10000)) if differs else amount
    when = c.day(rng)
    purpose = rng.choice(("资助家庭困难学生完成学业", "购置实训车间工具", "设立优秀毕业生奖学金"))
    others = ["不指定用途", "校园图书角建设", "其他"]
    ticks = [(purpose, True)] + [(each, False) for each in others]
    if rng.random() < 0.5:
        ticks = ticks[1:2] + ticks[:1] + ticks[2:]
    number = f"{when:%Y%m}{rng.randrange(1, 400):04d}"
    digits = f"{int(amount * 100)}"
    cells = ("￥" + digits).rjust(9)
    heads = "百十万千百十元角分"
    heads = "".join(f"<td class=s>{each}</td>" for each in heads)
    boxes = "".join(f"<td class='h b'>{each.strip()}</td>" for each in cells)
    hand = rng.choice(("mashan", "wenkai", "zhimang"))
    choices = "　".join(("☑" if on else "□") + text for text, on in ticks)
    phone = c.mobile(rng)
    html = f"""<style>
@page {{ size: A4; margin: 22mm 18mm }} body {{ font: 12.5pt 'uming' }} h1 {{ text-align:center; font: 21pt 'serif-bold' }}
table {{ border-collapse: collapse; width: 100% }} td {{ border: 1px solid #222; padding: 8px 7px; height: 9mm }}
.h {{ font-family: '{hand}'; font-size: 17pt; color: #17306f }} .s {{ font-size: 9pt; text-align:center; height:4mm;
padding:1px }}
.b {{ text-align:center; padding: 2px; width: 8% }} .box {{ font-family: 'zenhei' }}</style>
<h1>{unit.name}<br>爱心捐赠登记表</h1><p style='display:flex'>编号：{number}</p>
<table><tr><td style='width:22%'>捐赠人（单位）</td><td class=h>{giver}</td><td style='width:16%'>联系电话</td>
<td class=h>{phone}</td></tr>
<tr><td>捐赠方式</td><td colspan=3 class=box>☑现金　□转账　□物资（另附清单）</td></tr>
<tr><td>捐赠金额<br>（大写）</td><td colspan=3 class=h>人民币{c.words(in_words)}</td></tr>
<tr><td>小写</td><td colspan=3 style='padding:0'><table><tr>{heads}</tr><tr>{boxes}</tr></table></td></tr>
<tr><td>捐赠用途</td><td colspan=3 class=box>{choices}</td></tr>
<tr><td>是否需要票据</td><td class=box>☑是　□否</td><td>是否公开姓名</td><td class=box>□是　☑否</td></tr>
<tr><td>捐赠人寄语</td><td colspan=3 class=h>{rng.choice(("愿孩子们学有所成", "饮水思源，回报母校", "一点心意"))}</td></tr>
<tr><td>捐赠人签名</td><td class=h>{giver}</td><td>日　　期</td><td class=h>{c.cn(when)}</td></tr>
<tr><td>经手人</td><td class=h>{c.person(rng, 0)}</td><td>复核</td><td class=h>{c.person(rng, 0)}</td></tr></table>
<p style='font-size:10pt;line-height:1.8'>说明：1.本表一式两联，第一联学校财务科留存，第二联交捐赠人。
2.捐赠款项由学校财务科统一接收，
专款专用，接受捐赠人查询。3.咨询电话：{unit.phone}，地址：{unit.address}。</p>"""
    page = pictures(weasy(c.tight(html)), 170)[0]
    page = stamped(page, stamp(unit.name, "财务专用章"), (0.7, 0.55), 0.21)
    data = as_pdf([photographed(rng, page, rng.choice(("#6d5f50", "#8b8f94", "#41352a")))], 170, 82)
    wrong = "words" if differs else ""
    issued = c.later(when, rng.randrange(0, 9))
    bills = [
        Bill(payer=giver, unit=unit.name, total=amount, issued_on=issued, items=("捐赠收入",), wrong=wrong),
    ]
    if differs:
        bills.append(
            Bill(
                payer=giver,
                unit=unit.name,
                total=in_words,
                issued_on=issued,
                items=("捐赠收入",),
                wrong=wrong,
            )
        )
    else:
        bills.append(
            Bill(payer=c.near_person(rng, giver), unit=unit.name, total=amount, issued_on=issued,
                 items=("捐赠收入",), wrong="payer", note="another person of nearly that name")
        )  # fmt: skip
        bills.append(
            Bill(
                payer=giver,
                unit=unit.name,
                total=amount,
                issued_on=issued,
                items=("住宿费",),
                wrong="purpose",
            )
        )
    truth = Truth(
        kind="donation", payers=(giver,), payees=(unit.name,), total=amount, words=in_words, signed_on=when,
        numbers=(number,), purpose=purpose, also_amounts=(in_words,), also_purposes=tuple(others),
    )  # fmt: skip
    return Paper(
        family="donation form", tool="weasyprint", data=data, truth=truth, bills=tuple(bills), form="scan"
    )
