"""Labels of parties in files, and the role (payer or payee) that each label means."""

import re

PAYER = "payer"
PAYEE = "payee"

#: Words for what a party does, as in 付款方, 缴款人, 捐赠单位.
_PAYER_DEEDS = """
付款 缴款 交款 缴费 交费 缴纳 交纳 汇款 汇出 付 支付 捐赠 捐款 捐资 捐献 捐助 赠与 承租 买受 购买 购货 采购 委托 发包 定作 投标 中标
拨款 拨付 下达 资助 赞助 出资 转账 转出 出票 参训 参会 派出 借款
"""
_PAYEE_DEEDS = """
收款 受款 收费 收取 收 代收 执收 转入 汇入 用款 接收 接受 持票 受赠 受捐 接受捐赠 受益 受资助 出租 出卖 销售 销货 供货 供应 受托 承包
承揽 承担 承办 主办 实施 研究 服务 培训 招标 施工
"""
_DOERS = ("方", "人", "者", "单位", "机构", "企业", "公司", "客户", "户名", "名称", "账户名称")
_PAYER_WORDS = "买方 需方 客户 买受人 购方 付方"
_PAYEE_WORDS = "卖方 供方 供应商 收方 项目单位 项目承担单位"


def _called(deeds: str, words: str, role: str) -> dict[str, str]:
    names = [deed + doer for deed in deeds.split() for doer in _DOERS]
    return dict.fromkeys([*names, *words.split()], role)


ROLES = _called(_PAYER_DEEDS, _PAYER_WORDS, PAYER) | _called(_PAYEE_DEEDS, _PAYEE_WORDS, PAYEE)

#: A neutral name of a party, such as 甲方; other parts of the file say what it does.
SIDE = r"[甲乙丙丁] ?方"
_SPACED = sorted((" ?".join(word) for word in ROLES), key=len, reverse=True)
ROLE = rf"(?:项目)?(?:{'|'.join(_SPACED)})"
NAMED = r"(?:单位名称|客户名称|账户名称|帐户名称|单位全称|户 ?名|全 ?称|名 ?称)"
_SIGNING = r"(?:加盖|盖)?(?:单位|公司)?(?:盖章|公章|签章|签字|签名|章|全称|名称|盖章签字|签字盖章)"

#: 甲方（出租方）名称（盖章）：
PARTY_LABEL = re.compile(
    rf"(?<![\u4e00-\u9fff])(?:(?P<side>{SIDE})|(?P<role>{ROLE})|(?P<bare>(?:对方|本方)?{NAMED}))"
    rf"(?: ?[(/] ?(?:(?P<meaning>{ROLE}|{SIDE})[^()\n\t:]{{0,8}}|[^()\n\t:]{{0,8}}{_SIGNING}[^()\n\t:]{{0,6}})\)?)*\)?"
    rf"(?: ?(?P<named>{NAMED})| ?信息)?(?: ?\( ?{_SIGNING} ?\)| ?{_SIGNING}(?=:))?"
    r"(?P<after> ?: ?|[\t ]+|\n(?=[^\n]{4,}))"
)


def role_of(word: str) -> str:
    """The role of a label such as 付款人 or 项目承担单位: "payer", "payee" or ""."""
    word = word.replace(" ", "")
    return ROLES.get(word) or ROLES.get(word.removeprefix("项目"), "")


def role_within(text: str) -> str:
    """The role that the last such word in a text means, or ""."""
    words = re.findall(ROLE, text)
    return role_of(words[-1]) if words else ""
