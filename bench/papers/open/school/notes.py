"""Minutes of a meeting, and a certificate that a student is enrolled."""

from decimal import Decimal
from random import Random
from typing import Any

from bench.papers.open.school import base as b
from bench.papers.open.school import draw as d
from bench.papers.tools import weasy
from bench.papers.values import Paper, Truth


def minutes(rng: Random) -> Paper:
    """Minutes on a firm's gift: what a hall would cost, what was offered first, what was agreed, and things in kind."""
    _, town = b.place(rng)
    school = b.college(rng, town)
    firm = b.company(rng)
    maker = b.company(rng, "智能装备")
    hall = rng.choice(
        (
            "工业互联网实训室",
            "康养护理模拟病房",
            "新能源汽车检测实训车间",
            "焊接机器人工作站",
            "烘焙与西点实训室",
        )
    )
    total = b.money(rng, 100_000, 900_000, 10000)
    offered = total - b.money(rng, 20000, 80000, 10000)
    cost, kind = total + b.money(rng, 150_000, 600_000, 10000), b.money(rng, 30000, 120_000, 10000)
    held = b.day(rng)
    due = b.after(held, rng.randrange(20, 60))
    number = rng.choice(
        (f"〔{held.year}〕{rng.randrange(3, 40)}号", f"{held.year}年第{rng.randrange(3, 40)}期")
    )
    chair, host, *rest = b.people(rng, rng.randrange(6, 9))
    writer = rest[-1]
    scan = rng.random() < 0.5
    words_too = rng.random() < 0.5
    agreed = f"{b.words(total)}（¥{b.comma(total)}）" if words_too else f"{b.wan(total)}万元"
    body = f"""
<div class='c red' style='font-family:serif-bold;font-size:24pt;letter-spacing:2pt'>{school}</div>
<div class='c red' style='font-family:serif-bold;font-size:26pt;letter-spacing:8pt'>专题会议纪要</div>
<p class='n' style='border-bottom:1.6pt solid #c8161d;padding-bottom:3pt;font-size:.9em'>{number}<span style='float:right'>
{school}办公室　{b.cn(b.after(held, 1))}印发</span></p>
<h1 style='font-size:1.3em;margin-top:.8em'>关于{firm}捐建{hall}有关事宜的会议纪要</h1>
<p>{b.cn(held)}，{chair}副{rng.choice(("院", "校"))}长在行政楼二楼会议室主持召开专题会议，研究{firm}捐建{hall}有关事宜。
现将会议议定事项纪要如下：</p>
<p>会议听取了实训中心关于项目情况的汇报。{hall}概算投资{b.wan(cost)}万元，由{maker}提供设备报价。{firm}上半年曾来函表示捐赠
{b.wan(offered)}万元，经进一步沟通，该公司同意提高捐赠额度。</p>
<p>会议议定：</p>
<p>一、同意接受{firm}捐赠资金人民币{agreed}，专项用于{hall}建设。捐赠资金于{b.cn(due)}前一次性汇入学校账户，由财务处开具捐赠票据。</p>
<p>二、{firm}另行捐赠的教学软件及耗材（估值{b.wan(kind)}万元）由实训中心验收入库，资产处登记，不列入捐赠资金。</p>
<p>三、捐赠资金不足部分由学校自筹解决，按政府采购有关规定组织实施，{host}牵头负责。</p>
<p>四、实训室建成后以捐赠单位名称命名，命名期限五年。捐赠协议由法务人员审核后签订。</p>
<p style='margin-top:.6em'><b>参加人员：</b>{"　".join([host, *rest])}</p><p><b>记录：</b>{writer}</p>
<div class='at'>
{d.seal(rng, school, place="right:10mm;top:-4mm", size=41) if scan else ""}<p class='r' style='margin-top:1em'>
{school}办公室　　</p></div>"""
    pdf = weasy(d.sheet(d.OFFICIAL.replace("14pt", rng.choice(("13pt", "14pt"))), body))
    issued = b.after(held, rng.randrange(4, 40))
    usual: dict[str, Any] = {"payer": firm, "unit": school, "items": ("捐赠收入",)}
    return Paper(
        family="minutes",
        tool="weasyprint",
        form="scan" if scan else "text",
        data=d.scan(rng, pdf) if scan else pdf,
        truth=Truth(
            **b.said("policy", firm, school, total, held, number=number),
            words=total if words_too else None,
            purpose=f"专项用于{hall}建设",
            also_names=(maker, chair, host, *rest, f"{school}办公室"),
            also_amounts=(offered, cost, kind),
            also_purposes=(f"{hall}建设", f"捐建{hall}", "捐赠资金", hall),
        ),
        bills=(
            b.bill(usual, total, issued, remark=f"{hall}建设"),
            b.bill(usual, offered, issued, "what was offered first", "amount"),
            b.bill(usual, total, issued, "the maker of the equipment gives nothing", "payer", payer=maker),
        ),
    )


def enrolment(rng: Random) -> Paper:
    """A certificate of enrolment with the fees of a year, for a scholarship or a loan; scanned."""
    _, town = b.place(rng)
    school = b.college(rng, town)
    student, clerk = b.people(rng, 2, far=0.3)
    since = rng.randrange(2021, 2027)
    year = since + rng.choice((0, 1))
    signed = b.day(rng, year, year)
    signed = signed.replace(month=rng.choice((9, 10, 11)), day=min(signed.day, 28))
    tuition, lodging, books = (
        Decimal(rng.choice((3900, 4600, 5200, 6800, 7500))),
        Decimal(rng.choice((800, 1000, 1200))),
        Decimal(rng.choice((480, 550, 600))),
    )
    total = tuition + lodging + books
    loan = Decimal(rng.choice((12000, 16000, 20000)))
    number = f"ZD{signed.year}{rng.randrange(1, 9999):04d}"
    roll = f"{since}{rng.randrange(10**6):06d}"
    born = f"{since - 18}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    identity = f"{rng.randrange(110000, 659999)}{born}{rng.randrange(1000):03d}{rng.choice('0123456789X')}"
    major = rng.choice(("护理", "会计事务", "机电一体化技术", "学前教育", "电子商务", "汽车运用与维修"))
    man = rng.choice(("男", "女"))
    by_hand = rng.random() < 0.4
    face = rng.choice(("mashan", "zhimang"))

    def fill(text: str) -> str:
        return f"<u>{d.hand(rng, text, face)}</u>" if by_hand else f"<u>{text}</u>"

    digits = "".join(f"<span class='box'>{each}</span>" for each in identity)
    body = f"""
<p class='r n small'>编号：{number}</p>
<h1 style='font-size:1.9em;letter-spacing:12pt;margin:10mm 0 12mm'>{rng.choice(("在读证明", "学籍证明", "在校生证明"))}</h1>
<div style='line-height:2.25;font-size:1.12em'>
<p>兹证明{fill(student)}，性别{fill(man)}，学号{fill(roll)}，系我校{fill(f"{since}级{major}专业")}学生，学制三年，入学时间{since}年9月。</p>
<p class='n' style='white-space:nowrap;font-size:.85em'>　　身份证号：{digits}</p>
<p>该生{year}—{year + 1}学年应缴费用为：学费{fill(b.short(tuition))}元、住宿费{fill(b.short(lodging))}元、
代收教材费{fill(b.short(books))}元，
共计人民币{fill(b.comma(total))}元（大写：{fill(b.words(total))}），由学生本人向{school}缴纳。</p>
<p>该生拟申请生源地信用助学贷款，根据政策每生每学年贷款额度最高不超过{b.short(loan)}元。</p><p>特此证明。</p></div>
<div class='at' style='margin-top:12mm'>{d.seal(rng, school, rng.choice(("", "学籍专用章")), "right:8mm;top:-14mm", 42)}
<p class='r'>{school}　　</p><p class='r'>{rng.choice((b.cn, b.han, b.padded))(signed)}　　　</p></div>
<p class='n small' style='margin-top:14mm'>经办人：{clerk}　　学校地址：{b.address(rng, town)}　　电话：
{b.phone(rng, mobile=False)}<br>本证明自开具之日起三个月内有效，涂改无效。</p>"""
    pdf = weasy(d.sheet(rng.choice((d.STYLES[0], d.STYLES[2], d.STYLES[4])), body))
    issued = b.after(signed, rng.randrange(2, 40))
    usual: dict[str, Any] = {"payer": student, "unit": school, "items": ("学费", "住宿费", "代收代付款")}
    return Paper(
        family="enrolment certificate",
        tool="weasyprint",
        form="scan",
        data=d.photo(rng, pdf) if rng.random() < 0.35 else d.scan(rng, pdf),
        truth=Truth(
            **b.said("other", student, school, total, signed, number=number, words=True),
            instalments=(tuition, lodging, books),
            purpose="学费",
            also_names=(clerk,),
            also_amounts=(loan,),
            also_numbers=(roll, identity),
            also_purposes=("住宿费", "代收教材费", "学费、住宿费", f"{year}—{year + 1}学年应缴费用"),
        ),
        bills=(
            b.bill(usual, total, issued),
            b.bill(
                usual,
                lodging,
                issued,
                "one of the fees alone, as the certificate states it",
                items=("住宿费",),
            ),
            b.bill(usual, loan, issued, "the most that a loan may be", "amount", items=("学费",)),
            b.bill(usual, total, issued, "another student", "payer", payer=b.near_person(rng, student)),
        ),
    )
