"""Agreements with stages of payment."""

from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.values import Bill, Paper, Truth

from . import common as c


def stage_table(rng: Random) -> Paper:
    """A research institute's service contract whose schedule is a table: some stages paid, one due."""
    _, city, county = c.place(rng)
    institute = rng.choice((f"{city}农业科学研究院", f"{city}水产科学研究所", f"{city}建筑材料研究设计院"))
    client = c.company(rng, city, rng.choice(("生物科技", "食品", "新材料")))
    topic = rng.choice(("土壤改良剂田间效果验证", "冷链保鲜工艺小试", "低碳胶凝材料配比试验"))
    total = Decimal(rng.randrange(180, 960) * 1000)
    parts = [
        (total * share / 100) for share in ((30, 30, 30, 10) if rng.random() < 0.5 else (40, 25, 25, 10))
    ]
    signed = c.day(rng)
    number = f"{'KY' if rng.random() < 0.5 else 'JSFW'}-{signed.year}-{rng.randrange(11, 240):03d}"
    days = [c.later(signed, gap) for gap in (9, 95, 200, 390)]
    accounts = (c.account(rng, 17), c.account(rng, 19))
    house = c.bank(rng, city)
    word = c.Word(rng.choice(("Noto Serif CJK SC", "AR PL UMing CN")), 11.5)
    word.say(f"合同编号：{number}", "right", size=10.5)
    word.say("技术服务合同", "center", size=20, bold=True, after=10, face="Noto Sans CJK SC")
    word.say(f"委托方（甲方）：{client}")
    word.say(f"受托方（乙方）：{institute}")
    word.say(f"签订地点：{county}　　签订日期：{c.cn(signed)}", after=8)
    word.say(f"甲方就“{topic}”委托乙方提供技术服务，双方经协商一致，订立本合同。", indent=True)
    word.say("一、服务内容与成果", bold=True)
    word.say(
        f"乙方完成{topic}，提交中期简报一份、总结报告一份，原始记录保存不少于五年。服务期限自{c.cn(signed)}"
        f"起至{c.cn(days[3])}止。",
        indent=True,
    )
    word.say("二、服务费及支付", bold=True)
    word.say(
        f"技术服务费总额为人民币{c.money(total)}元（大写：{c.words(total)}），含税，分四期支付，支付安排及截至第二期"
        "结算时的执行情况见下表：",
        indent=True,
    )
    names = rng.choice(
        (
            ("期次", "支付节点", "占比", "应付金额（元）", "执行情况"),
            ("批次", "条件", "比例", "金额/元", "备注"),
        )
    )
    marks = ("已付讫", "本期应付", "未到期", "未到期")
    nodes = ("合同生效后10日内", "中期简报经甲方确认", "总结报告提交", "验收合格满三个月")
    rows = [names]
    for k, (part, node, mark) in enumerate(zip(parts, nodes, marks, strict=True)):
        note = f"{mark}（{days[0].month}月{days[0].day}日）" if k == 0 else mark
        rows.append((f"第{'一二三四'[k]}期", node, f"{part * 100 / total:.0f}%", c.money(part), note))
    rows.append(("合计", "", "100%", c.money(total), ""))
    word.grid(rows, (1.8, 5.2, 1.8, 3.4, 3.6))
    word.say("甲方逾期付款的，每逾期一日按应付未付金额的0.5‰支付违约金，累计不超过5,000.00元。", indent=True)
    word.say("三、账户信息", bold=True)
    word.say(f"乙方收款户名：{institute}；开户行：{house}；账号：{accounts[0]}。", indent=True)
    word.say(f"甲方开票信息：{client}，账号{accounts[1]}，电话{c.phone(rng)}。", indent=True)
    word.say("四、其他", bold=True)
    word.say("本合同一式肆份，双方各执贰份，自双方签字盖章之日起生效。", indent=True, after=14)
    word.grid(
        [
            ("甲方（盖章）", "乙方（盖章）"),
            (client, institute),
            (f"代表：{c.person(rng)}", f"代表：{c.person(rng)}"),
        ],
        (7.9, 7.9),
    )
    item = rng.choice(("技术服务费", "技术服务收入", "科研服务费"))

    def bill(value: Decimal, after: int, **more: object) -> Bill:
        base = {
            "payer": client,
            "unit": institute,
            "total": value,
            "issued_on": c.later(days[1], after),
            "items": (item,),
        }
        return Bill(**(base | more))  # type: ignore[arg-type]

    return Paper(
        family="contract with stages",
        tool="docx/libreoffice",
        data=word.pdf(),
        truth=Truth(
            kind="contract",
            payers=(client,),
            payees=(institute,),
            total=total,
            instalments=tuple(parts),
            words=total,
            signed_on=signed,
            starts_on=signed,
            ends_on=days[3],
            numbers=(number,),
            accounts=(accounts[0],),
            purpose="技术服务费",
            also_amounts=(Decimal(5000),),
            also_numbers=(accounts[1],),
            also_purposes=(topic, "技术服务"),
        ),
        bills=(
            bill(
                parts[1], rng.randrange(1, 20), used=parts[0], note="second stage, due now, after the first"
            ),
            bill(
                c.swapped(rng, parts[1], parts),
                4,
                used=parts[0],
                wrong="amount",
                note="digits of the stage exchanged",
            ),
            bill(
                total, 6, used=parts[0], wrong="usage", note="the whole sum once more after the first stage"
            ),
        ),
    )


def stage_sentences(rng: Random) -> Paper:
    """An exhibition agreement: stages told in sentences, the first already received."""
    _, city, county = c.place(rng)
    centre = f"{county}{rng.choice(('文化体育中心', '公共文化服务中心', '全民健身中心'))}"
    brand = c.company(rng, city, rng.choice(("文化传媒", "会展服务", "体育发展")))
    total = Decimal(rng.randrange(60, 380) * 1000)
    first = (total * Decimal("0.3")).quantize(Decimal(1))
    second = (total * Decimal("0.5")).quantize(Decimal(1))
    last = total - first - second
    signed = c.day(rng)
    start, end = c.later(signed, 40), c.later(signed, 55)
    event = rng.choice(("第三届非遗年货展", "少儿击剑公开赛", "秋季汽车文化节", "民间剪纸巡回展"))
    number = f"〔{signed.year}〕场协字第{rng.randrange(3, 97)}号"
    number_account = c.account(rng, 18)
    guard = Decimal(rng.choice((5000, 8000, 10000)))
    paid = c.later(signed, 3)
    opening = rng.choice(
        (
            f"乙方因举办“{event}”需要，向甲方租用综合馆一层及附属广场",
            f"为办好“{event}”，乙方承租甲方所管理的综合馆（含室外广场）",
        )
    )
    told = rng.choice(
        (
            f"（1）首笔{c.plain(first)}元，甲方已于{c.cn(paid)}收讫；（2）第二笔{c.plain(second)}元，乙方应在进场前五日付清；"
            f"（3）余款{c.plain(last)}元，撤展后七日内结清。",
            f"签约时付{c.plain(first)}元（{c.cn(paid)}已到账），布展进场前再付{c.plain(second)}元，"
            f"剩余{c.plain(last)}元于撤场验收后一周内付清。",
        )
    )
    face = rng.choice(("Noto Serif SC", "LXGW WenKai"))
    source = f"""
#set page(paper: "a4", margin: (x: 28mm, y: 26mm), footer: context align(center, text(9pt)[— #counter(page).display() —]))
#set text(font: "{face}", size: 11.5pt, lang: "zh")
#set par(leading: 1em, first-line-indent: (amount: 2em, all: true), justify: true)
#align(center, text(18pt, weight: "bold")[场馆活动合作协议])
#align(right, text(10pt)[编号：{number}])
#par(first-line-indent: 0em)[*甲　方*：{centre} \\ *乙　方*：{brand}（统一社会信用代码 {c.code(rng)}）]

第一条　{opening}，使用时间为{c.cn(start)}至{c.cn(end)}，每日8:30—21:30。

第二条　场地使用费共计人民币{c.words(total)}（￥{c.money(total)}），含水电、基础照明及一次保洁。乙方另行缴存安全保证金{c.plain(guard)}元，
该保证金不计入使用费，撤场后无息退还。

第三条　付款方式：{told}

第四条　款项汇入：\\ 户名 {centre} \\ 开户银行 {c.bank(rng, county)} \\ 账号 {c.spaced(number_account)}

第五条　乙方应遵守消防、治安规定，人数以核定的{rng.randrange(8, 30) * 100}人为限。\
现场搭建由{c.company(rng, city, "装饰工程", (brand,))}承担，
费用与甲方无涉。

第六条　因不可抗力不能举办的，双方互不承担违约责任，已收款项按实际使用天数结算。

第七条　协议自双方盖章之日起生效，一式两份。

#v(10mm)
#grid(columns: (1fr, 1fr), row-gutter: 5mm, [甲方（公章）：{centre}], [乙方（公章）：{brand}], [经办人：{c.person(rng)}], \
[经办人：{c.person(rng)}], [签订日期：{c.cn(signed)}], [联系电话：{c.phone(rng)}])
"""
    item = rng.choice(("场地使用费", "场馆租赁费", "场地租金收入"))
    base = {"unit": centre, "items": (item,)}
    return Paper(
        family="contract with stages",
        tool="typst",
        data=tools.typst(source),
        truth=Truth(
            kind="contract",
            payers=(brand,),
            payees=(centre,),
            total=total,
            instalments=(first, second, last),
            words=total,
            signed_on=signed,
            starts_on=start,
            ends_on=end,
            numbers=(number,),
            accounts=(number_account,),
            purpose="场地使用费",
            also_amounts=(guard,),
            also_purposes=(event, "安全保证金"),
        ),
        bills=(
            Bill(
                payer=brand,
                total=second,
                issued_on=c.later(start, -4),
                used=first,
                note="second stage",
                **base,
            ),
            Bill(
                payer=brand,
                total=last,
                issued_on=c.later(end, 5),
                used=first + second,
                note="the rest, as stated, after the event",
                **base,
            ),
            Bill(
                payer=brand,
                total=first,
                issued_on=c.later(signed, -12),
                wrong="date",
                note="before the agreement was signed",
                **base,
            ),
            Bill(
                payer=c.sibling(rng, brand),
                total=second,
                issued_on=c.later(start, -3),
                used=first,
                wrong="payer",
                note="another brand",
                **base,
            ),
        ),
    )


def changed_stages(rng: Random) -> Paper:
    """A supplement that lowers the sum of an earlier contract and sets its stages anew."""
    _, city, county = c.place(rng)
    institute = rng.choice((f"{city}林业调查规划院", f"{city}地质环境监测站", f"{city}社会科学研究所"))
    client = rng.choice((f"{county}自然资源局", f"{county}乡村振兴服务中心", f"{county}交通建设投资有限公司"))
    old = Decimal(rng.randrange(40, 160) * 10000)
    cut = Decimal(rng.randrange(3, 12) * 10000 + 5000)
    new = old - cut
    done = (old * Decimal("0.4")).quantize(Decimal(1))
    middle = ((new - done) * Decimal("0.7")).quantize(Decimal(1))
    last = new - done - middle
    first_day = c.day(rng, span=800)
    signed = c.later(first_day, rng.randrange(120, 300))
    number = f"{c.padded(signed)[:4]}-BC-{rng.randrange(2, 40):02d}"
    old_number = f"{first_day.year}-WT-{rng.randrange(2, 90):03d}"
    number_account = c.account(rng, 16)
    work = rng.choice(("湿地资源补充调查", "县域地质灾害隐患排查", "古村落保护利用研究"))
    css = """@page{size:A4;margin:24mm 25mm 22mm 27mm;@bottom-right{content:counter(page) '/' counter(pages);font:9pt sans}}
    body{font:11.5pt/1.75 FACE}h1{font:bold 19pt sans;text-align:center;margin:0 0 3mm}p{margin:1.2mm 0;text-indent:2em}
    .m{text-indent:0}table{border-collapse:collapse;width:100%;margin:3mm 0}th,td{border-top:.5pt solid #444;
    border-bottom:.5pt solid #444;padding:1.5mm 2mm;font-size:10.5pt}th{background:#eee}.n{text-align:right}
    .s{display:flex;justify-content:space-between;margin-top:10mm}.s div{width:47%;position:relative;text-indent:0}
    .s img{position:absolute;left:25mm;top:-6mm}""".replace("FACE", rng.choice(("serif", "uming", "wenkai")))
    rows = [
        ("已支付", f"原合同首付款，{c.cn(c.later(first_day, 15))}", c.money(done)),
        ("本协议签订后十五日内", "外业成果已交付，本次支付", c.money(middle)),
        ("成果通过评审后一个月内", "尾款", c.money(last)),
    ]
    html = f"""<style>{css}</style><h1>补充协议</h1><p class=m style="text-align:center">（协议编号：{number}）</p>
    <p class=m>甲方（委托人）：{client}<br>乙方（承担单位）：{institute}</p>
    <p>双方于{c.cn(first_day)}签订《{work}委托合同》（编号：{old_number}，以下称原合同），约定经费{c.wan(old)}万元。现因调查范围缩减，
    经协商达成如下补充条款：</p>
    <p>一、原合同第三条约定的委托经费由人民币{c.money(old)}元调减为<b>{c.money(new)}元</b>（大写：{c.words(new)}），调减{c.wan(cut)}\
万元。</p>
    <p>二、原合同第四条的支付安排不再执行，改按下表支付：</p>
    {c.table(("付款时间", "说明", "金额（元）"), rows)}
    <p>三、乙方收款账户变更为：{institute}，{c.bank(rng, city)}，账号{number_account}。原账户自本协议生效日起停用。</p>
    <p>四、本协议与原合同不一致的，以本协议为准；未涉及事项仍按原合同执行。</p><p>五、本协议一式四份，签章后生效。</p>
    <div class=s><div>甲方（章）：{client}<br>签字：{c.person(rng)}<br>{c.cn(signed)}{c.seal(client)}</div>
    <div>乙方（章）：{institute}<br>签字：{c.person(rng)}<br>{c.cn(signed)}{c.seal(institute)}</div></div>"""
    item = rng.choice(("技术服务费", "委托业务费", "科研课题经费"))
    base = {"payer": client, "unit": institute, "items": (item,)}
    return Paper(
        family="supplement",
        tool="weasyprint",
        data=tools.weasy(html),
        truth=Truth(
            kind="contract",
            payers=(client,),
            payees=(institute,),
            total=new,
            instalments=(done, middle, last),
            words=new,
            signed_on=signed,
            numbers=(number,),
            accounts=(number_account,),
            purpose="委托经费",
            also_amounts=(old, cut),
            also_numbers=(old_number,),
            also_purposes=(work, f"{work}委托合同"),
        ),
        bills=(
            Bill(
                total=middle,
                issued_on=c.later(signed, 8),
                used=done,
                unit_account=number_account,
                note="stage due now",
                **base,
            ),
            Bill(
                total=old - done,
                issued_on=c.later(signed, 30),
                used=done,
                wrong="amount",
                note="the rest of the superseded sum",
                **base,
            ),
            Bill(
                total=middle,
                issued_on=c.later(signed, 9),
                used=done,
                unit_account=c.account(rng, 16),
                wrong="account",
                note="another account than the changed one",
                **base,
            ),
        ),
    )


def fund_stages(rng: Random) -> Paper:
    """A housing fund's agreement to pay arrears by stages, filled by hand, scanned."""
    _, city, county = c.place(rng)
    fund = rng.choice(
        (f"{county}住宅专项维修资金管理中心", f"{city}房屋维修资金管理中心", f"{county}住房保障服务中心")
    )
    owner, clerk = c.people(rng, 2)
    flat = (
        f"{rng.choice(('桂花苑', '明珠花园', '北苑小区', '河畔人家'))}{rng.randrange(1, 20)}"
        f"幢{rng.randrange(1, 4)}单元{rng.randrange(201, 1803)}室"
    )
    area = Decimal(rng.randrange(5600, 14500)) / 100
    rate = Decimal(rng.choice((45, 60, 68, 80)))
    total = c.cents(area * rate)
    first = Decimal(int(total / 3 / 100) * 100)
    stages = (first, first, total - 2 * first)
    signed = c.day(rng)
    number = f"补缴{signed.year}{rng.randrange(1000):04d}"
    number_account = c.account(rng, 20)
    dates = [signed, c.later(signed, 92), c.later(signed, 184)]
    hand = rng.choice(("liujian", "zhimang", "mashan"))
    css = f"""@page{{size:A4;margin:22mm 24mm}}body{{font:12pt/1.9 serif}}h1{{font:bold 19pt sans;text-align:center}}
    i{{font:16pt '{hand}';color:#1b2a6b;border-bottom:.6pt solid #333;padding:0 2mm}}b.f{{font:12pt ukai;border-bottom:.6pt solid \
#333;padding:0 2mm}}
    p{{margin:1.5mm 0;text-indent:2em}}.m{{text-indent:0}}"""
    lines = [
        f"第{'一二三'[k]}期：{c.cn(when)}前缴纳 <b class=f>{c.money(part)}</b> 元"
        + ("（签约当日已缴，见收据）" if k == 0 else "")
        for k, (when, part) in enumerate(zip(dates, stages, strict=True))
    ]
    html = f"""<style>{css}</style><h1>住宅专项维修资金分期补缴协议书</h1><p class=m style="text-align:right">No. {number}</p>
    <p class=m>甲方：{fund}</p><p class=m>乙方（业主）：<i>{owner}</i>　　房屋坐落：<b class=f>{county}{flat}</b></p>
    <p>依照住宅专项维修资金管理的有关规定，乙方名下上述房屋应补缴首期住宅专项维修资金。经乙方申请，双方约定：</p>
    <p>一、房屋建筑面积<b class=f>{area}</b>平方米，交存标准每平方米<b class=f>{rate}</b>元，应补缴维修资金共计人民币（大写）
    <b class=f>{c.words(total)}</b>，小写￥<b class=f>{c.money(total)}</b>。</p><p>二、乙方分三期缴清：</p>
    {"".join(f"<p>{line}</p>" for line in lines)}
    <p>三、缴款账户　户名：{fund}　开户行：{c.bank(rng, county)}　账号：{number_account}</p>
    <p>四、乙方任何一期逾期超过三十日，甲方有权要求一次性缴清余额，并停止办理维修资金使用手续。</p>
    <p>五、房屋转让时，未缴清部分由乙方在过户前缴清。本协议一式两份。</p><br>
    <p class=m>甲方（盖章）：　　　　　　　　　　　　　乙方（签字）：<i>{owner}</i></p>
    <p class=m>经办人：<i>{clerk}</i>　　　　　　　　　　　　日期：<i>{c.cn(signed)}</i></p>"""
    base = {"unit": fund, "items": (rng.choice(("住宅专项维修资金", "维修资金")),)}
    return Paper(
        family="contract with stages",
        tool="chromium",
        form="scan",
        data=c.scan(rng, tools.chrome(html), ((0, fund, "业务专用章", 0.36, 0.69, 0.21),)),
        truth=Truth(
            kind="contract",
            payers=(owner,),
            payees=(fund,),
            total=total,
            instalments=tuple(dict.fromkeys(stages)),
            words=total,
            signed_on=signed,
            numbers=(number,),
            accounts=(number_account,),
            purpose="首期住宅专项维修资金",
            also_names=(clerk,),
            also_amounts=(rate, area),
            also_purposes=("维修资金", "住宅专项维修资金"),
        ),
        bills=(
            Bill(
                payer=owner,
                total=stages[2],
                issued_on=c.later(dates[2], -5),
                used=2 * first,
                note="last stage",
                **base,
            ),
            Bill(
                payer=c.near_person(rng, owner),
                total=first,
                issued_on=signed,
                wrong="payer",
                note="near name",
                **base,
            ),
            Bill(
                payer=owner,
                total=first,
                issued_on=c.later(dates[1], -2),
                used=total,
                wrong="usage",
                note="already all paid",
                **base,
            ),
        ),
    )


LAYOUTS = {
    "stage_table": stage_table,
    "stage_sentences": stage_sentences,
    "changed_stages": changed_stages,
    "fund_stages": fund_stages,
}
