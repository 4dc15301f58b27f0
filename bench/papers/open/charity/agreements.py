"""Donation agreements: of three parties, with naming, letters of intent."""

from datetime import date
from decimal import Decimal
from html import escape
from random import Random

from bench.papers.open.charity import base
from bench.papers.open.charity.base import bill, cn, cn_formal, money
from bench.papers.tools import typst, weasy
from bench.papers.values import Paper, Truth

TRIPLE_CSS = """
@page { size: A4; margin: 27mm 25mm 24mm; @bottom-center { content: "第 " counter(page) " 页 共 " counter(pages) " 页";
 font: 9pt uming; } }
body { font: 11.5pt/1.85 uming; } h1 \
{ font: 20pt serif-bold; text-align: center; letter-spacing: 4pt; margin: 4mm 0; }
.no { text-align: right; font-size: 10.5pt; } h2 { font: 12pt sans-bold; margin: 4mm 0 1mm; }
p { margin: 0; text-indent: 2em; text-align: justify; } .party { text-indent: 0; }
table { border-collapse: collapse; width: 100%; margin: 3mm 0; font-size: 10.5pt; line-height: 1.4; }
td, th { border: 0.6pt solid #222; padding: 1.6mm 2mm; text-align: center; font-weight: normal; } .m \
{ text-align: right; }
.sign td { border: 0; text-align: left; height: 36mm; vertical-align: top; position: relative; width: 33%; line-height: 1.9; }
"""


def tripartite(rng: Random) -> Paper:
    """A company gives to a foundation for a school's project, in three stages; all three sign."""
    where = base.place(rng)
    province, city, area = where
    donor, fund, user = base.company(rng), base.foundation(rng, where), base.school(rng, city)
    heads = [base.person(rng) for _ in range(4)]
    signed = base.day(rng, 2023, 2025)
    step = Decimal(rng.choice((5, 10, 20, 40, 80))) * 10000
    parts = [step * rng.randint(2, 4), step * 2, step]
    total = sum(parts, Decimal(0))
    dates = [
        base.after(signed, 30),
        base.month_end(signed.year + 1, rng.choice((3, 6))),
        base.month_end(signed.year + 1, 11),
    ]
    purpose = rng.choice(
        (
            "乡村教师能力提升项目",
            "新建图书馆及购置图书",
            "“启航”困境学生助学项目",
            "人工智能实验室建设",
            "心理健康教育中心建设",
        )
    )
    number = f"{rng.choice(('JZ', 'XY', 'JJH'))}-{signed.year}-{rng.randint(11, 398):04d}"
    where_to = base.account(rng)
    branch = base.bank(rng, city)
    rows = "".join(
        f"<tr><td>第{'一二三'[at]}期</td><td>{cn(dates[at])}前</td><td class=m>{money(parts[at])}</td><td>{what}</td></tr>"
        for at, what in enumerate(("协议生效后首付", "项目中期报告经甲方认可", "项目结项"))
    )
    mark = rng.choice(("第{}条", "第{}条", "{}、"))
    titles = (mark.format(each) for each in "一二三四五六七八九")
    fee = Decimal(rng.choice((3, 5, 8)))
    seals = [
        base.seal_tag(name, mark, style="left:4mm;top:2mm")
        for name, mark in ((donor, ""), (fund, "合同专用章"), (user, ""))
    ]
    basis = rng.choice(("依据《中华人民共和国慈善法》《中华人民共和国民法典》等规定", "根据有关法律法规"))
    body = f"""<div class=no>协议编号：{number}</div><h1>捐赠协议书</h1>
<p class=party>甲方（捐赠人）：{donor}</p><p class=party>统一社会信用代码：{base.code(rng)}</p>
<p class=party>法定代表人：{heads[0]}　　联系人：{heads[3]}　电话：{base.phone(rng)}</p>
<p class=party>乙方（受赠人）：{fund}</p><p class=party>法定代表人：{heads[1]}　　电话：\
{base.phone(rng, area)}</p>
<p class=party>丙方（受益单位）：{user}</p><p class=party>地址：\
{province}{city}市学府路{rng.randint(2, 380)}号　　负责人：{heads[2]}</p>
<p>为支持教育事业发展，{basis}，\
三方在平等、自愿的基础上协商一致，订立本协议。</p>
<h2>{next(titles)} 捐赠财产</h2>
<p>甲方自愿向乙方捐赠人民币{base.capital(total)}（¥{money(total)}），系甲方合法所有并有权处分的财产。\
上述款项按本协议第三条约定分期支付。</p>
<h2>{next(titles)} 捐赠用途</h2><p>捐赠款项专项用于丙方{purpose}。未经甲方书面同意，\
乙方、丙方不得改变用途。乙方可从中列支不超过{fee}%的项目管理费用。</p>
<h2>{next(titles)} 支付安排</h2><table><tr><th>期次</th><th>付款期限</th><th>金额（元）</th><th>条件</th>\
</tr>{rows}
<tr><td colspan=2>合计</td><td class=m>{money(total)}</td><td></td></tr></table>
<p>甲方将款项汇入乙方下列账户：户名：{fund}；开户行：{branch}；账号：{where_to}。</p>
<h2>{next(titles)} 捐赠票据</h2><p>乙方应在每期款项到账后十五个工作日内，\
按实际到账金额向甲方开具公益事业捐赠票据。丙方不得就同一款项另行开具票据。</p>
<h2>{next(titles)} 使用与监督</h2><p>乙方收到款项后{rng.choice(("30日", "二十个工作日"))}内，\
扣除约定费用后拨付丙方。丙方应当专账核算，每半年提交书面使用报告；单笔支出超过50,000元的，\
应附采购合同及验收单。</p>
<p>甲方有权查询捐赠财产的使用、管理情况并提出意见，乙方、丙方应如实答复。乙方依法公开本项目信息，\
但甲方书面要求保密的事项除外。</p>
<h2>{next(titles)} 违约责任</h2><p>甲方未按期付款，经乙方催告后三十日内仍未支付的，乙方可暂停项目。\
丙方擅自改变用途的，乙方有权追回已拨付款项，并可要求丙方支付100,000元以内的违约金，所得仍用于公益目的。</p>
<h2>{next(titles)} 其他</h2><p>因本协议发生争议，协商不成的，提交{city}仲裁委员会仲裁。本协议一式六份，\
三方各执两份，自三方签字盖章之日起生效。</p>
<table class=sign><tr><td>甲方（盖章）：<br>代表：{heads[0]}<br>日期：{cn(signed)}{seals[0]}</td><td>\
乙方（盖章）：<br>代表：{heads[1]}<br>日期：{cn(signed)}{seals[1]}</td>
<td>丙方（盖章）：<br>代表：{heads[2]}<br>日期：{cn(signed)}{seals[2]}</td></tr></table>"""
    second = base.after(dates[1], -rng.randint(2, 20))
    truth = Truth(
        kind="donation", payers=(donor,), payees=(fund,), total=total, instalments=tuple(parts), words=total,
        signed_on=signed, numbers=(number,), accounts=(where_to,), purpose=purpose, also_names=(user, *heads),
        also_amounts=(Decimal(50000), Decimal(100000)), also_purposes=(f"丙方{purpose}",),
    )  # fmt: skip
    return Paper(
        family="donation agreement",
        tool="weasyprint",
        data=weasy(f"<style>{TRIPLE_CSS}</style>{body}"),
        truth=truth,
        bills=(
            bill(donor, fund, parts[1], second, "捐赠收入", used=parts[0], unit_account=where_to, note="second stage after the first"),
            bill(donor, user, parts[0], base.after(signed, 12), "捐赠收入", wrong="payee", note="the school benefits, the fund receives"),
            bill(donor, fund, total, second, "捐赠收入", used=parts[0], wrong="usage", note="the whole sum after the first stage"),
            bill(donor, fund, parts[0], base.after(signed, 9), "公益捐赠款", unit_account=base.account(rng), wrong="account",
                 note="another account than the agreement names"),
        ),
    )  # fmt: skip


def naming(rng: Random) -> Paper:
    """A former pupil gives for a hall that will bear a name; typeset in Kai, the sum in words first."""
    province, city, area = base.place(rng)
    donor, taker = base.person(rng), base.school(rng, city)
    wife, head, witness = base.person(rng), base.person(rng), base.person(rng)
    signed = base.day(rng, 2023, 2026)
    total = Decimal(rng.choice((600000, 880000, 1280000, 2000000, 3600000, 5000000, 12000000)))
    first = total * rng.choice((3, 4, 5)) / 10
    hall = rng.choice(("体育馆", "音乐厅", "学生活动中心", "图书馆东翼", "报告厅"))
    plate = rng.choice(("怀瑾", "明德", "思源", "致远", "敦行"))
    years = rng.choice((10, 20, 30))
    starts = date(signed.year + 1, 9, 1)
    ends = date(starts.year + years, 8, 31)
    number_line = f"{taker[:2]}校赠〔{signed.year}〕{rng.randint(2, 60)}号"
    account = base.account(rng)
    purpose = f"{hall}改扩建工程"
    last_day = base.month_end(signed.year + 1, 6)
    mail = f"{base.phone(rng)}"
    source = f"""#set page(paper: "a4", margin: (x: 28mm, top: 25mm, bottom: 22mm), numbering: "— 1 —")
#set text(font: "AR PL UKai CN", size: 13pt, lang: "zh", region: "cn")
#set par(leading: 0.92em, first-line-indent: (amount: 2em, all: true), justify: true, spacing: 0.92em)
#align(center)[#text(size: 22pt, font: "Noto Serif SC", weight: "bold")[{hall}捐建及冠名协议]]
#align(center)[{number_line}]
#v(3mm)
#grid(columns: (auto, 1fr), row-gutter: 5mm, [捐赠方：], [{donor}（本校{signed.year - 30}届校友，\
身份证号码 {rng.choice((430602, 350502, 370602, 440604, 510703, 150203))}19{rng.randint(55, 79)}\\*\\*\\*\\*{rng.randint(1000, 9999)}）],
 [受赠方：], [{taker}], [住#h(2em)所：\
], [{province}{city}市文昌街{rng.randint(3, 190)}号 #h(1em) 电话 {base.phone(rng, area)}])

捐赠方感念母校培育之恩，与夫人{wife}商议，愿出资助建校舍；受赠方欣然接受。双方议定如下：

*一、捐赠数额。*捐赠方向受赠方无偿捐赠人民币#underline[{base.capital(total)}]（小写：\
{rng.choice((f"{money(total)}元", base.in_wan(total)))}）。

*二、用途。*本捐款用于受赠方{purpose}，工程总投资概算{base.in_wan(total * 4)}，不足部分由受赠方自筹。

*三、支付。*签约之日起十五日内支付{base.in_wan(first)}，\
余款{base.in_wan(total - first)}于{cn(last_day)}前一次付清。收款账户：{taker}，{base.bank(rng, city)}，\
{base.spaced(account)}。

*四、冠名。*建成后命名为“{plate}{hall}”，名称及简介镌于正门东侧。冠名期自{cn(starts)}起至{cn(ends)}止，\
共{years}年。冠名不产生任何产权，捐赠方亦无须另付费用；期满后捐赠方有优先续期之权。

*五、票据与鸣谢。*受赠方收款后开具捐赠票据，交款人栏填写捐赠方本人姓名；颁发证书，载入校史。

*六、变更与解除。*因规划调整致工程不能实施的，双方另议用途；协商不成，受赠方退还未使用部分。\
捐赠方在款项支付前经济状况显著恶化的，可依法不再履行。

*七、附则。*本协议正本两份，副本两份，校友会存副本一份。签字即生效。见证人：{witness}（校友会秘书长，\
{mail}）。
#v(8mm)
#block(breakable: false)[#grid(columns: (1fr, 1fr), row-gutter: 9mm, [捐赠方（签字）：\
#text(font: "Liu Jian Mao Cao", size: 20pt)[{donor}]], [受赠方（公章）：{base.seal_typst(taker)}],
 [], [法定代表人：#text(font: "Zhi Mang Xing", size: 19pt)[{head}]], [], [{cn_formal(signed)}])]
"""
    pdf = typst(source)
    truth = Truth(
        kind="donation", payers=(donor,), payees=(taker,), total=total, instalments=(first, total - first), words=total,
        signed_on=signed, starts_on=starts, ends_on=ends, numbers=(number_line,), accounts=(account,), purpose=purpose,
        also_names=(wife, head, witness), also_amounts=(total * 4,), also_purposes=("冠名", "助建校舍"),
    )  # fmt: skip
    return Paper(
        family="donation agreement",
        tool="typst",
        data=pdf,
        truth=truth,
        bills=(
            bill(donor, taker, first, base.after(signed, 14), "捐赠收入", note="the first part"),
            bill(donor, taker, total / 10000, base.after(signed, 14), "捐赠收入", wrong="amount", note="万 taken as 元"),
            bill(donor, taker, first, base.after(signed, 20), "体育场馆租赁费" if hall == "体育馆" else "房屋租金", wrong="purpose",
                 note="a hire instead of a gift"),
            bill(donor, taker, first, base.after(signed, -rng.randint(20, 60)), "捐赠收入", wrong="date", note="before it was signed"),
        ),
    )  # fmt: skip


INTENT_CSS = """
@page { size: A4; margin: 22mm 24mm; }
body { font: 12pt/2 serif; } .head \
{ font: 17pt xiaowei; color: #0b4a7a; border-bottom: 2.5pt solid #0b4a7a; padding-bottom: 2mm; }
.head small { float: right; font: 8.5pt sans; color: #555; line-height: 1.5; text-align: right; }
h1 { font: 21pt serif-bold; text-align: center; margin: 12mm 0 8mm; } p { margin: 0 0 2mm; text-indent: 2em; }
.to { text-indent: 0; } .end { position: relative; text-align: right; margin-top: 12mm; } .foot \
{ font: 9pt/1.6 sans; color: #444; border-top: 0.5pt solid #999; margin-top: 26mm; padding-top: 2mm; }
"""


def intent(rng: Random) -> Paper:
    """A donor's letter of intent that says itself until when it holds and in whose favour."""
    where = base.place(rng)
    province, city, area = where
    donor, fund = base.company(rng, city), base.foundation(rng, where)
    boss, aide = base.person(rng), base.person(rng)
    signed = base.day(rng, 2023, 2026)
    until = base.after(signed, rng.choice((60, 90, 120)))
    total = Decimal(rng.choice((50000, 120000, 185000, 300000, 660000, 1500000)))
    purpose = rng.choice(
        (
            "山区小学营养午餐计划",
            "困难职工子女助学金",
            "县级医院新生儿救护设备购置",
            "灾后校舍修缮",
            "孤独症儿童康复训练",
        )
    )
    turnover = Decimal(rng.randint(8, 60)) * 10000000
    opening = rng.choice(
        ("贵会多年来扎根基层，帮扶成效有目共睹。", "久仰贵会的公益行动，我司员工亦多次参与志愿服务。")
    )
    contents = f"""<div class=head>{donor}<small>\
{province}{city}市高新区创业大道{rng.randint(1, 220)}号<br>Tel {base.phone(rng, area)}</small></div>
<h1>{rng.choice(("捐赠意向书", "捐款意向函"))}</h1><p class=to>{fund}：</p>
<p>{opening}我司（上年度营业收入约{base.in_wan(turnover)}）经\
{rng.choice(("总经理办公会", "董事会"))}研究，\
拟向贵会捐赠人民币<b>{base.in_wan(total)}</b>（大写：{base.capital(total)}），\
定向用于{purpose}。</p>
<p>一、捐款由我司账户一次性汇出，不附带任何商业条件。</p>
<p>二、本意向书有效期至{cn(until)}。我司在有效期内汇款的，本意向书即作为捐赠依据，双方不再另行签订协议；\
逾期未汇款的，本意向书自动失效。</p>
<p>三、请贵会收款后开具抬头为“{donor}”的捐赠票据，寄送至我司财务部{aide}收。</p>
<p>专此函达，盼复。</p>
<div class=end>{donor}（章）<br>总经理：<span style="font:22pt zhimang">{boss}</span><br>\
{cn(signed)}{base.seal_tag(donor, style="right:2mm;top:-4mm")}</div>
<div class=foot>抄送：{city}市民政局慈善事业促进科、公司工会　　联系人：{aide}　手机：\
{base.phone(rng)}</div>"""
    truth = Truth(
        kind="donation", payers=(donor,), payees=(fund,), total=total, words=total, signed_on=signed, ends_on=until,
        purpose=purpose, also_names=(boss, aide, f"{city}市民政局"), also_amounts=(turnover,),
    )  # fmt: skip
    within = base.after(signed, rng.randint(10, 40))
    return Paper(
        family="letter of intent",
        tool="weasyprint",
        data=weasy(f"<style>{INTENT_CSS}</style>{contents.replace('&', escape('&'))}"),
        truth=truth,
        bills=(
            bill(donor, fund, total, within, "捐赠收入", remark="意向捐款到账", note="paid within the period"),
            bill(donor, fund, total, base.after(until, rng.randint(35, 90)), "捐赠收入", wrong="date", note="after it lapsed"),
            bill(base.near(rng, donor), fund, total, within, "捐赠收入", wrong="payer", note="a company of a near name"),
        ),
    )  # fmt: skip
