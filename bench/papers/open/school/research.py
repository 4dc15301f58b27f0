"""Commissions of research and technical services: a long contract, a supplement, void ones, and a hidden clause."""

from decimal import Decimal
from random import Random
from typing import Any

from bench.papers.open.school import base as b
from bench.papers.open.school import draw as d
from bench.papers.tools import weasy
from bench.papers.values import Paper, Truth

_THEMES = (
    "高速切削刀具磨损在线监测系统", "冷链果蔬保鲜包装工艺", "中小型水电站机组振动诊断", "光伏组件清洗机器人样机",
    "钢结构焊缝超声检测工艺", "畜禽粪污资源化利用", "校地共建智慧灌溉示范", "矿用皮带机智能巡检", "马铃薯脱毒种薯繁育技术",
)  # fmt: skip


_ABLE = ("智能装备", "新能源科技", "机电设备", "电子科技", "检测技术", "农业发展", "矿山设备", "自动化工程")


def research_contract(rng: Random) -> Paper:
    """A contract of several pages on the development of a technology, with a cover, stages and a budget."""
    _, town = b.place(rng)
    school, firm = b.college(rng, town), b.company(rng, rng.choice(_ABLE))
    theme = rng.choice(_THEMES)
    total = (
        b.money(rng, 60000, 2_400_000, 5000)
        if rng.random() < 0.8
        else b.money(rng, 3_000_000, 12_000_000, 50000)
    )
    shares = rng.choice(((30, 50, 20), (40, 40, 20), (50, 30, 20), (60, 30, 10)))
    parts = [total * share / 100 for share in shares]
    signed = b.day(rng, 2023, 2025)
    start = b.after(signed, rng.randrange(0, 10))
    end = b.after(b.years(start, rng.choice((1, 2))), -1)
    number = f"{rng.choice(('KJ', 'HX', 'JF'))}{signed.year}-{rng.randrange(10, 400):04d}"
    code, firm_code, card, branch = b.uscc(rng, "12"), b.uscc(rng), b.account(rng), b.bank(rng, town)
    boss, chief, contact, leader = b.people(rng, 4)
    as_wan = total % 1000 == 0 and rng.random() < 0.5
    purpose = rng.choice(("研究开发经费", "研究开发费", "技术开发经费和报酬"))

    def say(value: Decimal) -> str:
        return f"{b.wan(value)}万元" if as_wan else f"{b.comma(value)}元"

    late = (parts[0] / 20).quantize(Decimal(1))
    cover = f"""
<div style='height:22mm'></div><p class='n'>合同编号：<u>{number}</u></p><p class='n'>登记编号：<u>　　　　　　　　</u></p>
<h1 style='margin:32mm 0 26mm;font-size:2.3em;letter-spacing:4pt'>技术开发（委托）合同</h1>
<table style='font-size:1.15em;line-height:2.3'><tr><td style='width:34%'>项目名称：</td><td><u>{theme}研究与开发</u></td></tr>
<tr><td>委托方（甲方）：</td><td><u>{firm}</u></td></tr><tr><td>受托方（乙方）：</td><td><u>{school}</u></td></tr>
<tr><td>签订时间：</td><td><u>{rng.choice((b.cn, b.han))(signed)}</u></td></tr><tr><td>签订地点：</td><td><u>{town}</u></td></tr>
<tr><td>有效期限：</td><td><u>{b.cn(start)}至{b.cn(end)}</u></td></tr></table><div style='page-break-after:always'></div>"""
    stages = "".join(
        f"<p>（{k}）{text}，支付{say(part)}；</p>"
        for k, (text, part) in enumerate(
            zip(
                ("合同生效后15日内", "乙方提交中期研究报告并经甲方确认后", "项目验收合格后30日内"),
                parts,
                strict=True,
            ),
            1,
        )
    )
    budget = [total * each / 100 for each in (45, 25, 20, 10)]
    lines = zip(("材料及试制费", "测试化验加工费", "人员费", "管理费"), budget, strict=True)
    rows = [(str(k), name, "|" + b.comma(each)) for k, (name, each) in enumerate(lines, 1)]
    articles = (
        f"本合同研究开发项目的要求如下：1.技术目标：形成可用于甲方生产现场的{theme}成套技术；"
        "2.技术内容：方案设计、样件试制、现场试验和资料编制；3.技术方法和路线：由乙方按附件一组织实施。",
        f"乙方应自{b.cn(start)}起分阶段完成研究开发工作，并于{b.cn(end)}前提交全部研究成果。项目负责人：{leader}。",
        "甲方应向乙方提供生产现场的技术资料和必要的试验条件，并在收到书面请求后五个工作日内提供协助。",
        f"甲方应按以下方式支付{purpose}：1.总额为人民币<u>{b.words(total)}</u>（¥{b.comma(total)}）；2.由甲方分三期支付乙方：{stages}"
        f"3.乙方开户银行名称、地址和账号为：开户银行：{branch}；户名：{school}；帐号：{card}。",
        f"本合同的{purpose}由乙方以包干方式使用，经费预算见附件二；甲方有权以书面形式了解使用情况，但不得妨碍乙方正常工作。",
        "因出现现有技术水平和条件下难以克服的技术困难，导致研究开发失败或部分失败的，双方按甲方60%、乙方40%的比例承担风险损失。",
        "双方对在履行合同中知悉的对方技术秘密和经营信息负有保密义务，保密期限为合同终止后三年。",
        "研究开发成果及其知识产权归双方共有，任何一方转让其份额时，另一方享有以同等条件优先受让的权利；乙方可用于教学和科研。",
        f"甲方逾期支付经费的，应按每周{b.comma(late)}元支付违约金，累计不超过合同总额的5%；乙方逾期交付的，按同一标准承担责任。",
        f"双方确定，在合同有效期内，甲方指定{contact}（电话{b.phone(rng)}）、乙方指定{leader}（电话{b.phone(rng)}）为项目联系人。",
        "争议由双方协商解决，协商不成的，依法向被告所在地人民法院起诉。本合同一式陆份，具有同等法律效力，经双方签字盖章后生效。",
    )
    body = f"""{cover}
<p class='n'>委托方（甲方）：{firm}</p><p class='n'>统一社会信用代码：{firm_code}　法定代表人：{boss}</p>
<p class='n'>受托方（乙方）：{school}</p><p class='n'>统一社会信用代码：{code}　法定代表人：{chief}</p>
<p style='margin-top:.5em'>甲方委托乙方研究开发<u>{theme}</u>项目，并支付研究开发经费和报酬，乙方接受委托并进行此项研究开发工作。双方依据
《中华人民共和国民法典》的规定，达成如下协议，由双方共同恪守。</p>{d.clauses(articles, "article")}
<table class='sign'><tr><td>甲方：{firm}（盖章）<br>法定代表人／委托代理人：{boss}<br>{b.cn(signed)}</td>
<td>乙方：{school}（盖章）<br>法定代表人／委托代理人：{chief}<br>{b.cn(signed)}</td></tr></table>
<div style='page-break-before:always'></div><p class='n'>附件二</p><h1 style='font-size:1.2em'>项目经费预算表</h1>
{d.table(("序号", "科目", "预算金额（元）"), [*rows, ("", "合计", "|" + b.comma(total))], widths="15% 50% 35%")}"""
    number_line = (
        "@page{@bottom-center{content:'第 ' counter(page) ' 页 共 ' counter(pages) ' 页';font-size:9pt}}"
    )
    second = b.after(start, 170)
    usual: dict[str, Any] = {"payer": firm, "unit": school, "items": ("技术开发费",)}
    return Paper(
        family="research contract",
        tool="weasyprint",
        data=weasy(d.sheet(rng.choice(d.STYLES), body, number_line)),
        truth=Truth(
            **b.said("contract", firm, school, total, signed, number=number, account=card, words=True),
            instalments=tuple(parts),
            starts_on=start,
            ends_on=end,
            purpose=purpose,
            also_names=(boss, chief, contact, leader, branch),
            also_amounts=(late, *budget),
            also_numbers=(code, firm_code),
            also_purposes=("研究开发经费和报酬", theme, f"{theme}研究与开发", f"研究开发{theme}项目"),
        ),
        bills=(
            b.bill(usual, parts[1], second, "the second stage", used=parts[0], unit_account=card),
            b.bill(
                usual,
                parts[1],
                second,
                "research is not lodging",
                "purpose",
                used=parts[0],
                items=("住宿费",),
            ),
            b.bill(
                usual,
                parts[2],
                b.after(end, 20),
                "earlier bills and this one are more than the contract",
                "usage",
                used=total - parts[2] + 5000,
            ),
            rng.choice(
                (
                    b.bill(
                        usual,
                        parts[0],
                        b.after(signed, 9),
                        "another firm",
                        "payer",
                        payer=b.company(rng, rng.choice(_ABLE)),
                    ),
                    b.bill(
                        usual,
                        parts[0],
                        b.after(signed, 9),
                        "the contract names another account",
                        "account",
                        unit_account=b.account(rng),
                    ),
                )
            ),
        ),
    )


def service_supplement(rng: Random) -> Paper:
    """A supplement that adds a sum to a contract on technical services; scanned."""
    _, town = b.place(rng)
    school, firm = b.college(rng, town), b.company(rng, rng.choice(_ABLE))
    theme = rng.choice(_THEMES)
    before, more = b.money(rng, 80000, 600000, 5000), b.money(rng, 12000, 78000, 1000)
    total = before + more
    first = b.day(rng, 2023, 2025)
    signed = b.after(first, rng.randrange(90, 320))
    until = b.after(signed, rng.randrange(120, 300))
    old = f"{first.year}{rng.choice(('横', '技服', 'FW'))}{rng.randrange(10, 200):03d}"
    boss, chief = b.people(rng, 2)
    paid = rng.choice(("甲方已按原合同付清", "甲方已全额支付"))
    body = f"""
<h1>技术服务合同补充协议</h1>
<p class='n'>甲　　方：{firm}</p><p class='n'>乙　　方：{school}</p><p class='n'>原合同编号：{old}</p>
<p style='margin-top:.5em'>鉴于甲乙双方于{b.cn(first)}签订《{theme}技术服务合同》，合同金额为{
        b.comma(before)
    }元，{paid}。因甲方提出增加现场调试与
人员操作指导内容，经友好协商，达成补充协议如下：</p>
{
        d.clauses(
            (
                "新增服务内容：乙方选派技术人员赴甲方现场驻点指导不少于20个工作日，并编写操作规程一套。",
                f"新增技术服务费人民币{b.words(more)}（¥{b.comma(more)}），由甲方在本补充协议生效后10日内一次性支付乙方。原合同总金额相应变更为"
                f"{b.comma(total)}元。",
                f"服务期限延长至{b.cn(until)}。",
                "原合同其他条款继续有效。本补充协议作为原合同的组成部分，一式肆份，自双方盖章之日起生效。",
            ),
            rng.choice(("article", "comma", "dot")),
        )
    }
<table class='sign'><tr><td class='at'>{d.seal(rng, firm, place="left:12mm;top:-8mm", size=42)}甲方（盖章）：{
        firm
    }<br>代表：{d.hand(rng, boss)}<br>日期：{b.cn(signed)}</td>
<td class='at'>{d.seal(rng, school, "", "left:16mm;top:-9mm", 40)}乙方（盖章）：{school}<br>代表：{
        d.hand(rng, chief)
    }<br>日期：{b.cn(signed)}</td></tr></table>"""
    issued = b.after(signed, rng.randrange(2, 12))
    usual: dict[str, Any] = {"payer": firm, "unit": school, "items": ("技术服务费",)}
    return Paper(
        family="service supplement",
        tool="weasyprint",
        form="scan",
        data=d.scan(rng, weasy(d.sheet(rng.choice(d.STYLES), body))),
        truth=Truth(
            **b.said("contract", firm, school, total, signed),
            instalments=(more,),
            words=more,
            ends_on=until,
            purpose="技术服务费",
            also_names=(boss, chief),
            also_amounts=(before,),
            also_numbers=(old,),
            also_purposes=("新增技术服务费", f"{theme}技术服务", theme),
        ),
        bills=(
            b.bill(usual, more, issued, "what the supplement adds; the old sum was billed", used=before),
            b.bill(
                usual,
                total,
                issued,
                "the whole new sum although the old one was billed",
                "usage",
                used=before,
            ),
            b.bill(
                usual,
                more,
                issued,
                "a firm of a like name",
                "payer",
                payer=b.near_company(rng, firm),
                used=before,
            ),
        ),
    )


def void_contract(rng: Random) -> Paper:
    """A contract that is none: a draft with a water mark, one stamped void, or one that nobody signed."""
    _, town = b.place(rng)
    school, firm = b.college(rng, town), b.company(rng)
    total = b.money(rng, 18000, 380000, 500)
    day = b.day(rng)
    status = rng.choice(("draft", "revoked", "unsigned", "replaced"))
    thing = rng.choice(("检验检测", "零件来料加工", "职业技能培训", "软件测试"))
    fee = {"零件来料加工": "加工费", "职业技能培训": "培训费"}.get(thing, "技术服务费")
    number = f"{day.year}-{rng.choice('ABCDFH')}{rng.randrange(100, 999)}"
    boss, chief = b.people(rng, 2)
    sealed = status in ("revoked", "replaced")
    mark, note = "", ""
    if status == "draft":
        text = rng.choice(("征求意见稿", "讨论稿", "草　案", "样　本"))
        where = "position:absolute;top:95mm;left:22mm;transform:rotate(-32deg);z-index:-2"
        mark = f"<div style='{where};font-size:58pt;color:#d9d9d9'>{text}</div>"
        note = f"<p class='n small'>（{text.replace('　', '')}，仅供双方磋商，以正式签署文本为准）</p>"
    elif sealed:
        void = b.after(day, rng.randrange(5, 40))
        said = f"已重新签订，此份作废。{b.dotted(void)}"
        if status == "replaced":
            said = f"本合同由{number}-2号合同替代。{b.dotted(void)}"
        mark = (
            "<div style='position:absolute;top:62mm;left:88mm;border:3pt solid #c8161d;color:#c8161d;"
            "font-family:sans-bold;font-size:38pt;"
            f"padding:0 12pt;transform:rotate(-14deg)'>{'作 废' if status == 'revoked' else '已替代'}</div>"
            "<p class='n' style='position:absolute;top:-9mm;right:24mm'>"
            f"{d.hand(rng, said)}</p>"
        )

    def sign(name: str, who: str, at: str) -> str:
        stamp = d.seal(rng, name, place=at) if sealed else ""
        signature = d.hand(rng, who) if sealed else "<u>　　　　　　</u>"
        when = b.cn(day) if sealed else "　　　年　　月　　日"
        return f"<td class='at'>{stamp}（盖章）{name}<br>法定代表人或授权代表：{signature}<br>{when}</td>"

    body = f"""<div style='position:relative'>{mark}
<p class='n r'>合同编号：{number if status != "draft" else "＿＿＿＿＿＿"}</p><h1>{thing}服务合同</h1>{note}
<p class='n'>委托方（甲方）：{firm}</p><p class='n'>服务方（乙方）：{school}</p>
{
        d.clauses(
            (
                f"甲方委托乙方提供{thing}服务，具体批次、数量以甲方委托单为准，乙方依托校内实训基地完成。",
                f"{fee}总额为人民币{b.comma(total)}元（大写：{b.words(total)}），甲方收到票据后十五日内付款。",
                "乙方应对甲方提供的图纸、样品和数据保密；因乙方原因造成样品损毁的，按成本价赔偿。",
                "任何一方提前解除合同的，应提前三十日书面通知对方，并结清已完成部分的费用。",
                "本合同经双方法定代表人或授权代表签字并加盖公章后生效，一式四份。",
            ),
            rng.choice(("article", "comma")),
        )
    }
<table class='sign'><tr>{sign(firm, boss, "left:20mm;top:-6mm")}{
        sign(school, chief, "left:24mm;top:-4mm")
    }</tr></table></div>"""
    pdf = weasy(d.sheet(rng.choice(d.STYLES), body))
    issued = b.after(day, rng.randrange(45, 70))
    why = {
        "draft": "a draft",
        "revoked": "made void and signed anew",
        "replaced": "another contract took its place",
        "unsigned": "nobody signed or sealed it",
    }[status]
    scan = sealed or rng.random() < 0.6
    usual: dict[str, Any] = {"payer": firm, "unit": school, "items": (fee,)}
    return Paper(
        family="void contract",
        tool="weasyprint",
        form="scan" if scan else "text",
        data=d.scan(rng, pdf) if scan else pdf,
        truth=Truth(
            **b.said("contract", firm, school, total, day if sealed else None, words=True),
            numbers=(number,) if status != "draft" else (),
            purpose=fee,
            status=status,
            also_names=(boss, chief) if sealed else (),
            also_numbers=(f"{number}-2", f"{number}-2号") if status == "replaced" else (),
            also_purposes=(f"{thing}服务", thing),
        ),
        bills=(
            b.bill(usual, total, issued, why, "status"),
            b.bill(usual, total / 2, issued, why, "status", remark="首款"),
        ),
    )


def hidden_clause(rng: Random) -> Paper:
    """A clean agreement under which white, tiny or covered text tells of a larger sum and another payer."""
    _, town = b.place(rng)
    school = b.college(rng, town)
    firm, other = b.companies(rng, 2)
    total = b.money(rng, 12000, 90000, 500)
    large = total + b.money(rng, 60000, 400000, 1000)
    signed = b.day(rng)
    number = f"{rng.choice(('PX', 'JG', 'SX'))}-{signed:%y%m}-{rng.randrange(1, 60):02d}"
    boss, chief = b.people(rng, 2)
    theme, fee = rng.choice(
        (
            ("企业新型学徒制", "培训费"),
            ("学生顶岗实习指导", "实习管理费"),
            ("数控加工中心操作工技能提升", "培训费"),
            ("食品快检", "检测费"),
        )
    )
    secret = f"甲方：{other}。{fee}合计人民币{b.words(large)}（¥{b.comma(large)}），由{other}支付乙方。"
    style = rng.choice(
        (
            "color:#ffffff",
            "color:#fefefe;font-size:7pt",
            "color:#ffffff;font-size:1.2pt;line-height:1.5pt",
            "position:absolute;left:0;bottom:1mm;z-index:-3",
        )
    )
    cover = ""
    if "absolute" in style:
        cover = "<div style='position:absolute;left:-2mm;right:-2mm;bottom:0;height:26mm;background:#fff;z-index:-2'></div>"
    body = f"""
<p class='n r small'>编号 {number}</p><h1>{theme}{rng.choice(("合作协议", "服务协议书"))}</h1>
<p class='n'>甲方：{firm}</p><p class='n'>乙方：{school}</p>
{
        d.clauses(
            (
                f"甲方委托乙方开展{theme}工作，乙方按照国家职业标准和甲方岗位要求制定实施方案。",
                f"甲方应向乙方支付{fee}合计人民币{b.words(total)}（¥{b.comma(total)}），在乙方完成全部工作并提交总结报告后一次结清。",
                "乙方负责过程管理、考勤和资料归档，甲方负责提供场地、设备和耗材，并为学员购买意外伤害保险。",
                "双方应遵守安全生产和疫情防控等规定，发生意外事件时应及时互相通报并妥善处置。",
                "未尽事宜协商解决，协商不成的提交乙方所在地仲裁委员会仲裁。协议一式两份，盖章生效。",
            ),
            rng.choice(("article", "comma", "dot")),
        )
    }
<table class='sign'><tr><td>甲方（章）：{firm}<br>代表：{boss}<br>{b.cn(signed)}</td>
<td>乙方（章）：{school}<br>代表：{chief}<br>{b.cn(signed)}</td></tr></table>
<div style='position:relative;height:30mm'><p class='n' style='{style}'>{secret}</p>{cover}</div>"""
    issued = b.after(signed, rng.randrange(20, 60))
    why = "only text that nobody sees says so"
    usual: dict[str, Any] = {"payer": firm, "unit": school, "items": (fee,)}
    return Paper(
        family="hidden clause",
        tool="weasyprint",
        data=weasy(d.sheet(rng.choice(d.STYLES), body)),
        truth=Truth(
            **b.said("contract", firm, school, total, signed, number=number, words=True),
            purpose=fee,
            also_names=(boss, chief),
            also_purposes=(theme, f"{theme}工作"),
        ),
        bills=(
            b.bill(usual, total, issued, "as everybody sees it"),
            b.bill(usual, large, issued, why, "hidden"),
            b.bill(usual, large, issued, why, "hidden", payer=other),
        ),
    )
