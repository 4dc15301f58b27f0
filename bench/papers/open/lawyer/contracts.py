"""Contracts of a price for work: research, the lease of a hall, training."""

from decimal import Decimal
from random import Random

from bench.papers.open.lawyer import base as b
from bench.papers.open.lawyer import draw as d
from bench.papers.open.lawyer.draw import Mark, P, Table
from bench.papers.values import Bill, Paper, Truth


def research(rng: Random) -> Paper:
    """Technical development entrusted by a firm to a college; three stages, a price with direct and indirect costs."""
    at = b.place(rng)
    firm, school = b.company(rng, "ind", local=at), b.college(rng, at)
    theme = b.one(
        rng,
        "高寒牧区光伏板自清洁涂层",
        "苦荞黄酮提取工艺",
        "山区中小学供暖余热利用",
        "矿山尾水微生物治理",
        "藏羊毛脱脂废水回用",
    )
    aim = f"{theme}技术开发"
    total = b.money(rng.randrange(60, 900) * 1000 * b.one(rng, 1, 1, 1, 12))
    first = b.money(total * b.one(rng, 3, 4, 5) / 10)
    second = b.money(total * 3 / 10)
    third = total - first - second
    signed = b.day(rng)
    end = b.in_year(signed, b.one(rng, 1, 2))
    number, acct, firm_code = f"JSKF{signed.year}{rng.randrange(10, 999):03d}", b.account(rng), b.code(rng)
    bank = f"{rng.choice(b.BANKS)}{at.city}分行营业部"
    lead, agent = b.person(rng), b.person(rng)
    late = b.money(2000 * rng.randrange(1, 6))
    how = rng.randrange(3)
    chapter = b.one(rng, "第{}条　", "{}、")
    clauses = [
        (
            f"{b.one(rng, '合作内容', '研究开发内容')}",
            f"甲方委托乙方就“{theme}”开展研究开发。乙方项目负责人为{lead}，成员不少于五人，变更负责人须经甲方书面同意。",
        ),
        (
            "计划与期限",
            f"项目执行期自{b.said(signed, how)}起至{b.said(end, how)}止，分方案论证、中试、验收三个阶段。",
        ),
        (
            "研究开发经费",
            f"1. 本项目研究开发经费总额为人民币（大写）__{b.words(total)}__（￥{b.comma(total)}），含税。其中设备费"
            f"{b.plain(b.money(total * 2 / 5))}元，测试化验加工费{b.plain(b.money(total * 7 / 20))}元，其余为劳务费及间接费用，"
            f"由乙方统筹使用。",
        ),
        (
            "",
            f"2. 甲方分三期支付：（1）合同签订后15个工作日内支付{b.plain(first)}元；（2）中试方案通过甲方评审后支付"
            f"{b.plain(second)}元；（3）项目验收合格后10个工作日内支付余款{b.plain(third)}元。乙方收款后开具合法票据。",
        ),
        (
            "",
            f"3. 乙方收款账户：户名 {school}；开户银行 {bank}；账号 {b.grouped(acct) if rng.random() < 0.5 else acct}。",
        ),
        (
            "成果归属",
            "因履行本合同形成的专利申请权归双方共有，论文署名按贡献排序。任何一方转让其份额的，另一方在同等条件下优先受让。",
        ),
        ("保密", "双方对在履行中知悉的对方技术资料、经营信息负有保密义务，期限为合同终止后三年。"),
        (
            "违约责任",
            f"乙方逾期提交阶段成果的，每逾期一周向甲方支付违约金{b.plain(late)}元，累计不超过经费总额的百分之十；"
            "甲方逾期付款的，按同期贷款市场报价利率计付利息。",
        ),
        ("争议解决", f"协商不成的，提交{b.one(rng, '甲方', '乙方')}所在地人民法院诉讼解决。"),
        (
            "附则",
            f"本合同一式{b.one(rng, '肆', '陆')}份，甲乙双方各执{b.one(rng, '贰', '叁')}份，自双方签字盖章之日起生效。",
        ),
    ]
    blocks: list[d.Block] = [
        P(f"合同编号：{number}", "flat"),
        P("技术开发（委托）合同", "title"),
        P(f"项目名称：__{aim}__", "flat"),
        P(f"委托方（甲方）：__{firm}__", "flat"),
        P(f"统一社会信用代码：{firm_code}　　委托代理人：{agent}", "flat"),
        P(f"受托方（乙方）：__{school}__", "flat"),
        P(f"项目负责人：{lead}　　联系电话：{b.phone(rng)}", "flat"),
        P(f"签订地点：{at.city}{at.county}　　签订日期：{b.said(signed, how)}", "flat"),
        P("依据《中华人民共和国民法典》的规定，合同双方就上述项目的技术开发协商一致，订立本合同。"),
    ]
    number_ = 0
    for head, text in clauses:
        if head:
            number_ += 1
            blocks.append(P(chapter.format(b.cn(number_)) + head, "h"))
        blocks.append(P(text))
    sign = Table(
        [
            (f"甲方（盖章）：\n{firm}", f"乙方（盖章）：\n{school}"),
            ("代表人签字：", "授权代表签字："),
            (f"日期：{b.said(signed, how)}", f"日期：{b.said(signed, how)}"),
        ],
        (8, 8),
        ruled=False,
        head=False,
    )
    blocks.append(sign)
    look = d.style(rng, header=b.one(rng, "", f"{aim}合同　{number}"), footer="第 # 页")
    pdf = d.word(blocks, look)
    marks = [
        Mark(find="甲方（盖章）", seal=firm, under="合同专用章", dx=25, dy=-18),
        Mark(find="乙方（盖章）", seal=school, dx=25, dy=-18),
        Mark(find="代表人签字：", nth=0, hand=agent),
        Mark(find="授权代表签字：", hand=b.person(rng)),
    ]
    truth = Truth(
        kind="contract",
        payers=(firm,),
        payees=(school,),
        total=total,
        instalments=(first, second, third),
        words=total,
        signed_on=signed,
        starts_on=signed,
        ends_on=end,
        numbers=(number,),
        accounts=(acct,),
        purpose=aim,
        also_names=(lead, agent, bank),
        also_amounts=(late, b.money(total * 2 / 5), b.money(total * 7 / 20)),
        also_numbers=(firm_code,),
        also_purposes=(theme, "研究开发经费", "技术开发（委托）合同"),
    )
    stage = Bill(
        payer=firm,
        unit=school,
        total=first,
        issued_on=b.later(signed, rng.randrange(5, 25)),
        items=(b.one(rng, "技术开发费", "横向科研经费"),),
        payer_code=firm_code,
        unit_account=acct,
        note="the first stage",
    )
    rest = Bill(
        payer=firm,
        unit=school,
        total=third,
        issued_on=b.later(end, 20),
        items=("科研项目经费",),
        used=first + second,
        note="the last stage, paid after the project was accepted, after the period",
    )
    wrong = [
        b.bad(stage, "amount", "two digits exchanged", total=b.swapped(first)),
        b.bad(stage, "purpose", "a lodging fee on a research contract", items=("住宿费",)),
        b.bad(stage, "usage", "all was used but one coin", used=total - 1000),
        b.bad(stage, "payer", "a firm of a near name", payer=b.near(rng, firm), payer_code=""),
        b.bad(stage, "account", "another account than the contract's", unit_account=b.account(rng)),
    ]
    both = rng.random() < 0.5
    bills = b.some(rng, (stage, rest) if both else (stage,), wrong, 1 if both else 2)
    return Paper(family="contracts", tool="word", data=d.marked(rng, pdf, marks), truth=truth, bills=bills)


def venue(rng: Random) -> Paper:
    """A hall of a college let to a firm: days, a fee per half-day, a deposit beside it that goes back; scanned."""
    at = b.place(rng)
    school, firm = b.college(rng, at), b.company(rng, "edu")
    hall = b.one(rng, "学术报告厅", "体育馆主馆", "艺术楼音乐厅", "图书馆二楼报告厅")
    halves = rng.randrange(4, 14)
    price = b.money(rng.randrange(12, 60) * 100)
    rent, deposit = price * halves, b.money(rng.randrange(2, 9) * 1000)
    signed = b.day(rng)
    start = b.later(signed, rng.randrange(8, 30))
    end = b.later(start, (halves + 1) // 2 - 1)
    event = b.one(rng, "公务员考试面试培训", "全省青少年书法大赛决赛", "新教师入职宣讲会", "少儿舞蹈考级展演")
    acct, number = b.account(rng), f"{signed.year}-ZL-{rng.randrange(1, 99):02d}"
    use = b.one(rng, f"{hall}场地使用费", f"{hall}场地租赁费")
    keeper = b.person(rng)
    blocks: list[d.Block] = [
        P(b.one(rng, "场地租赁合同", "场馆使用协议"), "title"),
        P(f"编号：{number}", "right"),
        P(f"出租方（以下简称甲方）：{school}", "flat"),
        P(f"承租方（以下简称乙方）：{firm}", "flat"),
        P(f"乙方因举办“{event}”需要，租用甲方{hall}，双方约定如下："),
        P(f"一、使用时间：{b.said(start)}至{b.said(end)}，共{halves}个半天，布展、撤场时间计入在内。"),
        P("二、费用"),
        Table(
            [
                ("项目", "单价", "数量", "金额（元）", "备注"),
                (use, f"{b.plain(price)}元/半天", f"{halves}个半天", b.comma(rent), "含照明、桌椅"),
                ("空调、音响", "—", "—", "0.00", "甲方免费提供"),
                ("场地押金", "—", "—", b.comma(deposit), "退场验收后无息退还，不计入费用"),
            ],
            (4.4, 3, 2.4, 2.8, 3.4),
        ),
        P(
            f"上述场地费合计人民币{b.words(rent)}（小写：￥{b.comma(rent)}），乙方应于进场三日前一次性付至甲方账户。"
        ),
        P(f"三、甲方账户　户名：{school}　开户行：{rng.choice(b.BANKS)}{at.short}支行　账号：{acct}"),
        P(
            f"四、乙方须按消防要求控制人数，损坏设施照价赔偿；丢失钥匙每把赔偿50元。甲方场馆管理员：{keeper}，电话{b.phone(rng)}。"
        ),
        P("五、乙方不得转租。逾时使用的，每小时加收200元，由甲方从押金中扣除。"),
        P("六、本合同自双方盖章之日起生效，一式两份，双方各一份，具有同等效力。"),
        P(""),
        Table(
            [
                ("甲方：（公章）", "乙方：（公章）"),
                ("经办人：", "经办人："),
                (b.said(signed, 2), b.said(signed, 2)),
            ],
            (8, 8),
            ruled=False,
            head=False,
        ),
    ]
    pdf = d.web(blocks, d.style(rng, web=True, footer=b.one(rng, "", "- # -")))
    marks = [
        Mark(find="甲方：（公章）", seal=school, dx=40, dy=-22),
        Mark(find="乙方：（公章）", seal=firm, dx=30, dy=-22),
        Mark(find="经办人：", nth=-2, hand=keeper),
        Mark(find="经办人：", hand=b.person(rng)),
    ]
    truth = Truth(
        kind="contract",
        payers=(firm,),
        payees=(school,),
        total=rent,
        words=rent,
        signed_on=signed,
        starts_on=start,
        ends_on=end,
        numbers=(number,),
        accounts=(acct,),
        purpose=use,
        also_names=(keeper,),
        also_amounts=(price, deposit, b.money(50), b.money(200), b.money(0), rent + deposit),
        also_purposes=(event, "场地费", "场地押金", "场地租赁合同", "场馆使用协议"),
    )
    honest = Bill(
        payer=firm,
        unit=school,
        total=rent,
        issued_on=b.later(signed, rng.randrange(1, 7)),
        items=(b.one(rng, "场地租赁费", "国有资产出租收入", "场地使用费"),),
        unit_account=acct,
    )
    wrong = [
        b.bad(honest, "amount", "the fee of one half-day", total=price),
        b.bad(honest, "amount", "the deposit, which goes back, is counted as rent", total=rent + deposit),
        b.bad(honest, "payee", "another school", unit=b.near(rng, school), unit_account=""),
        b.bad(honest, "date", "issued long before it was signed", issued_on=b.later(signed, -45)),
    ]
    return Paper(
        family="contracts",
        tool="weasyprint",
        data=d.scan(rng, d.marked(rng, pdf, marks)),
        truth=truth,
        bills=b.some(rng, (honest,), wrong),
        form="scan",
    )


def training(rng: Random) -> Paper:
    """A bureau sends teachers to a college's course: persons × days × standard; sometimes words and digits differ."""
    at = b.place(rng)
    bureau, school = f"{at.county}教育局", b.college(rng, b.place(rng))
    if rng.random() < 0.3:
        bureau = f"{at.county}教育和科学技术局"
    heads, days_, rate = (
        rng.randrange(28, 120),
        rng.randrange(5, 13),
        b.money(rng.choice((320, 350, 380, 400, 420))),
    )
    total = rate * heads * days_
    signed = b.day(rng)
    start = b.later(signed, rng.randrange(7, 40))
    end = b.later(start, days_ - 1)
    course = f"{start.year}年" + b.one(
        rng,
        "中小学班主任能力提升培训",
        "乡村幼儿园教师保教能力培训",
        "国家通用语言文字教师培训",
        "县域心理健康骨干教师培训",
    )
    first = b.money((total * 7 / 10).quantize(Decimal(1)))
    last = total - first
    clash = rng.random() < 0.3
    told = total + (9000 if total % 10000 < 1000 else 900) if clash else total
    draft = not clash and rng.random() < 0.2
    acct = b.account(rng)
    chief = b.person(rng)
    blocks: list[d.Block] = [
        P(b.one(rng, "委托培训协议书", "教师培训项目委托协议"), "title"),
        P(f"委托单位（甲方）：{bureau}", "flat"),
        P(f"培训单位（乙方）：{school}", "flat"),
        P("为提高教师队伍素质，甲方委托乙方承办下列培训，经协商订立本协议。"),
        P("一、培训项目", "h"),
        P(f"1.1 项目名称：{course}。"),
        P(f"1.2 培训对象及人数：{at.county}在职教师{heads}人，以实际报到名册为准，但结算人数不作调减。"),
        P(f"1.3 培训时间：{b.said(start, 1)}—{b.said(end, 1)}，计{days_}天；地点：乙方校本部。"),
        P("二、经费及支付", "h"),
        P(f"2.1 培训经费按{b.plain(rate)}元/人·天包干，包括住宿、伙食、场地、资料、师资费用，明细见下表。"),
        Table(
            [
                ("费用类别", "标准（元/人·天）", "人数", "天数", "小计（元）"),
                *[
                    (name, b.plain(part), str(heads), str(days_), b.plain(part * heads * days_))
                    for name, part in (
                        ("住宿费", rate * 4 / 10),
                        ("伙食费", rate * 3 / 10),
                        ("场地资料及师资费", rate * 3 / 10),
                    )
                ],
                ("合计", b.plain(rate), str(heads), str(days_), b.plain(total)),
            ],
            (4.6, 3.6, 2, 2, 3.4),
        ),
        P(f"2.2 协议总金额：￥{b.comma(total)}元，大写：{b.words(b.money(told))}。"),
        P(
            f"2.3 甲方于开班前支付70%即{b.comma(first)}元，培训结束并提交绩效报告后支付30%即{b.comma(last)}元，"
            f"汇至乙方账户（账号{acct}，开户行{rng.choice(b.BANKS)}）。学员往返差旅费由其所在学校承担，乙方不得另行收取。"
        ),
        P("三、双方责任", "h"),
        P(
            "3.1 甲方负责学员选派和组织；3.2 乙方负责教学、食宿和安全管理，指定专职班主任，考核不合格者不发结业证书。"
        ),
        P("四、其他", "h"),
        P(
            "4.1 因疫情、自然灾害等不可抗力不能按期开班的，双方另行商定时间。4.2 协议一式四份，签字盖章后生效。"
        ),
        Table(
            [
                ("甲方（章）", "乙方（章）"),
                ("负责人：", "负责人："),
                ("联系电话：" + b.phone(rng), "联系电话：" + b.phone(rng)),
                (
                    "　　年　　月　　日" if draft else b.said(signed),
                    "　　年　　月　　日" if draft else b.said(signed),
                ),
            ],
            (8, 8),
            ruled=False,
            head=False,
        ),
    ]
    if draft:
        blocks.insert(0, P(b.one(rng, "（征求意见稿）", "（草案，供双方会商）"), "right"))
    pdf = d.word(blocks, d.style(rng))
    if not draft:
        marks = [
            Mark(find="甲方（章）", seal=bureau, dx=30, dy=-14),
            Mark(find="乙方（章）", seal=school, dx=30, dy=-14),
            Mark(find="负责人：", nth=-2, hand=chief),
            Mark(find="负责人：", hand=b.person(rng)),
        ]
        pdf = d.marked(rng, pdf, marks)
    parts = [rate * k / 10 for k in (4, 3)]
    truth = Truth(
        kind="contract",
        payers=(bureau,),
        payees=(school,),
        total=total,
        instalments=(first, last),
        words=b.money(told),
        signed_on=None if draft else signed,
        starts_on=start,
        ends_on=end,
        accounts=(acct,),
        purpose=course,
        status="draft" if draft else "",
        also_names=(chief,),
        also_amounts=(b.money(told), rate, *parts, *(part * heads * days_ for part in parts)),
        also_purposes=("培训经费", course[5:]),
    )
    opening = Bill(
        payer=bureau,
        unit=school,
        total=first,
        issued_on=b.later(start, -2),
        items=("培训费",),
        unit_account=acct,
        note="70 % before the course",
    )
    closing = Bill(
        payer=bureau,
        unit=school,
        total=last,
        issued_on=b.later(end, 18),
        items=("培训费",),
        used=first,
        note="the rest",
    )
    if clash or draft:
        note = "words and digits of the paper differ" if clash else "a draft without signatures"
        bills = b.all_bad("words" if clash else "status", note, (opening, closing))
    else:
        board = rate * 4 / 10 * heads * days_
        wrong = [
            b.bad(opening, "amount", "only the row of lodging", total=b.money(board)),
            b.bad(opening, "payer", "a bureau of another name", payer=b.near(rng, f"{at.county}财政局")),
            b.bad(closing, "usage", "the whole was used before", used=total),
            b.bad(opening, "purpose", "a gift on a training agreement", items=("捐赠收入",)),
        ]
        bills = b.some(rng, (opening, closing), wrong, 1)
    return Paper(family="contracts", tool="word", data=pdf, truth=truth, bills=bills)
