"""Parts that contracts and agreements are put together from."""

from collections.abc import Callable

from bench.evidence import wording
from bench.evidence.specimen import Gap, Sides, Specimen, Text, Turn, grid
from mingpiao.kernel.money import CENT

Part = Callable[[Specimen], None]


# Who is who.


def lettered(payer: str = "", payee: str = "") -> Part:
    """甲方 and 乙方, either of them paying, with what they are in brackets unless `payer` is empty."""

    def part(specimen: Specimen) -> None:
        first, second = specimen.rng.choice((("甲方", "乙方"), ("乙方", "甲方")))
        named = f"（{payer}）" if payer else "", f"（{payee}）" if payee else ""
        if payer and specimen.rng.random() < 0.3:
            labels = f"{payer}（{first}）", f"{payee}（{second}）"
        else:
            labels = first + named[0], second + named[1]
        specimen.sides = Sides(payer=labels[0], payee=labels[1], payer_term=first, payee_term=second)

    return part


def called(payer: str, payee: str) -> Part:
    """Parties that are called by what they do."""

    def part(specimen: Specimen) -> None:
        specimen.sides = Sides(payer=payer, payee=payee, payer_term=payer, payee_term=payee)

    return part


def _in_order(specimen: Specimen) -> list[tuple[str, str]]:
    """Label and name of both parties, 甲方 before 乙方, else as it falls."""
    both = [(specimen.sides.payer, specimen.payer()), (specimen.sides.payee, specimen.payee())]
    if specimen.sides.payer_term in ("甲方", "乙方"):
        return sorted(both, key=lambda side: "乙方" in side[0])
    return both if specimen.rng.random() < 0.6 else both[::-1]


def _details(specimen: Specimen) -> list[str]:
    rng = specimen.rng
    choices = [
        f"统一社会信用代码：{wording.uscc_like(rng)}",
        f"法定代表人：{wording.person(rng)}",
        f"地址：{rng.choice(wording.PLACES)}{wording.brand(rng)}路{rng.randrange(1, 300)}号",
        f"联系电话：{wording.telephone(rng)}",
        f"联系人：{wording.person(rng)}",
    ]
    return choices[: rng.randrange(0, 5)]


def parties_in_lines(specimen: Specimen) -> None:
    for label, name in _in_order(specimen):
        specimen.line(f"{label}：{name}")
        for detail in _details(specimen):
            specimen.line(detail)


def parties_in_indented_lines(specimen: Specimen) -> None:
    for label, name in _in_order(specimen):
        specimen.line(f"{label}: {name}", bold=True)
        for detail in _details(specimen):
            specimen.line(detail, indent=2)


def parties_in_table(specimen: Specimen) -> None:
    rows = [(label, name) for label, name in _in_order(specimen)]
    specimen.add(grid(rows, (1, 3)))


def parties_in_wide_table(specimen: Specimen) -> None:
    (first, one), (second, two) = _in_order(specimen)
    details = list(zip(_details(specimen), _details(specimen), strict=False))
    rows = [(first, one, second, two)]
    rows += [tuple("：".join((*left.split("："), *right.split("："))).split("：")) for left, right in details]
    specimen.add(grid(rows, (1.1, 2, 1.1, 2), scale=0.85))


def parties_side_by_side(specimen: Specimen) -> None:
    (first, one), (second, two) = _in_order(specimen)
    specimen.add(grid([(f"{first}：{one}", f"{second}：{two}")], (1, 1), ruled=False))


def parties_in_sentence(specimen: Specimen) -> None:
    terms = {specimen.story.payer: specimen.sides.payer_term, specimen.story.payee: specimen.sides.payee_term}
    (_, one), (_, two) = _in_order(specimen)
    purpose = specimen.purpose()
    specimen.clause(
        specimen.choose(
            f"{one}（以下简称“{terms[one]}”）与{two}（以下简称“{terms[two]}”）就{purpose}事宜，经友好协商，订立本合同。",
            f"本协议由{one}（以下称{terms[one]}）和{two}（以下称{terms[two]}）共同订立，双方就{purpose}达成一致如下。",
        )
    )


def cover(specimen: Specimen) -> None:
    """A first page with nothing but number, names and date."""
    specimen.add(
        Gap(3),
        Text(text=specimen.choose("合 同 书", "协 议 书", "项目合同书"), align="centre", scale=2.2),
        Gap(3),
    )
    specimen.line(f"合同编号：{specimen.serial('HT-2026-####')}", indent=4)
    specimen.line(f"项目名称：{specimen.purpose()}", indent=4)
    for label, name in _in_order(specimen):
        specimen.line(f"{label}：{name}", indent=4)
    specimen.line(f"{specimen.choose('签订日期', '签署日期', '签订时间')}：{specimen.signed()}", indent=4)
    specimen.add(Turn())


def contract_number(specimen: Specimen) -> None:
    label = specimen.choose("合同编号", "协议编号", "编号", "合同号")
    number = specimen.serial(specimen.choose("HT-2026-####", "NMG######", "2026-KJ-###", "XY(2026)###"))
    specimen.add(Text(text=f"{label}：{number}", align="right", scale=0.9))


# What it is about.


def purpose_clause(specimen: Specimen) -> None:
    purpose, (payer, payee) = specimen.purpose(), _terms(specimen)
    specimen.clause(
        specimen.choose(
            f"一、合作内容：{payer}委托{payee}开展{purpose}，具体内容见附件。",
            f"第一条 项目名称：{purpose}。",
            f"一、款项用途：{purpose}。",
            f"第一条 本合同款项专项用于{purpose}，不得挪作他用。",
            f"一、合同标的：{purpose}。",
        )
    )


def purpose_line(specimen: Specimen) -> None:
    label = specimen.choose("项目名称", "款项用途", "资金用途", "事由", "合作项目")
    specimen.line(f"{label}：{specimen.purpose()}")


def basis_clause(specimen: Specimen) -> None:
    specimen.clause(
        specimen.choose(
            f"根据《关于规范资金往来管理的通知》（{specimen.basis()}）及有关规定，双方在平等自愿的基础上签订本合同。",
            f"依据{specimen.basis()}文件精神，经双方协商一致，达成如下协议。",
        )
    )


def opening(specimen: Specimen) -> None:
    specimen.clause(
        specimen.choose(
            "根据《中华人民共和国民法典》及有关法律法规，双方本着平等、自愿、诚实信用的原则，签订本合同。",
            "经双方协商一致，就有关事项达成如下条款，共同遵守。",
        )
    )


# How much.


def _terms(specimen: Specimen) -> tuple[str, str]:
    return specimen.sides.payer_term, specimen.sides.payee_term


def amount_clause(specimen: Specimen) -> None:
    payer, payee = _terms(specimen)
    specimen.clause(
        specimen.choose(
            f"第二条 合同总价款为{specimen.both()}，由{payer}支付给{payee}。",
            f"二、项目经费总额：{specimen.both()}。{payer}应按约定向{payee}支付。",
            f"第二条 {payer}向{payee}支付费用共计{specimen.both()}。",
            f"二、本协议总金额{specimen.both()}，上述款项由{payer}汇入{payee}指定账户。",
        )
    )


def bare_amount_clause(specimen: Specimen) -> None:
    """The amount in figures alone."""
    payer, payee = _terms(specimen)
    specimen.clause(
        specimen.choose(
            f"二、{payer}应向{payee}支付合同价款{specimen.total()}。",
            f"第二条 合同总金额：{specimen.total()}，由{payer}支付至{payee}账户。",
            f"二、费用总额为{specimen.total()}，{payer}负责支付，{payee}负责收取并开具票据。",
        )
    )


def amount_table(specimen: Specimen) -> None:
    payer, payee = _terms(specimen)
    label = specimen.choose("合同总价款", "项目经费合计", "金额合计", "合同金额")
    specimen.add(
        grid([(f"{label}（小写）", specimen.total()), (f"{label}（大写）", specimen.words())], (1, 2))
    )
    specimen.clause(f"上述款项由{payer}支付给{payee}。")


def amount_lines(specimen: Specimen) -> None:
    payer, payee = _terms(specimen)
    specimen.line(f"二、{specimen.choose('合同价款', '总价款', '经费总额')}（由{payer}支付给{payee}）")
    specimen.line(f"小写：{specimen.total()}", indent=2)
    specimen.line(f"大写：{specimen.words()}", indent=2)


def price_table(specimen: Specimen) -> None:
    """Priced lines that add up; only their sum is the total."""
    payer, payee = _terms(specimen)
    whole = specimen.story.total
    parts = ((whole * 6 / 10).quantize(CENT), whole - (whole * 6 / 10).quantize(CENT))
    rows = [("序号", "费用名称", "数量", "金额（元）")]
    names = specimen.choose("人员费/材料费", "服务费/资料费", "测试费/差旅费").split("/")
    rows += [
        (str(place), name, "1", wording.commas(part))
        for place, (name, part) in enumerate(zip(names, parts, strict=True), 1)
    ]
    rows.append(("合计", "", "", specimen.total_figures()))
    specimen.tolerate(*parts)
    specimen.add(grid(rows, (1, 3, 1, 2), headed=True))
    specimen.clause(
        f"合计人民币大写：{specimen.words().removeprefix('人民币')}。{payer}将款项支付给{payee}。"
    )


# When it is paid.


def paid_at_once(specimen: Specimen) -> None:
    payer, payee = _terms(specimen)
    specimen.clause(
        specimen.choose(
            f"付款方式：一次性支付，{payer}于合同生效后15个工作日内将全部款项汇至{payee}账户。",
            f"支付方式：{payer}应在本合同签订之日起30日内一次性付清全部款项。",
            f"{payer}应于收到{payee}开具的财政票据后10个工作日内一次性转账支付。",
        )
    )


_MOMENTS = ("合同签订后10个工作日内", "中期检查合格后", "提交成果报告后15日内", "验收合格后30日内")


def stages_in_list(specimen: Specimen) -> None:
    payer, _ = _terms(specimen)
    specimen.clause(f"三、付款方式：{payer}按以下进度分期支付：")
    stages = specimen.stages()
    ordinals = ("第一期", "第二期", "第三期", "第四期")
    for place, stage in enumerate(stages):
        specimen.line(f"（{'一二三四'[place]}）{_MOMENTS[place]}支付{ordinals[place]}款{stage}；", indent=2)


def stages_in_table(specimen: Specimen) -> None:
    specimen.clause("三、付款计划见下表：")
    rows = [("期次", "支付条件", "支付金额")]
    rows += [
        (f"第{'一二三四'[place]}期", _MOMENTS[place], stage) for place, stage in enumerate(specimen.stages())
    ]
    specimen.add(grid(rows, (1, 3, 2), headed=True))


def stages_in_sentence(specimen: Specimen) -> None:
    payer, payee = _terms(specimen)
    stages = specimen.stages()
    names = {
        2: ("首付款", "尾款"),
        3: ("首付款", "进度款", "尾款"),
        4: ("预付款", "第二笔款", "第三笔款", "尾款"),
    }
    said = "，".join(
        f"{_MOMENTS[place]}支付{name}{stage}"
        for place, (name, stage) in enumerate(zip(names[len(stages)], stages, strict=True))
    )
    specimen.clause(f"三、{payer}分{len(stages)}期向{payee}付款：{said}。")


# How long.


def period_clause(specimen: Specimen) -> None:
    specimen.clause(
        specimen.choose(
            f"四、本合同有效期自{specimen.starts()}起至{specimen.ends()}止。",
            f"第四条 履行期限：{specimen.starts()}至{specimen.ends()}。",
            f"四、项目执行期为{specimen.starts()}—{specimen.ends()}。",
            f"第四条 合作期限从{specimen.starts()}至{specimen.ends()}。",
            f"四、服务期限：自{specimen.starts()}至{specimen.ends()}止，期满自动终止。",
        )
    )


def period_line(specimen: Specimen) -> None:
    label = specimen.choose("合同期限", "起止时间", "项目周期", "协议有效期", "执行期限")
    specimen.line(f"{label}：{specimen.starts()}至{specimen.ends()}")


# Where the money goes.


def account_lines(specimen: Specimen) -> None:
    specimen.line(
        specimen.choose("收款账户信息：", f"{specimen.sides.payee_term}账户信息如下：", "五、收款账户")
    )
    specimen.line(f"{specimen.choose('户名', '账户名称', '单位名称')}：{specimen.payee()}", indent=2)
    specimen.line(f"{specimen.choose('开户行', '开户银行')}：{specimen.story.bank}", indent=2)
    specimen.line(f"{specimen.choose('账号', '银行账号', '账户')}：{specimen.account()}", indent=2)


def account_table(specimen: Specimen) -> None:
    rows = [("户名", specimen.payee()), ("开户银行", specimen.story.bank), ("银行账号", specimen.account())]
    specimen.add(grid(rows, (1, 3)))


def account_sentence(specimen: Specimen) -> None:
    specimen.clause(
        f"{specimen.sides.payee_term}指定收款账户为：{specimen.payee()}，开户行{specimen.story.bank}，账号{specimen.account()}。"
    )


# What must not be taken for it.


def decoy_clauses(specimen: Specimen) -> None:
    rng = specimen.rng
    payer, payee = _terms(specimen)
    earlier = specimen.date_form(
        specimen.story.signed_on.replace(year=specimen.story.signed_on.year - 1, day=1)
    )
    choices = [
        f"违约责任：{payer}逾期付款的，每逾期一日按应付款项的万分之五支付违约金，违约金最高不超过{wording.commas(wording.decoy(rng))}元。",
        f"{payee}须缴纳履约保证金{wording.commas(wording.decoy(rng))}元，验收合格后无息退还。",
        f"本合同税率为{rng.choice((1, 3, 6))}%，相关税费由{payee}依法承担。",
        f"任何一方单方解除合同的，应向对方支付违约金人民币{wording.short(wording.decoy(rng))}元。",
        f"本合同签订前双方于{earlier}签订的意向书同时废止。",
    ]
    for text in rng.sample(choices, rng.randrange(2, 4)):
        specimen.clause(text)


def decoy_parties(specimen: Specimen) -> None:
    specimen.line(
        specimen.choose(
            f"鉴证方：{specimen.story.witness}",
            f"招标代理机构：{specimen.story.agency}",
            f"监理单位：{specimen.story.agency}",
            f"见证单位：{specimen.story.witness}",
        )
    )


_FILLERS = (
    "双方应当按照约定全面履行自己的义务，并遵循诚实信用原则，根据合同的性质、目的和交易习惯履行通知、协助、保密等义务。",
    "在合同履行过程中形成的技术成果及相关资料，其知识产权由双方另行约定；未约定的，依照有关法律规定执行。",
    "因不可抗力致使合同不能履行的，受影响一方应及时通知对方，并在合理期限内提供证明。",
    "本合同未尽事宜，由双方协商解决；协商不成的，任何一方均可向有管辖权的人民法院提起诉讼。",
    "双方对在合作过程中知悉的对方商业秘密、个人信息和工作秘密负有保密义务，保密期限不因合同终止而终止。",
    "任何一方变更联系人、联系方式或者通信地址的，应当在变更后五个工作日内书面通知对方。",
    "本合同附件是合同不可分割的组成部分，与正文具有同等法律效力。附件与正文不一致的，以正文为准。",
    "本合同一式四份，双方各执两份，自双方法定代表人或者授权代表签字并加盖公章之日起生效。",
    "双方应建立定期沟通机制，每季度至少召开一次工作会议，研究解决合作中的问题，形成会议纪要。",
    "验收依照国家、行业和自治区有关标准执行，验收意见应当由双方代表共同签字确认。",
    "款项的使用应当符合财政、审计等部门的有关规定，并接受有关部门的监督检查。",
    "合同的变更、补充应当采用书面形式，经双方签字盖章后生效，口头约定无效。",
)


def fillers(count: int) -> Part:
    """Clauses that say nothing of what is looked for."""

    def part(specimen: Specimen) -> None:
        for place, text in enumerate(specimen.rng.sample(_FILLERS, count), 6):
            specimen.clause(f"{place}. {text}")

    return part


_TASKS = (
    "编制实施方案并组织专家论证", "开展现场调查与资料收集", "完成样品采集、前处理与登记", "组织阶段性检查并形成报告",
    "完成数据整理、统计与质量控制", "召开协调会议并形成会议纪要", "修改完善成果材料", "组织人员培训与技术交流",
    "提交中期进展报告", "提交验收申请及全部成果", "完成设备调试与试运行", "开展满意度调查",
)  # fmt: skip


def annex(rows: int) -> Part:
    """A further sheet, or sheets, with a plan of work that holds no fact that is looked for."""

    def part(specimen: Specimen) -> None:
        specimen.add(Turn())
        specimen.add(Text(text=specimen.choose("附件1：工作任务及进度安排", "附件：实施计划表"), bold=True))
        lines = [("序号", "工作内容", "完成时间", "责任人")]
        lines += [
            (str(place), specimen.choose(*_TASKS), f"第{place // 3 + 1}个月", wording.person(specimen.rng))
            for place in range(1, rows + 1)
        ]
        specimen.add(grid(lines, (0.6, 4, 1.4, 1.2), headed=True))

    return part


# The end.


def signatures_in_columns(specimen: Specimen) -> None:
    (first, one), (second, two) = _in_order(specimen)
    on = specimen.signed()
    specimen.add(Gap(1))
    specimen.add(
        grid(
            [
                (f"{first}（盖章）：{one}", f"{second}（盖章）：{two}"),
                ("法定代表人或授权代表（签字）：", "法定代表人或授权代表（签字）："),
                (f"日期：{on}", f"日期：{on}"),
            ],
            (1, 1),
            ruled=False,
        )
    )
    specimen.stamp(one, across=0.25, up=40)
    specimen.stamp(two, across=0.75, up=40)


def signatures_in_lines(specimen: Specimen) -> None:
    specimen.add(Gap(1))
    for label, name in _in_order(specimen):
        specimen.line(f"{label}（公章）：{name}")
        specimen.stamp(name, across=0.4, up=6)
        specimen.line("授权代表（签字）：")
    specimen.line(f"{specimen.choose('签订日期', '签约时间', '签署日期')}：{specimen.signed()}")


def signed_right(specimen: Specimen) -> None:
    specimen.add(Gap(1), Text(text=specimen.signed(), align="right"))


def signed_top(specimen: Specimen) -> None:
    specimen.line(f"{specimen.choose('签订时间', '签订日期')}：{specimen.signed()}")
    specimen.line(f"签订地点：{specimen.rng.choice(wording.PLACES)}")
