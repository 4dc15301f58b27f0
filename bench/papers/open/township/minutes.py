"""Requests with their replies, minutes of meetings, and letters to and fro."""

from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.open.township import draw
from bench.papers.open.township.base import (
    PLACES,
    account,
    bill,
    cn,
    day,
    firm,
    han,
    later,
    money,
    other,
    people,
    person,
    phone,
    plain_more,
    upper,
    yuan,
)
from bench.papers.values import Paper, Truth  # fmt: skip

#: What a unit asks for: the unit's tail, the purpose, the item on its bill, who decides.
_WISHES = (
    ("文化馆", "乡村文艺巡演及送戏下乡经费", "文化活动经费", "文化和旅游局"),
    ("体育中心", "全民健身馆屋面防水维修经费", "场馆维修经费", "教育体育局"),
    ("特殊教育学校", "学生宿舍床具更新经费", "设备购置经费", "教育体育局"),
    ("水政监察大队", "河道采砂监控设备购置经费", "设备购置经费", "水利局"),
    ("社会福利中心", "消防设施改造经费", "消防改造经费", "民政局"),
    ("动物疫病预防控制中心", "春季重大动物疫病防控经费", "动物疫病防控经费", "农业农村局"),
    ("农业技术推广中心", "小麦“一喷三防”物资采购经费", "农业生产救灾经费", "农业农村局"),
)


def request_and_reply(rng: Random) -> Paper:
    """A request and the reply that grants less of it, bound in one file; now and then with a line in white."""
    place = rng.choice(PLACES)
    tail, what, item, head = rng.choice(_WISHES)
    unit, office = place.county + tail, place.county + head
    watcher = f"{place.county}{other(rng, head, ('财政局', '审计局', '发展和改革局'))}"
    asked = yuan(rng, 60000, 1600000, 5000)
    granted = (asked * rng.choice((5, 6, 7, 8)) / 10).quantize(Decimal(100))
    first = day(rng)
    when = later(rng, first, 8, 45)
    number_a = f"{place.short[0]}{tail[:2]}〔{first.year}〕{rng.randint(2, 60)}号"
    number_b = (
        f"{place.short[0]}{head[0]}{rng.choice(('复', '函', '批'))}〔{when.year}〕{rng.randint(2, 80)}号"
    )
    share = (asked * rng.choice((4, 3)) / 10).quantize(Decimal(100))
    trick = rng.random() < 0.3
    white = (
        f"<span style='color:#fff;font-size:3pt'>同意安排{plain_more(asked * 2 / 10000)}万元</span>"
        if trick
        else ""
    )
    form = rng.choice(("万元", "元"))

    def said(value: Decimal) -> str:
        return f"{plain_more(value / 10000)}万元" if form == "万元" else f"{money(value)}元"

    reply = rng.choice(
        (
            f"经局党组会议研究，原则同意你单位实施该项目，同意安排{what}{said(granted)}，不足部分由你单位自筹解决。",
            f"经研究，现批复如下：一、核定{what}为{said(granted)}，从我局部门预算中拨付。二、超出部分不予安排。",
        )
    )
    body = (
        draw.red_head(unit, number_a, person(rng), "文件" if rng.random() < 0.5 else "")
        + f"<h1>关于解决{what}的请示</h1><p class='n'>{office}：</p>"
        f"<p>{rng.choice(('近年来', '今年以来'))}，我单位承担的工作任务不断加重，"
        f"现有条件已难以满足需要。经初步测算，共需资金{said(asked)}，"
        f"其中设备及材料{said(asked - share)}，人工及其他{said(share)}。因我单位经费紧张，恳请贵局予以解决{said(asked)}为盼。</p>"
        f"<p>妥否，请批示。</p><p>&nbsp;</p><p class='r'>{unit}　　</p>"
        f"<p class='r'>{cn(first)}　　</p><p>（联系人：{person(rng)}，{phone(rng)}）</p>"
        "<div style='page-break-before:always'></div>"
        + draw.red_head(office, number_b, suffix="")
        + f"<h1>关于解决{what}请示的批复</h1><p class='n'>{unit}：</p><p>你单位《关于解决{what}的请示》（{number_a}）收悉。{reply}</p>"
        f"<p>请严格执行政府采购和财务管理制度，专款专用，收款后及时开具票据，并于年底前报送绩效自评。{white}</p><p>此复。</p><p>&nbsp;</p>"
        f"<p class='r'>{office}　　</p><p class='r'>{rng.choice((cn, han))(when)}　　</p>"
        f"<p class='n' style='font-size:11pt;margin-top:20mm;border-top:0.6pt solid'>抄送：{watcher}</p>"
    )
    pdf = tools.weasy(draw.sheet(body, face=rng.choice(("uming", "serif", "ukai"))))
    data = draw.seal_pdf(
        pdf, [(draw.ring(unit), (0, 0.72, 0.66, 0.19)), (draw.ring(office), (1, 0.72, 0.6, 0.19))]
    )
    paid = later(rng, when, 3, 40)
    last = (
        bill(office, unit, asked * 2, paid, item, "hidden", "only a white line says so")
        if trick
        else bill(watcher, unit, granted, paid, item, "payer", "an office that only gets a copy")
    )
    return Paper(
        family="request and reply",
        tool="weasyprint",
        data=data,
        truth=Truth(
            kind="policy", payers=(office,), payees=(unit,), total=granted, signed_on=when, numbers=(number_b,), purpose=what,
            also_names=(watcher,), also_amounts=(asked, share, asked - share), also_numbers=(number_a,),
        ),
        bills=(
            bill(office, unit, granted, paid, item),
            bill(office, unit, asked, paid, item, "amount", "what was asked for, not what was granted"),
            last,
        ),
    )  # fmt: skip


def minutes(rng: Random) -> Paper:
    """Minutes of a town's or county's meeting with several topics, each with its own sum and units; a scan."""
    place = rng.choice(PLACES)
    chair, when = person(rng, place.people), day(rng)
    period = rng.randint(2, 40)
    number = f"第{period}期" if rng.random() < 0.5 else f"〔{when.year}〕{period}号"
    town = rng.choice(place.towns)
    mine_unit, mine_office = (
        f"{place.county}{town}人民政府".replace("街道人民政府", "街道办事处"),
        f"{place.county}交通运输局",
    )
    rival = f"{place.county}{other(rng, town, place.towns)}人民政府".replace("街道人民政府", "街道办事处")
    mine_use = rng.choice((f"{town}农村公路水毁修复工程", f"{town}客运候车亭建设", f"{town}桥梁加固工程"))
    sums = [yuan(rng, 80000, 2600000, 1000) for _ in range(4)]
    amount = sums[0]
    topics = [
        f"会议听取了{mine_use}资金有关情况的汇报。会议同意由{mine_office}从养护资金中安排{plain_more(amount / 10000)}万元拨付{mine_unit}，"
        f"专项用于{mine_use}，由{mine_unit}组织实施，确保汛期前完工。",
        f"会议研究了{rival}反映的卫生院污水处理设施问题。会议同意由{place.county}卫生健康局安排{plain_more(sums[1] / 10000)}万元予以解决。",
        f"会议审议了中心敬老院提质改造事项。会议同意由{place.county}民政局安排福彩公益金{plain_more(sums[2] / 10000)}万元。",
        f"会议通报了环保督察整改情况，要求{place.county}城市管理局对垃圾中转站进行改造，"
        f"估算投资{plain_more(sums[3] / 10000)}万元，资金来源另行研究。",
    ]
    order = rng.sample(range(1, 4), rng.choice((2, 3)))
    order.insert(rng.randint(0, len(order)), 0)
    text = "".join(
        f"<p><span class='b'>{'一二三四'[k]}、</span>{topics[each]}</p>" for k, each in enumerate(order)
    )
    guests = "、".join(people(rng, rng.randint(6, 12), place.people))
    body = (
        f"<div style='text-align:center;color:#c11;font-family:serif-bold;font-size:30pt;letter-spacing:5pt'>{place.county}人民政府"
        "<br>专题会议纪要</div>"
        f"<p class='c'>{number}</p><p class='n' style='display:flex;justify-content:space-between;border-bottom:1.4pt solid #c11'>"
        f"<span>{place.county}人民政府办公室</span><span>{cn(later(rng, when, 1, 3))}</span></p>"
        f"<p style='margin-top:4mm'>{cn(when)}，{rng.choice(('副县长', '县长', '常务副县长'))}{chair}在县政府二楼会议室主持召开专题会议。"
        f"现将会议议定事项纪要如下：</p>{text}"
        f"<p>出席：{guests}。</p><p>记录：{person(rng)}</p>"
    ).replace("县长", "旗长" if place.county.endswith("旗") else "县长")
    css = "body { font-size: 14.5pt; }"
    pdf = tools.weasy(draw.sheet(body, css, face=rng.choice(("uming", "ukai")), margin="28mm 26mm"))
    office = f"{place.county}人民政府办公室"
    data = draw.copied(
        rng,
        pdf,
        [(draw.ring(office), (0, 0.76, 0.25, 0.19))] if rng.random() < 0.6 else [],
        rng.choice((150, 200)),
    )
    paid = later(rng, when, 6, 60)
    item = rng.choice(("交通建设补助资金", "代收代付款"))
    remark = mine_use
    return Paper(
        family="minutes",
        tool="weasyprint",
        form="scan",
        data=data,
        truth=Truth(
            kind="policy", payers=(mine_office,), payees=(mine_unit,), total=amount, signed_on=when, numbers=(number,), purpose=mine_use,
            also_names=(rival, office, f"{place.county}人民政府",
                *(f"{place.county}{each}" for each in ("卫生健康局", "民政局", "城市管理局"))),
            also_amounts=tuple(sums[each] for each in order if each), also_purposes=("中心敬老院提质改造", "垃圾中转站"),
        ),
        bills=(
            bill(mine_office, mine_unit, amount, paid, item, remark=remark),
            bill(mine_office, rival, amount, paid, item, "payee", "the town of another topic", remark=remark),
            bill(mine_office, mine_unit, amount, paid, rng.choice(("房屋租金", "培训费", "捐赠收入")), "purpose", "no works on roads"),
        ),
    )  # fmt: skip


_ASKS = (
    ("文化馆", "民歌大赛暨“村晚”示范展示活动", "活动赞助收入", "冠名赞助"),
    ("体育中心", "环湖半程马拉松赛事服务保障", "赛事赞助收入", "赛事合作"),
    ("图书馆", "乡村流动书屋购书", "捐赠收入", "捐资"),
    ("职业技术教育中心", "岗前技能提升培训", "培训费", "委托培训"),
    ("农产品质量安全检测站", "猕猴桃农残批次检测", "检测费", "委托检测"),
)


def letters(rng: Random) -> Paper:
    """A unit's letter to a company and the company's answer with what it will pay, from two printers."""
    place = rng.choice(PLACES)
    tail, what, item, kind = rng.choice(_ASKS)
    unit, company = place.county + tail, firm(rng)
    hoped, total = yuan(rng, 20000, 400000, 1000), yuan(rng, 8000, 300000, 500)
    if hoped <= total:
        hoped = total + 20000
    first = day(rng)
    when = later(rng, first, 3, 25)
    to = account(rng)
    number = f"{place.short[0]}{tail[0]}函〔{first.year}〕{rng.randint(1, 50)}号"
    reply_no = rng.choice(("", f"{company[2:4]}综字〔{when.year}〕{rng.randint(3, 99):02d}号"))
    sums = rng.choice((f"人民币{money(total)}元（{upper(total)}）", f"{upper(total)}（¥{money(total)}）"))
    body = (
        f"<style>@page{{size:A4;margin:24mm}}body{{font-family:{rng.choice(('serif', 'uming'))};"
        f"font-size:14pt;line-height:1.8}}p{{margin:0;text-indent:2em}}"
        ".r{text-align:right}.n{text-indent:0}h1{text-align:center;font-size:20pt;font-weight:normal;font-family:serif-bold}"
        ".new{page-break-before:always;font-family:sans;font-size:11.5pt;"
        "line-height:1.7}.band{border-bottom:2pt solid #1f6f5c;color:#1f6f5c;"
        "font-size:16pt;padding-bottom:2mm;margin-bottom:8mm}</style>"
        f"<h1>{unit}<br>关于商请支持{what}的函</h1><p class='r'>{number}</p><p class='n'>{company}：</p>"
        f"<p>为丰富群众生活、服务地方产业发展，我单位拟开展{what}工作，"
        f"商请贵公司给予支持，拟请安排经费{plain_more(hoped / 10000)}万元左右。"
        f"如蒙同意，请复函并将款项汇至：户名 {unit}，账号 {to}，开户行 {place.county}{place.bank}。</p><p>盼复。</p><p>&nbsp;</p>"
        f"<p class='r'>{unit}</p><p class='r'>{cn(first)}</p>"
        f"<div class='new'><div class='band'>{company}</div><h1 style='font-family:sans-bold;font-size:17pt'>复　函</h1>"
        f"<p class='n'>{reply_no}</p><p class='n'>{unit}：</p>"
        f"<p>贵单位来函（{number}）收悉。经公司{rng.choice(('总经理办公会', '董事会'))}研究，"
        f"同意以{kind}方式支付{what}费用，金额为{sums}，于本函发出后十个工作日内一次性汇入来函所列账户。请贵单位到款后开具票据。</p>"
        f"<p>公司联系人：{person(rng)}　电话：{phone(rng)}　传真：0{rng.randint(310, 998)}-{rng.randint(2200000, 8999999)}"
        "</p><p>专此函复。</p>"
        f"<p class='r'>{company}</p><p class='r'>{when.isoformat() if rng.random() < 0.4 else cn(when)}</p></div>"
    )
    data = draw.seal_pdf(
        tools.chrome(body),
        [(draw.ring(unit), (0, 0.75, 0.62, 0.19)), (draw.ring(company), (1, 0.78, 0.55, 0.18))],
    )
    paid = later(rng, when, 1, 20)
    return Paper(
        family="letters",
        tool="chromium",
        data=data,
        truth=Truth(
            kind="policy", payers=(company,), payees=(unit,), total=total, words=total, signed_on=when,
            numbers=(reply_no,) if reply_no else (number,), accounts=(to,), purpose=what, also_amounts=(hoped,),
            also_numbers=(number,), also_purposes=(f"{what}费用", kind),
        ),
        bills=(
            bill(company, unit, total, paid, item, unit_account=to),
            bill(company, unit, total, paid, rng.choice(("罚没收入", "停车服务费", "住宿费")), "purpose", "not what the letters are about",
                 unit_account=to),
            bill(company, unit, total, paid, item, "account", "the letters name another account", unit_account=account(rng)),
        ),
    )  # fmt: skip
