"""Papers that later papers change: notices revoked or issued anew, and a lease with its supplement."""

from datetime import date, timedelta
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
    later,
    money,
    person,
    plain,
    plain_more,
    upper,
    yuan,
)
from bench.papers.values import Paper, Truth  # fmt: skip

_GRANTS = (
    ("财政局", "人民医院", "住院楼电梯更新补助资金", "设备购置补助"),
    ("教育体育局", "第三中学", "运动场改造补助资金", "校舍维修补助"),
    ("文化和旅游局", "图书馆", "公共图书馆免费开放补助资金", "免费开放补助资金"),
    ("民政局", "殡仪馆", "火化设备更新改造补助资金", "设备购置补助"),
    ("水利局", "防汛抗旱服务队", "抗旱应急补助资金", "抗旱补助资金"),
    ("残疾人联合会", "残疾人综合服务中心", "无障碍改造补助资金", "残疾人事业补助资金"),
)


def changed_notice(rng: Random) -> Paper:
    """A grant and what became of it: called back by a second notice, or issued anew with another sum."""
    place = rng.choice(PLACES)
    head, tail, what, item = rng.choice(_GRANTS)
    office, unit = place.county + head, place.county + tail
    old = yuan(rng, 90000, 3200000, 1000)
    new = old - yuan(rng, 10000, 70000, 1000)
    first = day(rng, 2023, 2025)
    when = later(rng, first, 20, 120)
    number_a = f"{place.short[0]}{head[0]}字〔{first.year}〕{rng.randint(2, 60)}号"
    number_b = f"{place.short[0]}{head[0]}字〔{when.year}〕{rng.randint(61, 140)}号"
    revoked = rng.random() < 0.55
    why = rng.choice(
        ("因项目前期手续不全、无法在年度内实施", "因上级资金计划调整", "经审计发现该项目与其他资金重复安排")
    )
    first_page = (
        draw.red_head(office, number_a) + f"<h1>关于拨付{what}的通知</h1><p class='n'>{unit}：</p><p>经研究，"
        f"现拨付你单位{first.year}年{what}{plain_more(old / 10000)}万元，"
        "请抓紧组织实施，加快支出进度，按规定做好信息公开，收款后向我局开具票据。</p><p>特此通知。</p><p>&nbsp;</p>"
        f"<p class='r'>{office}　　</p><p class='r'>{cn(first)}　　</p>"
    )
    if revoked:
        second_page = (
            draw.red_head(office, number_b)
            + f"<h1>关于{rng.choice(('撤销', '废止'))}{number_a}文件的通知</h1>"
            f"<p class='n'>{unit}：</p><p>我单位于{cn(first)}印发《关于拨付{what}的通知》"
            f"（{number_a}），{why}，经研究决定自即日起予以撤销，原安排资金不再拨付，已拨付的应于十日内原渠道退回。</p><p>&nbsp;</p>"
            f"<p class='r'>{office}　　</p><p class='r'>{cn(when)}　　</p>"
        )
        pages = (first_page, second_page)
        mark = (
            "<div style='position:absolute;top:90mm;left:34mm;font-size:60pt;color:#c22;transform:rotate(-24deg);"
            "border:3pt solid #c22;padding:0 8mm;opacity:0.55'>作 废</div>"
        )
        if rng.random() < 0.4:
            pages = (first_page + mark, second_page)
    else:
        second_page = (
            draw.red_head(office, number_b) + f"<h1>关于调整{what}的通知</h1><p class='n'>{unit}：</p>"
            f"<p>{why.replace('、无法在年度内实施', '、部分内容缓建')}，现将你单位{first.year}年{what}由"
            f"{plain_more(old / 10000)}万元调整为{plain_more(new / 10000)}万元，"
            f"核减{plain_more((old - new) / 10000)}万元。原《关于拨付{what}的通知》（{number_a}）"
            f"同时作废，以本通知为准，资金于本通知印发后拨付。</p><p>&nbsp;</p><p class='r'>{office}　　</p><p class='r'>{cn(when)}　　</p>"
        )
        pages = (second_page, f"<p class='n'>附：原文（已作废）</p>{first_page}")
    body = "<div style='page-break-before:always'></div>".join(pages)
    pdf = tools.weasy(draw.sheet(body, face=rng.choice(("uming", "serif", "wenkai"))))
    data = draw.seal_pdf(pdf, [(draw.ring(office), (k, 0.72, 0.56, 0.2)) for k in (0, 1)])
    paid, state = later(rng, when, 5, 30), "status" if revoked else ""
    note = "the grant was called back" if revoked else ""
    bills = [
        bill(office, unit, old if revoked else new, paid, item, state, note or "the sum of the newer notice"),
        bill(
            office,
            unit,
            old,
            later(rng, when, 31, 60),
            item,
            state or "amount",
            note or "the sum of the notice that is void",
        ),
        bill(office, unit, new, paid, rng.choice(("门票收入", "房屋租金", "培训费")), "purpose", "no grant"),
    ]
    return Paper(
        family="changed notice",
        tool="weasyprint",
        data=data,
        truth=Truth(
            kind="policy", payers=(office,), payees=(unit,), total=old if revoked else new, signed_on=first if revoked else when,
            numbers=(number_a if revoked else number_b,), purpose=what, status="revoked" if revoked else "",
            also_amounts=(old - new,) if revoked else (old, old - new), also_numbers=(number_b if revoked else number_a,),
            also_purposes=(f"{first.year}年{what}",),
        ),
        bills=tuple(bills[:2] if revoked else bills),
    )  # fmt: skip


def lease_supplement(rng: Random) -> Paper:
    """A lease and its supplement, scanned into one file; the rent of the supplement counts."""
    place = rng.choice(PLACES)
    lessor = place.county + rng.choice(
        ("文化馆", "体育中心", "影剧院", "供销社资产管理中心", "职业技术学校", "林业局苗圃")
    )
    name = firm(rng, place)
    signed = day(rng, 2023, 2024)
    start = (signed.replace(day=1) + timedelta(days=32)).replace(day=1)
    end = date(start.year + 3, start.month, 1) - timedelta(days=1)
    new_end = date(start.year + 4, start.month, 1) - timedelta(days=1)
    old = yuan(rng, 12000, 460000, 1000)
    new = old * rng.choice((80, 85, 90, 110)) / 100
    deposit = yuan(rng, 3000, 30000, 1000)
    when = later(rng, signed, 240, 500)
    from_day = date(when.year + when.month // 12, when.month % 12 + 1, 1)
    number, to = f"{place.short}租{signed.year}{rng.randint(1, 60):03d}", account(rng)
    what = rng.choice(("多功能厅", "综合楼三层", "东门商铺6间", "旧仓库", "培训楼"))
    face = rng.choice(("zhimang", "mashan"))

    heads = (person(rng), person(rng))

    def ends(one: date) -> str:
        return (
            "<p>&nbsp;</p><table><tr><td>甲方（盖章）：</td><td>乙方（盖章）："
            f"</td></tr><tr><td>代表人：{draw.ink(heads[0], face, 20, '#111')}</td>"
            f"<td>代表人：{draw.ink(heads[1], face, 20, '#111')}</td></tr></table><p class='r'>{cn(one)}　　</p>"
        )

    why = rng.choice(
        ("鉴于房屋部分区域漏水维修影响经营", "鉴于周边道路施工及市场租金变化", "根据资产评估结果")
    )
    body = (
        f"<h1>房屋租赁合同</h1><p class='r'>编号：{number}</p><p class='n'>甲方（出租人）：{lessor}<br>乙方（承租人）：{name}</p>"
        f"<p>1. 甲方将{what}出租给乙方，用途为{rng.choice(('教育培训', '仓储', '餐饮', '健身'))}。</p>"
        f"<p>2. 租期三年，自{cn(start)}至{cn(end)}。</p>"
        f"<p>3. 年租金{plain(old)}元（大写{upper(old)}），按年支付，先付后用，每年度开始前一次付清。</p>"
        f"<p>4. 租金汇入：{lessor}，{place.county}{place.bank}，账号{to}。</p><p>5. 押金{plain(deposit)}元，合同终止后七日内退还。</p>"
        "<p>6. 乙方负责房屋日常维护、消防和安全，费用自理。</p><p>7. 乙方擅自转租的，甲方可解除合同并没收押金。</p>"
        f"<p>8. 争议提交{place.county}人民法院解决。合同一式四份。</p>{ends(signed)}"
        f"<div style='page-break-before:always'></div><h1>{rng.choice(('补充协议', '房屋租赁合同之补充协议（一）'))}</h1>"
        f"<p class='n'>甲方：{lessor}<br>乙方：{name}</p><p>双方于{cn(signed)}签订了《房屋租赁合同》（编号：{number}，"
        f"下称原合同）。{why}，经协商一致，达成补充协议如下：</p>"
        f"<p>一、自{cn(from_day)}起，年租金由{money(old)}元调整为{money(new)}元（大写：{upper(new)}）。</p>"
        f"<p>二、租期延长至{cn(new_end)}。</p>"
        f"<p>三、{rng.choice(('首个调整年度的租金于本协议签订后十五日内支付。', '调整后首年租金于签订本协议后半个月内付清。'))}</p>"
        f"<p>四、其余条款仍按原合同执行。本协议与原合同不一致的，以本协议为准。</p>{ends(when)}"
    )
    pdf = tools.weasy(
        draw.sheet(
            body, "body{font-size:13pt}", face=rng.choice(("uming", "serif", "ukai")), margin="24mm 24mm"
        )
    )
    seals = [(draw.ring(who), (k, across, down, 0.18)) for k, down in ((0, 0.66), (1, 0.56))
             for who, across in ((lessor, 0.28), (name, 0.7))]  # fmt: skip
    data = draw.copied(rng, pdf, seals, rng.choice((150, 180)))
    item = rng.choice(("房屋租金", "国有资产出租收入"))
    paid = later(rng, when, 1, 14)
    return Paper(
        family="contract and supplement",
        tool="weasyprint",
        form="scan",
        data=data,
        truth=Truth(
            kind="contract", payers=(name,), payees=(lessor,), total=new, words=new, signed_on=when, starts_on=start, ends_on=new_end,
            numbers=(number,), accounts=(to,), purpose=what, also_amounts=(old, deposit), also_purposes=("房屋租赁", "租金", "年租金"),
        ),
        bills=(
            bill(name, lessor, new, paid, item, unit_account=to),
            bill(name, lessor, old, later(rng, paid, 1, 20), item, "amount", "the rent before the supplement", unit_account=to),
            bill(name, f"{place.county}{rng.choice(('机关事务服务中心', '图书馆', '妇幼保健院'))}",
                new, paid, item, "payee", "not the lessor"),
        ),
    )  # fmt: skip
