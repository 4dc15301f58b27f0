"""Money that others grant to a unit: letters of foundations and books of tasks."""

from datetime import timedelta
from decimal import Decimal
from random import Random

from bench.papers.open.society import people as of
from bench.papers.open.society.bills import change
from bench.papers.open.society.drawing import paragraphs, scan, seal_tag, sheet, table
from bench.papers.tools import weasy
from bench.papers.values import Bill, Paper, Truth

D = Decimal


def grant_letter(rng: Random) -> Paper:
    """A letter of a foundation that grants money to a museum for one project."""
    giver, unit = of.foundation(rng), of.museum(rng)
    far = of.other(rng, of.museum, unit.name)
    made = of.day(rng, 2023, 2026)
    grant = D(rng.choice((180000, 265000, 320000, 76000, 1150000, 98000)))
    asked = grant + D(rng.choice((20000, 54000, 120000)))
    starts, ends = of.date(made.year, made.month, 1), of.date(made.year + 1, made.month, 28)
    number = f"{rng.choice(('基函', '资函'))}〔{made.year}〕{rng.randint(2, 150)}号"
    project = rng.choice(
        ("流动博物馆进校园", "馆藏纸质文物保护修复", "非遗影像记录", "无障碍观展改造", "乡村美育教室")
    )
    officer = of.person(rng, 0)
    align = rng.choice(("center", "left"))
    body = (
        f"<p style='text-align:{align};font-size:20pt;color:#8a1c1c;font-family:xiaowei'>{giver.name}</p>"
        f"<p style='text-align:{align};font-size:8.5pt;color:#777;border-bottom:1pt solid #8a1c1c'>{giver.address}　Tel {giver.phone}</p>"
        f"<p class='r' style='margin-top:3mm'>{number}</p>"
        f"<h1 style='font-size:17pt;margin:5mm 0'>关于资助“{project}”项目的函</h1><p>{unit.name}：</p>"
        + paragraphs(
            f"贵馆提交的“{project}”项目申请书收悉。该项目申请资助{of.wan(asked)}，经我会专家评审委员会评审、"
            f"理事会第{rng.randint(5, 30)}次会议审议，同意资助<b>人民币{of.wan(grant)}</b>（大写：{of.upper(grant)}），"
            f"资助期限自{of.zh(starts)}至{of.zh(ends)}。",
            f"一、资助款将在贵馆回函确认后十个工作日内，一次性拨付至贵馆账户（户名：{unit.name}，开户行：{unit.bank}，"
            f"账号：{unit.account}）。请贵馆在到账后5日内开具合法票据。",
            f"二、资助款专项用于“{project}”项目的活动物料、专家劳务、设备租赁，不得用于购置车辆、人员编内工资。管理费不超过5%。",
            f"三、贵馆与{far.name}联合申报的展览部分，由双方自筹，不在此次资助范围内。",
            "四、项目结束后一个月内提交结项报告、决算表，余款按原渠道退回。",
            f"特此函告。（项目官员：{officer}，{of.phone(rng)}）",
        )
        + f"<p class='r' style='margin-top:14mm;position:relative'>{giver.name}{seal_tag(giver.name, '', 'right:5mm;top:-13mm')}</p>"
        f"<p class='r'>{of.formal(made)}</p>"
    )
    data = weasy(sheet(body, face=rng.choice(("serif", "wenkai")), size="12pt", margin="20mm 27mm"))
    truth = Truth(
        kind="policy",
        payers=(giver.name,),
        payees=(unit.name,),
        total=grant,
        words=grant,
        signed_on=made,
        starts_on=starts,
        ends_on=ends,
        numbers=(number,),
        accounts=(unit.account,),
        purpose=f"“{project}”项目",
        also_names=(far.name, officer),
        also_amounts=(asked,),
        also_purposes=(project, f"资助“{project}”项目", "资助款"),
    )
    bill = Bill(
        payer=giver.name,
        unit=unit.name,
        total=grant,
        issued_on=of.later(rng, made, 12, 30),
        items=("捐赠收入",),
        remark=f"{project}资助款",
        unit_account=unit.account,
        note="a foundation's grant is booked as a donation",
    )
    bills = (
        bill,
        change(bill, unit=far.name, unit_account="", wrong="payee", note="the partner gets nothing of it"),
        change(
            bill, issued_on=made - timedelta(days=rng.randint(60, 120)), wrong="date", note="before the grant"
        ),
    )
    return Paper(family="grant letter", tool="weasyprint", data=data, truth=truth, bills=bills)


def task_book(rng: Random) -> Paper:
    """A book of tasks with a budget: grant, own money, a partner's share; the first part of the grant is paid."""
    unit, partner = of.institute(rng), of.university(rng)
    home = [each[0] for each in of.CITIES if each[0] in unit.address]
    province = rng.choice(home or [each[0] for each in of.CITIES])
    giver = rng.choice((f"{province}科学技术厅", f"{province}科学技术协会"))
    made = of.day(rng, 2023, 2025)
    grant = D(rng.choice((300000, 500000, 800000, 1200000, 200000)))
    own = D(rng.choice((100000, 150000, 400000)))
    first = grant * rng.choice((6, 7)) / 10
    share = grant * 2 / 10
    number = f"{made.year}{rng.choice('ABCN')}{rng.randrange(10, 99)}0{rng.randrange(100, 999)}"
    topic = rng.choice(
        (
            "高原燕麦抗倒伏品种选育",
            "城市内涝预警模型应用",
            "传统织锦数字图谱",
            "青少年科学素质提升",
            "畜禽粪污氨排放控制",
        )
    )
    ends = of.date(made.year + 2, 12, 31)
    cover = (
        f"<p class='r'>任务书编号：{number}</p><div style='height:40mm'></div>"
        f"<h1 style='font-size:25pt;line-height:1.8'>{province}科技计划项目<br>任 务 书</h1><div style='height:30mm'></div>"
        "<table style='width:84%;margin:auto;line-height:2.4;font-size:13pt'>"
        f"<tr><td style='width:32%'>项目名称：</td><td class='u'>{topic}</td></tr>"
        f"<tr><td>下达单位（甲方）：</td><td class='u'>{giver}</td></tr>"
        f"<tr><td>承担单位（乙方）：</td><td class='u'>{unit.name}</td></tr>"
        f"<tr><td>合作单位：</td><td class='u'>{partner.name}</td></tr>"
        f"<tr><td>项目负责人：</td><td class='u'>{of.person(rng)}</td></tr>"
        f"<tr><td>起止年限：</td><td class='u'>{of.zh(made)}至{of.zh(ends)}</td></tr></table>"
        f"<p class='c' style='margin-top:30mm;font-size:13pt'>{province}财政厅　{giver}　制</p>"
    )
    budget = [
        ["经费来源", "预算（万元）", "其中：设备费", "业务费", "劳务费"],
    ]
    for name, value in (("甲方专项经费", grant), ("乙方自筹", own), ("合　计", grant + own)):
        tens = value / 10000
        budget.append(
            [
                name,
                f"{tens:.2f}",
                f"{tens * D('0.3'):.2f}",
                f"{tens * D('0.5'):.2f}",
                f"{tens * D('0.2'):.2f}",
            ]
        )
    inner = (
        "<div class='new'></div><h1 style='font-size:15pt'>一、考核指标</h1>"
        + paragraphs(
            f"发表论文{rng.randint(2, 6)}篇，申请专利{rng.randint(1, 4)}项，"
            f"建立示范点{rng.randint(1, 5)}个，培训人员{rng.randint(50, 300)}人次。"
        )
        + f"<h1 style='font-size:15pt'>二、经费预算</h1>{table(budget)}"
        + paragraphs(
            f"甲方专项经费{of.upper(grant)}，由甲方直接拨付乙方，分两次下达：本任务书签订后拨付{of.wan(first)}，"
            f"中期评估合格后拨付{of.wan(grant - first)}。",
            f"乙方收到全部专项经费后，按合作协议向{partner.name}转拨{of.wan(share)}，转拨不免除乙方的管理责任。",
            f"乙方账户：{unit.bank} {unit.account}。",
        )
        + "<h1 style='font-size:15pt'>三、共同条款</h1>"
        + paragraphs(
            "1. 乙方应对专项经费单独核算，专款专用，接受审计。",
            "2. 因故不能完成任务的，乙方应退回剩余经费。",
            "3. 本任务书经各方签章后生效，一式五份。",
        )
        + "<table class='ruled' style='margin-top:5mm'>"
        + "".join(
            f"<tr><td style='height:25mm;width:70%'>{title}：{name}<div style='position:relative'>"
            f"{seal_tag(name, '', 'left:62mm;top:-16mm', '34mm')}</div>负责人：{of.person(rng, 0)}</td><td>{of.spaced(made)}</td></tr>"
            for title, name in (("甲方", giver), ("乙方", unit.name), ("合作单位", partner.name))
        )
        + "</table>"
    )
    pdf = weasy(
        sheet(cover + inner, face=rng.choice(("uming", "ukai", "serif")), size="12pt", margin="22mm 24mm")
    )
    data = scan(rng, pdf, [], rng.choice((150, 180)))
    truth = Truth(
        kind="contract",
        payers=(giver,),
        payees=(unit.name,),
        total=grant,
        instalments=(first, grant - first),
        words=grant,
        signed_on=made,
        starts_on=made,
        ends_on=ends,
        numbers=(number,),
        accounts=(unit.account,),
        purpose=topic,
        also_names=(partner.name, f"{province}财政厅"),
        also_amounts=(
            own,
            grant + own,
            share,
            *((v * r) for v in (grant, own, grant + own) for r in (D("0.3"), D("0.5"), D("0.2"))),
        ),
        also_purposes=("专项经费", "甲方专项经费", f"{province}科技计划项目"),
    )
    bill = Bill(
        payer=giver,
        unit=unit.name,
        total=first,
        issued_on=of.later(rng, made, 10, 60),
        items=(rng.choice(("科研项目经费", "科研经费")),),
        remark=topic,
        note="the first part of the grant",
    )
    bills = (
        bill,
        change(
            bill,
            unit=partner.name,
            remark="",
            wrong="payee",
            note="the partner is paid by the unit, not by the office",
        ),
        change(bill, items=("房屋租金",), remark="", wrong="purpose", note="no rent on this paper"),
    )
    return Paper(family="task book", tool="weasyprint", data=data, form="scan", truth=truth, bills=bills)
