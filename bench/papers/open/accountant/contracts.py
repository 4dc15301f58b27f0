"""Contracts of a company with a university, an association and an exhibition centre."""

from decimal import Decimal
from random import Random

from bench.papers.open.accountant.base import (
    any_day,
    bill,
    cn,
    cn0,
    comma_int,
    company,
    day,
    dots,
    hanzi,
    later,
    money,
    other_unit,
    person,
    sister,
    swapped,
    unit,
    upper,
    wan,
)  # fmt: skip
from bench.papers.open.accountant.draw import HEI, KAI, MING, SONG, Word, overlaid, pen_at, scan, seal_at
from bench.papers.tools import chrome
from bench.papers.values import Bill, Paper, Truth

TOPICS = (
    ("高固含水性环氧涂料耐盐雾性能提升技术开发", "涂料"),
    ("船用双相不锈钢焊接接头疲劳寿命预测方法研究", "焊接"),
    ("锂电隔膜涂覆浆料分散稳定性关键技术研究", "浆料"),
    ("涤棉混纺织物低温前处理工艺及装备开发", "织物"),
    ("海带多糖酶法提取中试工艺开发", "提取"),
    ("注塑车间能耗在线监测与优化调度系统开发", "监测"),
)


def tech_development(rng: Random) -> Paper:
    """技术开发（委托）合同 with a university: cover, articles, three stages, PDF from Word."""
    payer, school = company(rng), unit(rng, "university")
    topic, word = rng.choice(TOPICS)
    total = Decimal(
        rng.choice((180000, 360000, 485000, 763000, 1250000, 2400000, 98000, 57600, 316500, 890000))
    )
    first = (total * rng.choice((30, 40)) / 100).quantize(Decimal(1))
    last = (total * rng.choice((10, 20)) / 100).quantize(Decimal(1))
    middle = total - first - last
    signed = day(rng)
    ends = later(signed, rng.choice((365, 545, 730)))
    college = rng.choice(("材料科学与化学工程学院", "机械与能源工程学院", "海洋与食品学院", "纺织服装研究院"))
    leader = person(rng)
    number = f"HX{signed.year}{signed.month:02d}{rng.randint(11, 480):04d}"
    in_wan = rng.random() < 0.5

    def fee(value: Decimal) -> str:
        return f"{wan(value)}万元" if in_wan else f"{money(value)}元"

    paper = Word(SONG, 11, (2.8, 2.5), 1.45)
    paper.top(f"合同编号：{number}")
    paper.foot(f"{topic}　技术开发合同")
    paper.put(f"合同编号：‹　{number}　›", align="r", after=70)
    paper.put("技术开发（委托）合同", align="c", face=HEI, size=26, bold=True, after=80)
    for label, value in (
        ("项 目 名 称", topic), ("委托方（甲方）", payer.name), ("受托方（乙方）", school.name),
        ("签 订 时 间", cn(signed)), ("签 订 地 点", f"{school.city}市"),
        ("有 效 期 限", f"{cn(signed)}至{cn(ends)}"),
    ):  # fmt: skip
        paper.put(f"{label}：‹　{value}　›", size=13, after=14)
    paper.put("中华人民共和国科学技术部　监制（格式文本）", align="c", face=KAI, size=12, before=70)
    paper.page()
    for party, role, man, title in (
        (payer, "委托方（甲方）", payer.head, "法定代表人"), (school, "受托方（乙方）", school.head, "法定代表人"),
    ):  # fmt: skip
        paper.put(f"{role}：‹{party.name}›")
        paper.put(f"住　所　地：‹{party.address}›")
        paper.put(f"{title}：‹{man}›")
        lead = leader if party is school else payer.contact
        paper.put(f"项目联系人：‹{lead}›　　联系电话：‹{party.mobile}›", after=5)
    paper.put(
        f"甲方委托乙方研究开发“{topic}”项目，并支付研究开发经费和报酬，乙方接受委托并由其{college}{leader}"
        "课题组承担此项研究开发工作。双方经过平等协商，在真实、充分地表达各自意愿的基础上，根据《中华人民共和国"
        "民法典》的规定，达成如下协议，并由双方共同恪守。", indent=True, align="j",
    )  # fmt: skip
    share = rng.randint(2, 9) * 5
    articles = (
        ("第一条", f"本合同研究开发项目的技术目标：形成{word}小试配方或样机一套，主要指标较甲方现有水平提高{share}%"
         f"以上；申请发明专利{rng.randint(1, 3)}件。"),
        ("第二条", f"乙方应在本合同生效后{rng.randint(10, 20)}日内提交研究开发计划，每季度末提交进展简报一份。"),
        ("第三条", "甲方应向乙方提供的技术资料及协作事项：现有工艺参数、历年质检数据、试验用原料不少于200公斤。"),
        ("第四条", "甲方应按以下方式支付研究开发经费和报酬："),
    )  # fmt: skip
    for head, text in articles:
        paper.put(f"{head}　{text}", indent=True, align="j")
    paper.put(
        f"1．研究开发经费和报酬总额为：人民币‹{upper(total)}›（¥{money(total)}），其中设备及材料费不超过"
        f"{wan(total * 35 // 100)}万元，由乙方包干使用。", indent=True, align="j",
    )  # fmt: skip
    paper.put(
        "2．研究开发经费由甲方‹　分期　›（一次、分期或提成）支付乙方。具体支付方式和时间如下：", indent=True
    )
    paper.put(f"（1）本合同签订后15个工作日内支付{fee(first)}；", indent=True)
    paper.put(f"（2）中期验收合格并收到乙方票据后支付{fee(middle)}；", indent=True)
    paper.put(f"（3）项目结题验收后30日内支付余款{fee(last)}。", indent=True)
    paper.put(
        f"乙方开户银行名称、地址和帐号为：{school.bank}，{school.account}。户名：{school.name}。", indent=True
    )
    penalty = Decimal(rng.choice((5000, 10000, 20000)))
    for head, text in (
        ("第五条", "本合同的变更必须由双方协商一致，并以书面形式确定。"),
        ("第六条", "在本合同履行中，因出现在现有技术水平和条件下难以克服的技术困难，导致研究开发失败或部分失败的，"
         "由双方按各50%的比例承担风险损失。"),
        ("第七条", f"乙方逾期交付成果的，每逾期一个月向甲方支付违约金{comma_int(penalty)}元，累计不超过合同总额的10%。"),
        ("第八条", "双方确定，因履行本合同所产生的知识产权归双方共有，乙方署名权不受影响。"),
        ("第九条", "本合同一式陆份，甲方执贰份，乙方执肆份，具有同等法律效力。经双方签字盖章后生效。"),
    ):  # fmt: skip
        paper.put(f"{head}　{text}", indent=True, align="j")
    paper.put("（以下无正文）", indent=True, after=14)
    for role, name in (("甲方", payer.name), ("乙方", school.name)):
        paper.put(f"{role}：‹　{name}　›（盖章）", before=10)
        paper.put("法定代表人／委托代理人：＿＿＿＿＿＿＿（签名）")
        paper.put(f"{any_day(rng, signed) if role == '甲方' else cn(signed)}", align="r", after=12)
    pdf = paper.pdf()
    marks = seal_at(rng, pdf, "（盖章）", payer.name, "合同专用章", 0)
    marks += seal_at(rng, pdf, "（盖章）", school.name, "科研合同专用章", 1)
    marks += pen_at(rng, pdf, "委托代理人", payer.contact, 0) + pen_at(rng, pdf, "委托代理人", leader, 1)
    truth = Truth(
        kind="contract", payers=(payer.name,), payees=(school.name,), total=total, words=total,
        instalments=(first, middle, last), signed_on=signed, starts_on=signed, ends_on=ends, numbers=(number,),
        accounts=(school.account,), purpose=topic,
        also_purposes=("研究开发经费和报酬", "技术开发", "技术开发（委托）合同", "研究开发经费"),
        also_amounts=(Decimal(int(total * 35 // 100)), penalty),
        also_names=(payer.head, payer.contact, school.head, leader, college),
    )  # fmt: skip
    item = rng.choice(("技术开发费", "横向科研经费", "科研项目经费", "技术服务费"))
    bills = [
        bill(payer.name, school.name, middle, later(signed, 160), item, used=first, unit_account=school.account,
             note="the second stage after the first was billed"),
        rng.choice((
            bill(payer.name, school.name, first / 10000 if in_wan else swapped(rng, first), later(signed, 12), item,
                 wrong="amount", note="万 taken as 元, or digits transposed"),
            bill(sister(rng, payer.name), school.name, first, later(signed, 12), item, wrong="payer",
                 note="a firm of the same group"),
            bill(payer.name, school.name, middle, later(signed, 200), item, used=first + last + middle // 2,
                 wrong="usage", note="more than the whole"),
        )),
        rng.choice((
            bill(payer.name, school.name, first, later(signed, 9), "学生住宿费", wrong="purpose"),
            bill(payer.name, school.name, first, later(signed, -40), item, wrong="date", note="before signing"),
            bill(payer.name, other_unit(rng, "university", school.name), first, later(signed, 9), item,
                 wrong="payee"),
        )),
    ]  # fmt: skip
    return Paper(
        family="company contract", tool="LibreOffice DOCX", data=overlaid(pdf, marks), truth=truth,
        bills=tuple(bills),
    )  # fmt: skip


def sponsorship(rng: Random) -> Paper:
    """Conference sponsorship agreement with an association; tiers with one ticked; scanned with seals."""
    payer, club = company(rng), unit(rng, "association")
    agent = f"{club.city}{rng.choice(('会联', '纵横', '思博'))}会务服务有限公司"
    signed = day(rng)
    opens = later(signed, rng.randint(35, 120))
    field = rng.choice(("绿色化工", "智能制造", "先进涂料", "海洋经济", "质量与标准化"))
    event = rng.choice(
        (f"{signed.year}长三角{field}发展大会", f"第{rng.choice('六九七五')}届华东{field}学术年会")
    )
    tiers = [("钻石赞助", 200000), ("金牌赞助", 120000), ("银牌赞助", 80000), ("支持单位", 30000)]
    factor = rng.choice((Decimal("0.5"), Decimal(1), Decimal("1.5")))
    sums = [Decimal(v) * factor for _, v in tiers]
    chosen = rng.randrange(4)
    total = sums[chosen]
    rights = (
        "主论坛演讲30分钟；标准展位3个；会刊封二；参会名额8人", "分论坛演讲20分钟；标准展位2个；会刊彩页2版；参会名额5人",
        "标准展位1个；会刊彩页1版；参会名额3人", "会议背景板署名；参会名额1人",
    )  # fmt: skip
    number = rng.choice((f"{signed.year}-ZZ-{rng.randint(1, 99):03d}", ""))
    mark = rng.choice((("☑", "□"), ("■", "□"), ("√", "")))
    rows = "".join(
        f"<tr><td class=c>{mark[0] if k == chosen else mark[1]}</td><td>{tiers[k][0]}</td>"
        f"<td class=r>{comma_int(sums[k])}元</td><td>{rights[k]}</td></tr>"
        for k in range(4)
    )
    face = rng.choice((SONG, KAI, HEI))
    verb = rng.choice(("赞助", "支持"))
    html = f"""<style>@page{{size:A4;margin:23mm 24mm;@bottom-center{{content:"第 " counter(page) " 页";
    font:9pt '{face}'}}}}
    body{{font:11.5pt/1.75 '{face}'}} h1{{text-align:center;font:bold 20pt '{HEI}';margin:2mm 0 6mm}}
    table{{border-collapse:collapse;width:100%;font-size:10.5pt}} .t td,.t th{{border:.6pt solid #000;padding:1mm 2mm}}
    .c{{text-align:center}} .r{{text-align:right;white-space:nowrap}} p{{margin:1mm 0;text-indent:2em}}
    .n{{text-indent:0}} .sig td{{width:50%;vertical-align:top;padding-top:8mm}}</style>
    {f"<p class=r>编号：{number}</p>" if number else ""}
    <h1>会议{verb}协议书</h1>
    <p class=n>甲方（{verb}方）：<u>{payer.name}</u><br>统一社会信用代码：{payer.code}</p>
    <p class=n>乙方（主办方）：<u>{club.name}</u><br>统一社会信用代码：{club.code}</p>
    <p>乙方定于{cn(opens)}至{
        later(opens, 2).day if later(opens, 2).month == opens.month else cn(later(opens, 2))
    }{"日" if later(opens, 2).month == opens.month else ""}在{club.city}举办“{
        event
    }”（以下简称“大会”），会务由{agent}
    具体承办。经双方友好协商，就甲方{verb}大会事宜达成如下协议：</p>
    <p class=n><b>一、{verb}项目</b></p>
    <p>甲方自愿选择下表中已勾选的项目：</p>
    <table class=t><tr><th width=8%>选择</th><th width=16%>项目</th><th width=18%>金额</th><th>回报内容</th></tr>
    {rows}</table>
    <p class=n><b>二、费用及支付</b></p>
    <p>1. 甲方应付{verb}费共计人民币<b>{comma_int(total)}</b>元（大写：{
        upper(total)
    }）。超出上述名额的参会人员，另按
    每人1,800元缴纳会务费，不在本协议金额之内。</p>
    <p>2. 甲方应于{
        cn(later(signed, 15))
    }前一次性将上述款项汇入乙方账户，乙方收款后开具相应票据。承办单位不得代收。</p>
    <p class=n>　　户　名：{club.name}<br>　　开户行：{club.bank}<br>　　账　号：{club.account}</p>
    <p class=n><b>三、双方责任</b></p>
    <p>1. 甲方应于会前20日向乙方提供企业标识、宣传彩页电子稿，并对其真实性负责。</p>
    <p>2. 乙方应保证甲方享有本协议第一条所列回报。因不可抗力致大会延期的，本协议顺延；取消的，乙方于30日内全额退款。</p>
    <p class=n><b>四、其他</b></p>
    <p>本协议一式肆份，双方各执贰份，自双方签字盖章之日起生效。未尽事宜另行协商，协商不成的提交乙方所在地人民法院裁决。</p>
    <table class=sig><tr><td>甲方（盖章）：<br>代表（签字）：<br>电话：{payer.phone}<br>日期：{
        any_day(rng, signed)
    }</td>
    <td>乙方（盖章）：<br>代表（签字）：<br>电话：{club.phone}<br>日期：{
        any_day(rng, signed)
    }</td></tr></table>"""
    pdf = chrome(html)
    marks = seal_at(rng, pdf, "甲方（盖章）", payer.name, "", -1) + seal_at(
        rng, pdf, "乙方（盖章）", club.name, "", -1
    )
    marks += pen_at(rng, pdf, "代表（签字）", payer.head, 0) + pen_at(rng, pdf, "代表（签字）", club.head, 1)
    truth = Truth(
        kind="contract", payers=(payer.name,), payees=(club.name,), total=total, words=total, signed_on=signed,
        numbers=(number,) if number else (), accounts=(club.account,), purpose=f"{verb}费",
        also_purposes=(event, tiers[chosen][0], f"{verb}项目", f"会议{verb}协议书"),
        also_names=(agent, payer.head, club.head),
        also_amounts=(*(s for s in sums if s != total), Decimal(1800)),
    )  # fmt: skip
    paid = later(signed, 18)
    other = sums[(chosen + 1) % 4]
    item = "会议赞助费" if verb == "赞助" else rng.choice(("会议支持费", "会议赞助费"))
    bills = (
        bill(payer.name, club.name, total, paid, item, unit_account=club.account, payer_code=payer.code),
        bill(payer.name, club.name, other, paid, item, wrong="amount", note="the sum of another tier"),
        rng.choice((
            bill(agent, club.name, total, paid, item, wrong="payer", note="the organiser's agent"),
            bill(payer.name, other_unit(rng, "association", club.name), total, paid, item, wrong="payee"),
            bill(payer.name, club.name, total, paid, item, unit_account=company(rng).account, wrong="account"),
        )),
    )  # fmt: skip
    return Paper(
        family="company contract", tool="Chromium", data=scan(rng, pdf, marks), truth=truth, bills=bills,
        form="scan",
    )  # fmt: skip


def hall_lease(rng: Random) -> Paper:
    """Lease of exhibition halls: sheet of areas and days, a returnable deposit beside the rent; Word text."""
    payer, centre = company(rng), unit(rng, "centre")
    signed = day(rng)
    starts = later(signed, rng.randint(30, 150))
    days = rng.choice((3, 4, 5, 6))
    ends = later(starts, days - 1)
    halls = rng.sample(("1号馆", "2号馆", "3A馆", "3B馆", "5号馆", "序厅"), rng.choice((1, 2)))
    price = Decimal(rng.choice((9, 12, 15, 8)))
    areas = [rng.choice((1800, 3000, 5200, 8000, 11000)) for _ in halls]
    rent = sum((price * area * days for area in areas), Decimal(0))
    deposit = Decimal(rng.choice((50000, 100000, 30000)))
    differs = rng.random() < 0.25
    words = rent + 10000 if differs else rent
    number = f"ZG-{signed.year}-{rng.randint(3, 260):03d}"
    show = f"{starts.year}{rng.choice(('华东', '东海', '江淮'))}{rng.choice(('模具', '纺机', '泵阀', '橡塑'))}展览会"
    paper = Word(MING, 11.5, (2.5, 2.2), 1.35)
    paper.put("展览场地租赁合同", align="c", face=HEI, size=20, bold=True, after=4)
    paper.put(f"（合同编号：{number}）", align="c", after=12)
    paper.grid(
        (("出租方（甲方）", centre.name), ("地址/电话", f"{centre.address}　{centre.phone}"),
         ("承租方（乙方）", payer.name), ("地址/电话", f"{payer.address}　{payer.phone}")),
        (3.6, 12.2), size=10.5,
    )  # fmt: skip
    paper.put(f"甲乙双方就乙方租用甲方展馆举办“{show}”一事，协商一致，订立本合同。", indent=True, before=8)
    paper.put("1　租赁场地、期限与租金", bold=True, before=4)
    paper.put(
        f"1.1　租赁期限：{cn(starts)}至{cn(ends)}，共{days}天（含布展、撤展），每日8:30—17:30。超时按每小时2,000元另计。",
        align="j",
    )
    rows = [("场地", "面积（㎡）", "单价（元/㎡·天）", "天数", "金额（元）")]
    rows += [
        (name, comma_int(area), f"{price:.2f}", str(days), money(price * area * days))
        for name, area in zip(halls, areas, strict=True)
    ]
    rows.append(("合　计", comma_int(sum(areas)), "", "", money(rent)))
    paper.grid(rows, (3.6, 3, 3.6, 2, 3.6), align="crrcr", head=True, size=10.5)
    paper.put(f"1.2　场地租金合计：￥{money(rent)}，大写：人民币{upper(words)}。", before=4)
    paper.put("2　保证金", bold=True, before=4)
    paper.put(
        f"2.1　乙方应于签约之日起5日内另交场地保证金{money(deposit)}元。展会结束且场地设施无损坏的，甲方于10个工作日内"
        "无息退还。保证金不抵作租金。", align="j",
    )  # fmt: skip
    paper.put("3　付款", bold=True, before=4)
    paper.put(
        f"3.1　乙方应于{cn(later(starts, -10))}前付清全部租金。款项汇至：{centre.name}，{centre.bank}，"
        f"账号{centre.account}。甲方收到租金后向乙方开具票据。", align="j",
    )  # fmt: skip
    paper.put("4　安全与责任", bold=True, before=4)
    for k, text in enumerate((
        "乙方应遵守甲方展馆防火规定，展位限高4.5米，通道宽度不少于3米。", "乙方不得将场地转租；确需调整面积的，应提前15日书面提出。",
        "乙方在进场前30日以外取消展会的，甲方收取租金的20%；30日以内取消的，已付租金不退。",
        "水、电、压缩空气及网络接入费按甲方现场服务价目表另行结算，不含在本合同租金内。",
    ), 1):  # fmt: skip
        paper.put(f"4.{k}　{text}", align="j")
    paper.put(
        "5　本合同一式四份，双方各执两份，经双方盖章之日起生效。争议由展馆所在地人民法院管辖。", after=12
    )
    paper.grid(
        ((f"甲方：{centre.name}（章）\n\n经办人：{centre.contact}\n\n{any_day(rng, signed)}",
          f"乙方：{payer.name}（章）\n\n经办人：{payer.contact}\n\n{cn0(signed)}"),),
        (8, 8), rules=False, size=11,
    )  # fmt: skip
    pdf = paper.pdf()
    marks = seal_at(rng, pdf, "经办人", centre.name, "合同专用章", 0) + seal_at(
        rng, pdf, "经办人", payer.name, "合同专用章", 1
    )
    truth = Truth(
        kind="contract", payers=(payer.name,), payees=(centre.name,), total=rent, words=words, signed_on=signed,
        starts_on=starts, ends_on=ends, numbers=(number,), accounts=(centre.account,), purpose="场地租金",
        also_purposes=("展览场地租赁合同", "展览场地租赁", show, "租金", f"租用甲方展馆举办“{show}”"),
        also_amounts=(deposit, price, Decimal(2000), *(price * a * days for a in areas)),
        also_names=(centre.contact, payer.contact, *halls),
    )  # fmt: skip
    item = rng.choice(("场地租赁费", "房屋租金", "场馆租金"))
    paid = later(starts, -9)
    bills: tuple[Bill, ...]
    if differs:
        bills = (
            bill(
                payer.name, centre.name, rent, paid, item, wrong="words", note="words and digits differ by 万"
            ),
            bill(payer.name, centre.name, words, paid, item, wrong="words"),
        )
    else:
        bills = (
            bill(payer.name, centre.name, rent, paid, item, unit_account=centre.account),
            bill(payer.name, centre.name, deposit, paid, item, wrong="amount", note="the deposit, not the rent"),
            rng.choice((
                bill(payer.name, centre.name, rent, later(signed, -12), item, wrong="date"),
                bill(payer.name, centre.name, rent, paid, "培训费", wrong="purpose"),
                bill(payer.name, centre.name, rent, paid, item, used=rent, wrong="usage", note="billed a second time"),
                bill(sister(rng, payer.name), centre.name, rent, paid, item, wrong="payer"),
            )),
        )  # fmt: skip
    return Paper(
        family="company contract",
        tool="LibreOffice DOCX",
        data=overlaid(pdf, marks),
        truth=truth,
        bills=bills,
    )


def port_supplement(rng: Random) -> Paper:
    """A supplementary agreement that puts a new sum in place of the old one; scanned Word."""
    payer, port = company(rng), unit(rng, "port")
    old_day = day(rng, 2023, 2026)
    signed = later(old_day, rng.randint(60, 230))
    old = Decimal(rng.choice((860000, 1260000, 3480000, 5200000, 742000, 11760000, 398500)))
    cut = rng.random() < 0.5
    change = Decimal(rng.choice((66000, 124500, 218000)))
    total = old - change if cut else old + change
    old_number = f"GW{old_day.year}-{rng.randint(10, 99)}"
    number = f"{old_number}-补{rng.randint(1, 2)}"
    service = rng.choice(("码头泊位占用及系缆服务", "航道维护疏浚及扫测服务", "港池岸线使用及堆场服务"))
    reason = "实际靠泊艘次较原计划减少" if cut else "新增大件设备靠泊两艘次、堆存面积扩大"
    ends = later(signed, rng.randint(200, 400))
    in_wan = rng.random() < 0.5
    paper = Word(KAI if rng.random() < 0.5 else SONG, rng.choice((12.5, 14)), (2.9, 2.8), 1.45)
    paper.put("补 充 协 议", align="c", face=HEI, size=22, bold=True, after=6)
    paper.put(f"编号：{number}", align="r", after=10, size=12)
    paper.put(f"甲方：{payer.name}")
    paper.put(f"乙方：{port.name}", after=6)
    paper.put(
        f"鉴于甲乙双方于{cn(old_day)}签订了《{service}合同》（编号：{old_number}，以下简称“原合同”），合同价款为人民币"
        f"{wan(old) + '万元' if in_wan else money(old) + '元'}。现因{reason}，经双方协商，就价款调整事宜达成补充协议如下：",
        indent=True, align="j",
    )  # fmt: skip
    verb = "调减" if cut else "调增"
    paper.put(
        f"一、原合同价款{verb}{wan(change) + '万元' if in_wan else money(change) + '元'}，调整后合同总价款为人民币"
        f"{upper(total)}（小写：￥{money(total)}元）。原合同第三条约定的价款不再执行。", indent=True, align="j",
    )  # fmt: skip
    paper.put(f"二、原合同服务期限延长至{cn(ends)}。", indent=True)
    paper.put(
        f"三、甲方应于本补充协议签订后30日内将调整后的总价款一次性支付至乙方账户（{port.bank}，账号：{port.account}）。",
        indent=True, align="j",
    )  # fmt: skip
    paper.put(
        "四、本补充协议与原合同具有同等效力；不一致之处以本补充协议为准，其余条款不变。",
        indent=True,
        align="j",
    )
    paper.put("五、本补充协议自双方签字并加盖公章之日起生效，一式四份，双方各持两份。", indent=True, after=24)
    paper.grid(
        (("甲方（公章）：\n\n授权代表：\n", "乙方（公章）：\n\n授权代表：\n"), (hanzi(signed), rng.choice((hanzi, cn, dots))(signed))),
        (7.8, 7.8), rules=False, size=13,
    )  # fmt: skip
    pdf = paper.pdf()
    marks = seal_at(rng, pdf, "甲方（公章）", payer.name, nth=-1, share=0.22)
    marks += seal_at(rng, pdf, "乙方（公章）", port.name, nth=-1, share=0.2)
    marks += pen_at(rng, pdf, "授权代表", payer.head, 0) + pen_at(rng, pdf, "授权代表", port.head, 1)
    truth = Truth(
        kind="contract", payers=(payer.name,), payees=(port.name,), total=total, words=total, signed_on=signed,
        ends_on=ends, numbers=(number,), also_numbers=(old_number,), accounts=(port.account,), purpose=service,
        also_amounts=(old, change), also_purposes=(f"{service}合同", "价款调整", "合同总价款"),
        also_names=(payer.head, port.head),
    )  # fmt: skip
    item = {"码": "泊位使用费", "航": "航道维护服务费", "港": "岸线及堆场使用费"}[service[0]]
    paid = later(signed, 21)
    bills = (
        bill(payer.name, port.name, total, paid, item, unit_account=port.account),
        bill(payer.name, port.name, old, paid, item, wrong="amount", note="the superseded sum"),
        rng.choice((
            bill(payer.name, port.name, change, paid, item, used=total, wrong="usage"),
            bill(payer.name, other_unit(rng, "port", port.name), total, paid, item, wrong="payee"),
            bill(payer.name, port.name, total, paid, "职业技能培训费", wrong="purpose"),
            bill(sister(rng, payer.name), port.name, total, paid, item, wrong="payer"),
        )),
    )  # fmt: skip
    return Paper(
        family="company contract", tool="LibreOffice DOCX", data=scan(rng, pdf, marks, rng.choice((150, 200, 240))),
        truth=truth, bills=bills, form="scan",
    )  # fmt: skip
