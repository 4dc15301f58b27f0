"""Security for bids: the demand in a notice, and the list by which it goes back."""

from decimal import Decimal
from random import Random
from typing import Any

from bench.papers.open.school import base as b
from bench.papers.open.school import draw as d
from bench.papers.tools import weasy
from bench.papers.values import Paper, Truth


def tender_notice(rng: Random) -> Paper:
    """A school's notice of a tender: budget, price of the papers, security for the bid; who pays stays open."""
    _, town = b.place(rng)
    school = b.college(rng, town)
    project = rng.choice(
        (
            "学生公寓热水系统改造",
            "校园物业服务采购",
            "汽车实训中心设备采购",
            "食堂原材料配送服务",
            "智慧教室建设",
            "教学楼外墙维修工程",
        )
    )
    budget = b.money(rng, 400_000, 6_000_000, 10000)
    security = (budget * rng.choice((1, 2)) / 100 / 1000).quantize(Decimal(1)) * 1000
    papers = Decimal(rng.choice((300, 400, 500)))
    signed = b.day(rng)
    opened = b.after(signed, rng.randrange(20, 26))
    due = b.after(opened, -1)
    number = f"{town[0]}职采〔{signed.year}〕{rng.randrange(1, 60):02d}号"
    card, other_card, branch = b.account(rng), b.account(rng), b.bank(rng, town)
    agency = f"{b.place(rng)[1]}{rng.choice(('中鼎', '华信', '诚达'))}招标代理有限公司"
    contact, clerk = b.people(rng, 2)
    bidder = b.company(rng)
    as_wan = rng.random() < 0.5
    say = f"{b.wan(security)}万元" if as_wan else f"{b.words(security)}（¥{b.comma(security)}）"
    purpose = rng.choice(("投标保证金", "磋商保证金"))
    body = f"""
<h1>{school}{project}项目{rng.choice(("招标公告", "竞争性磋商公告"))}</h1>
<p class='c n'>（采购编号：{number}）</p>
<p>{agency}受{school}委托，就{project}项目组织采购，欢迎符合条件的供应商参加。</p>
<h2>一、项目概况</h2><p>项目名称：{project}；预算金额：{b.wan(budget)}万元，报价超过预算的按无效处理；采购内容详见采购文件。</p>
<h2>二、供应商资格</h2><p>具有独立承担民事责任的能力，具备有效的营业执照，近三年内无重大违法记录，不接受联合体。</p>
<h2>三、采购文件获取</h2>
<p>{b.cn(signed)}至{b.cn(b.after(signed, 6))}，在{agency}获取，采购文件每套售价{b.short(papers)}元（缴至代理机构账户，
账号：{other_card}），售后不退。</p>
<h2>四、{purpose}</h2><p>1. 金额：人民币{say}。</p>
<p>2. 供应商应于{b.padded(due)}17:00前，由其基本账户以转账方式将{purpose}缴至采购人下列账户，
以到账时间为准，不接受现金和个人转账：</p>
<table style='margin:3pt 2em;width:auto'><tr><td>户　名</td><td>{school}</td></tr><tr><td>开户行</td><td>{branch}</td></tr>
<tr><td>账　号</td><td>{b.grouped(card) if rng.random() < 0.5 else card}</td></tr></table>
<p>3. 到账后，采购人向供应商开具资金往来票据；未成交供应商的{purpose}在成交通知书发出后5个工作日内无息退还。</p>
<h2>五、开标时间和地点</h2><p>{b.padded(opened)}09:30，{school}行政楼三楼会议室。</p>
<h2>六、联系方式</h2><p>采购人：{school}　联系人：{contact}　电话：{b.phone(rng, mobile=False)}</p>
<p>代理机构：{agency}　联系人：{clerk}　电话：{b.phone(rng, mobile=False)}</p>
<p class='r' style='margin-top:1em'>{agency}</p><p class='r'>{b.padded(signed)}</p>"""
    style = rng.choice((d.STYLES[0], d.STYLES[3], d.STYLES[1]))
    issued = b.after(due, rng.randrange(-3, 1))
    usual: dict[str, Any] = {"payer": bidder, "unit": school, "items": (purpose,)}
    odd = b.bill(
        usual,
        security,
        issued,
        "any bidder may pay; money held for others",
        items=("代收代付款",),
        remark=f"{project}{purpose}",
        unit_account=card,
    )
    return Paper(
        family="tender notice",
        tool="weasyprint",
        data=weasy(d.sheet(style, body)),
        truth=Truth(
            kind="policy",
            payees=(school,),
            total=security,
            words=None if as_wan else security,
            signed_on=signed,
            numbers=(number,),
            accounts=(card,),
            purpose=purpose,
            also_names=(agency, contact, clerk, branch),
            also_amounts=(budget, papers),
            also_numbers=(other_card,),
            also_purposes=(project, f"{project}项目"),
        ),
        bills=(
            odd,
            b.bill(
                usual,
                security,
                issued,
                "the account is the agency's for its papers",
                "account",
                unit_account=other_card,
            ),
            b.bill(usual, security * 10, issued, "one nought too many", "amount"),
        ),
    )


def security_refund(rng: Random) -> Paper:
    """A list by which a school pays security back; one bidder is a public unit that issues a bill for it. Scanned."""
    _, town = b.place(rng)
    school = b.college(rng, town)
    public = b.place(rng)[1] + rng.choice(
        ("市产品质量监督检验所", "地质测绘院", "水利水电勘测设计研究院", "农业科学研究所")
    )
    firms = b.companies(rng, rng.choice((2, 3, 4)))
    place = rng.randrange(len(firms) + 1)
    bidders = [*firms[:place], public, *firms[place:]]
    signed = b.day(rng)
    project = rng.choice(
        ("校园地下管线探测服务", "食品安全抽样检测服务", "实训基地环境监测服务", "温室大棚土壤检测")
    )
    base = b.money(rng, 4000, 40000, 1000)
    sums = [base for _ in bidders]
    fee = Decimal(rng.randrange(8, 40) * 50)
    winner = rng.choice([k for k in range(len(bidders)) if k != place])
    sums[winner] = base - fee
    for k in range(len(bidders)):
        if k not in (winner, place) and rng.random() < 0.4:
            sums[k] = base * 2
    total = sum(sums, Decimal(0))
    held = b.after(signed, -rng.randrange(8, 30))
    number = f"CG{held.year}-{rng.randrange(3, 90):03d}"
    accounts = [b.account(rng) for _ in bidders]
    maker, chief = b.people(rng, 2)
    rows = []
    for k, (name, each, card) in enumerate(zip(bidders, sums, accounts, strict=True)):
        note = f"已扣成交服务费{b.short(fee)}元" if k == winner else "两个标段" if each > base else ""
        rows.append((str(k + 1), name, card, "|" + b.comma(each), note))
    rows.append(("", "合　计", "", "|" + b.comma(total), ""))
    head = ("序号", rng.choice(("供应商名称", "退款单位")), "收款账号", "退还金额（元）", "备注")
    body = f"""
<h1>投标保证金退还申请表</h1>
<p class='n'>申请部门：国有资产与招标采购办公室<span style='float:right'>申请日期：{b.cn(signed)}</span></p>
<p class='n'>付款单位：{school}</p><p class='n'>项目名称：{project}（采购编号：{number}，{
        b.cn(held)
    }开标）</p>
<div style='font-size:.86em;margin:.5em 0'>{d.table(head, rows, widths="7% 36% 27% 15% 15%")}</div>
<p class='n'>退还合计（大写）：{b.words(total)}</p>
<p class='n'>退款事由：项目采购活动已结束，成交结果公示无异议，按采购文件规定退还投标保证金，请财务处办理转账。</p>
<table class='grid' style='margin-top:8pt'><tr><td style='width:20%'>经办人</td><td style='width:30%'>{
        d.hand(rng, maker)
    }</td>
<td style='width:20%'>部门负责人</td><td class='at' style='height:2.3cm'>{
        d.seal(rng, school, place="left:0mm;top:-9mm", size=40)
    }{d.hand(rng, chief)}</td></tr></table>
<p class='n small'>收款单位属行政事业单位的，请在到账后向我校寄送资金往来结算票据。</p>"""
    pdf = weasy(d.sheet(rng.choice((d.STYLES[0], d.STYLES[1], d.STYLES[3])), body))
    issued = b.after(signed, rng.randrange(3, 14))
    mine = sums[place]
    usual: dict[str, Any] = {"payer": school, "unit": public, "items": ("资金往来结算款",)}
    return Paper(
        family="refund of security",
        tool="weasyprint",
        form="scan",
        data=d.scan(rng, pdf, rng.choice((180, 200, 220))),
        truth=Truth(
            kind="other",
            payers=(school,),
            payees=tuple(bidders),
            total=total,
            words=total,
            signed_on=signed,
            numbers=(number,),
            accounts=tuple(accounts),
            purpose="退还投标保证金",
            also_names=(maker, chief),
            also_amounts=(*sums, fee),
            also_purposes=("投标保证金", "投标保证金退还", project),
        ),
        bills=(
            b.bill(
                usual,
                mine,
                issued,
                "a bidder takes its security back",
                remark="收回投标保证金",
                unit_account=accounts[place],
            ),
            b.bill(usual, sums[winner], issued, "another bidder's sum", "amount", remark="收回投标保证金"),
            b.bill(
                usual,
                mine,
                issued,
                "another bidder does not pay",
                "payer",
                payer=firms[0],
                remark="收回投标保证金",
            ),
        ),
    )


def award(rng: Random) -> Paper:
    """A letter of award: the price that won, and the performance security to be paid before signing. Scanned."""
    _, town = b.place(rng)
    school = b.college(rng, town)
    winner, second = b.companies(rng, 2)
    project = rng.choice(
        ("学生宿舍空调租赁", "图书馆装修改造工程", "校园网出口带宽服务", "实训耗材供应", "新校区绿化养护")
    )
    price = b.money(rng, 160_000, 5_000_000, 100) + Decimal(rng.choice((0, 0, 37, 68)))
    rate = rng.choice((5, 10))
    security = (price * rate / 100).quantize(Decimal("0.01"))
    service = Decimal(rng.randrange(20, 180) * 100)
    opened = b.day(rng)
    signed = b.after(opened, rng.randrange(3, 8))
    due = b.after(signed, rng.choice((7, 10, 15)))
    number = f"{rng.choice(('ZB', 'CGZB', 'XZ'))}{opened.year}-{rng.randrange(1, 130):03d}"
    card, branch = b.account(rng), b.bank(rng, town)
    agency = f"{b.place(rng)[1]}{rng.choice(('建审', '正信', '中鼎'))}工程咨询有限公司"
    rounded = rng.random() < 0.5
    price_said = f"{b.spaced(price)}元" if rounded else f"{b.words(price)}（¥{b.comma(price)}）"
    security_said = f"{b.words(security)}（¥{b.comma(security)}）"
    body = f"""
<h1 style='font-size:1.9em;letter-spacing:6pt'>{rng.choice(("中标通知书", "成交通知书"))}</h1><p class='n r small'>编号：{number}</p>
<p class='n'>{winner}：</p>
<p>{school}{project}项目（采购编号：{number}）于{b.cn(opened)}开标评审，经评审委员会推荐、采购人确认，贵公司为该项目中标（成交）人，
中标（成交）金额：{price_said}，第二候选人为{second}。</p>
<p>请贵公司在收到本通知书后，于{b.cn(due)}前按采购文件要求向采购人缴纳履约保证金（中标金额的{rate}%），计人民币{security_said}，
并携带缴款凭证与{school}签订合同。逾期不缴纳的，视为放弃中标资格。</p>
<table class='grid' style='margin:.7em 0;font-size:.95em'><tr><td style='width:26%'>收款单位</td><td class='l'>{school}</td></tr>
<tr><td>开户银行</td><td class='l'>{branch}</td></tr><tr><td>账号</td><td class='l'>{card}</td></tr></table>
<p>采购代理服务费{b.comma(service)}元由贵公司另行向{agency}支付。</p>
<table class='sign'><tr><td class='at'>{d.seal(rng, school, place="left:10mm;top:-6mm", size=41)}采购人：{school}<br>{b.cn(signed)}</td>
<td class='at'>{d.seal(rng, agency, place="left:16mm;top:-4mm", size=40)}采购代理机构：{agency}<br>{b.cn(signed)}</td></tr></table>"""
    issued = b.after(signed, rng.randrange(2, 8))
    usual: dict[str, Any] = {"payer": winner, "unit": school, "items": ("保证金",)}
    return Paper(
        family="letter of award",
        tool="weasyprint",
        form="scan",
        data=d.scan(rng, weasy(d.sheet(rng.choice(d.STYLES), body))),
        truth=Truth(
            **b.said("policy", winner, school, security, signed, number=number, account=card, words=True),
            purpose="履约保证金",
            also_names=(second, agency, branch),
            also_amounts=(price, service),
            also_purposes=(project, f"{project}项目", "采购代理服务费"),
        ),
        bills=(
            b.bill(usual, security, issued, remark=project, unit_account=card),
            b.bill(
                usual,
                price,
                issued,
                "the price of the bid, of which the security is a part",
                "amount",
                remark=project,
            ),
            b.bill(
                usual,
                security,
                issued,
                "the second bidder pays no performance security",
                "payer",
                payer=second,
                remark=project,
            ),
        ),
    )
