"""Twelve layouts of receipts of transfers and payments."""

from bench.evidence import parts as p
from bench.evidence import wording
from bench.evidence.specimen import Gap, Layout, Rule, Specimen, Style, Text, grid, title
from bench.evidence.truth import TRANSFER


def _transfer(name: str, style: Style, *parts: p.Part) -> Layout:
    return Layout(name=f"transfer-{name}", kind=TRANSFER, style=style, parts=(_machine_dates, *parts))


def _machine_dates(specimen: Specimen) -> None:
    specimen.date_form = specimen.rng.choice(wording.MACHINE_DATE_FORMS)


def _bank_head(specimen: Specimen) -> None:
    name = specimen.story.payer_bank.partition("银行")[0] + "银行"
    specimen.add(
        Text(
            text=name + specimen.choose("电子回单", "客户专用回单", "网上银行电子回单"),
            align="centre",
            scale=1.5,
            bold=True,
        )
    )
    specimen.line(
        f"回单编号：{specimen.serial('################')}　　交易流水号：{specimen.serial('##########')}"
    )


def _both_sides(specimen: Specimen) -> None:
    """Payer left and payee right, as most receipts have it."""
    rows = [
        ("付款人户名", specimen.payer(), "收款人户名", specimen.payee()),
        ("付款人账号", specimen.payer_account(), "收款人账号", specimen.account()),
        ("付款人开户行", specimen.story.payer_bank, "收款人开户行", specimen.story.bank),
        ("金额（小写）", specimen.total(), "金额（大写）", specimen.words()),
        (
            specimen.choose("用途", "附言", "摘要"),
            specimen.purpose(),
            specimen.choose("交易日期", "转账日期"),
            specimen.signed(),
        ),
    ]
    specimen.add(grid(rows, (1.1, 2.2, 1.1, 2.2), scale=0.85))


def _both_sides_grouped(specimen: Specimen) -> None:
    """付款人 and 收款人 as headings of a group of rows."""
    rows = [
        ("付款人", "全称", specimen.payer(), "收款人", "全称", specimen.payee()),
        ("", "账号", specimen.payer_account(), "", "账号", specimen.account()),
        ("", "开户银行", specimen.story.payer_bank, "", "开户银行", specimen.story.bank),
    ]
    specimen.add(grid(rows, (0.8, 0.9, 2.4, 0.8, 0.9, 2.4), scale=0.8))
    specimen.add(
        grid(
            [("金额", f"人民币（大写）{specimen.words().removeprefix('人民币')}", specimen.total())],
            (0.7, 3.5, 1.6),
            scale=0.85,
        )
    )
    specimen.add(grid([("用途", specimen.purpose()), ("日期", specimen.signed())], (1, 4), scale=0.85))


def _vertical(specimen: Specimen) -> None:
    rows = [
        (specimen.choose("交易日期", "记账日期", "转账时间"), specimen.signed()),
        (specimen.choose("付款户名", "付款方名称", "汇款人"), specimen.payer()),
        (specimen.choose("付款账号", "付款方账号", "汇款人账号"), specimen.payer_account()),
        (specimen.choose("收款户名", "收款方名称", "收款人"), specimen.payee()),
        (specimen.choose("收款账号", "收款方账号", "收款人账号"), specimen.account()),
        ("收款银行", specimen.story.bank),
        (specimen.choose("转账金额", "交易金额", "汇款金额"), specimen.total()),
        ("大写金额", specimen.words()),
        ("手续费", "0.00"),
        (specimen.choose("转账用途", "附言", "用途"), specimen.purpose()),
    ]
    specimen.add(grid(rows, (1, 2.6)))


def _lines(specimen: Specimen) -> None:
    specimen.line(
        f"{specimen.choose('交易时间', '支付时间')}：{specimen.signed()} 1{specimen.rng.randrange(10)}:{specimen.rng.randrange(10, 60)}:08"
    )
    specimen.line(f"付款方：{specimen.payer()}")
    specimen.line(f"付款账号：{specimen.payer_account()}")
    specimen.line(f"收款方：{specimen.payee()}")
    specimen.line(f"收款账号：{specimen.account()}")
    specimen.line(f"{specimen.choose('支付金额', '转账金额', '金额')}：{specimen.total()}")
    specimen.line(f"{specimen.choose('用途', '备注', '摘要')}：{specimen.purpose()}")


def _phone(specimen: Specimen) -> None:
    """The screen of a telephone after a payment."""
    specimen.add(Gap(1), Text(text="转账成功", align="centre", scale=1.4))
    specimen.add(Text(text=specimen.total(), align="centre", scale=2.0, bold=True), Gap(1))
    for label, text in (
        ("收款方", specimen.payee()),
        ("收款账号", specimen.account()),
        ("付款方", specimen.payer()),
        ("转账附言", specimen.purpose()),
        ("转账时间", specimen.signed()),
        ("手续费", "免费"),
    ):
        specimen.add(grid([(label, text)], (1, 2.4), ruled=False))


def _treasury(specimen: Specimen) -> None:
    """A treasury's payment order."""
    specimen.line(f"凭证号：{specimen.serial('2026########')}　　填制日期：{specimen.signed()}")
    rows = [
        ("付款单位", specimen.payer(), "收款单位", specimen.payee()),
        ("付款账号", specimen.payer_account(), "收款账号", specimen.account()),
        ("付款银行", specimen.story.payer_bank, "收款银行", specimen.story.bank),
        ("支付金额（大写）", specimen.words(), "（小写）", specimen.total()),
        ("资金用途", specimen.purpose(), "指标文号", specimen.basis()),
    ]
    specimen.add(grid(rows, (1.2, 2.2, 1.0, 2.2), scale=0.85))


def _slip(specimen: Specimen) -> None:
    """进账单 of a teller."""
    specimen.add(Text(text=specimen.signed(), align="centre"))
    rows = [
        ("出票人", "全称", specimen.payer(), "收款人", "全称", specimen.payee()),
        ("", "账号", specimen.payer_account(), "", "账号", specimen.account()),
        ("", "开户银行", specimen.story.payer_bank, "", "开户银行", specimen.story.bank),
    ]
    specimen.add(grid(rows, (0.8, 0.9, 2.4, 0.8, 0.9, 2.4), scale=0.8))
    specimen.add(
        grid(
            [
                ("金额", f"人民币（大写）：{specimen.words().removeprefix('人民币')}", specimen.total()),
                ("票据种类", "转账支票", "票据张数 1"),
            ],
            (0.8, 3, 1.6),
            scale=0.85,
        )
    )
    specimen.line(f"款项用途：{specimen.purpose()}")


def _statement(specimen: Specimen) -> None:
    """One movement of an account, seen by the payee's bank."""
    specimen.line(f"户名：{specimen.payee()}")
    specimen.line(f"账号：{specimen.account()}")
    specimen.line("收支方向：收入（贷方）")
    specimen.line(f"对方户名（付款人）：{specimen.payer()}")
    specimen.line(f"对方账号：{specimen.payer_account()}")
    specimen.line(f"交易金额：{specimen.total()}")
    specimen.line(f"交易日期：{specimen.signed()}")
    specimen.line(f"摘要：{specimen.purpose()}")


def _seal(specimen: Specimen) -> None:
    specimen.stamp(specimen.story.payer_bank + "业务专用章", across=0.8, up=26)


def _note(specimen: Specimen) -> None:
    rng = specimen.rng
    specimen.add(Gap(0.6), Rule())
    specimen.add(
        Text(
            text=f"本回单可登录网上银行验证，验证码{specimen.serial('####-####')}，打印次数：1，客服电话95{rng.randrange(500, 600)}。",
            scale=0.8,
        )
    )


_RECEIPT = Style(size=12, margin=48, numbered=False)
_SMALL = Style(size=10.5, margin=48, numbered=False)

TRANSFERS = (
    _transfer("receipt", _RECEIPT, _bank_head, _both_sides, _seal, _note),
    _transfer("receipt-grouped", _RECEIPT, _bank_head, _both_sides_grouped, _seal, _note),
    _transfer("receipt-vertical", _RECEIPT, _bank_head, _vertical, _seal),
    _transfer(
        "receipt-landscape", Style(size=13, margin=40, landscape=True, numbered=False), _bank_head, _both_sides, _seal
    ),
    _transfer("remittance", _SMALL, title("电汇凭证（回单）", "结算业务申请书"), _both_sides_grouped, _seal),
    _transfer("vertical-plain", _SMALL, title("转账凭证", "汇款凭证", "境内汇款回单"), _vertical, _seal, _note),
    _transfer("lines", _RECEIPT, title("网上银行转账凭证", "电子转账凭证"), _lines, _note),
    _transfer("phone", Style(size=14, margin=70, numbered=False), _phone),
    _transfer("treasury", _SMALL, title("财政授权支付凭证", "国库集中支付凭证（回单）"), _treasury, _seal),
    _transfer("slip", _SMALL, title("进账单（回单）", "银行进账单（收账通知）"), _slip, _seal),
    _transfer("statement", Style(size=12, face="song", numbered=False), title("账户交易明细回单", "来账通知单"), _statement),
    _transfer("lines-sealed", Style(size=13, face="light", numbered=False), title("付款回执", "支付成功凭证"), _lines, _seal),
)  # fmt: skip
