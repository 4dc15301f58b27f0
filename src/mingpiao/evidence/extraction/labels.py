"""Words that papers put before a party, and on which side of the money they place it."""

import re

PAYER = "payer"
PAYEE = "payee"

_PAYERS = """
付款单位 付款方 付款人 付款账户 付款客户 缴款单位 缴款人 缴款方 交款单位 交款人 交款方 缴费单位 缴费人 汇款单位 汇款方 汇款人 付方
捐赠单位 捐赠方 捐赠人 捐赠者 捐款单位 捐款方 捐款人 捐资方 捐资人 承租单位 承租方 承租人 买方 买受人 买受方 购买方 购货方 购货单位
采购单位 采购方 采购人 需方 委托单位 委托方 委托人 发包方 发包人 定作方 定作人 投标单位 投标人 中标单位 中标人 拨款单位 拨付单位
资助单位 资助方 资助人 出资单位 出资方 转账方 转出方 转出单位 参训单位 参会单位 派出单位 用户单位 使用方 客户
"""
_PAYEES = """
收款单位 收款方 收款人 收款账户 收款客户 收方 执收单位 收费单位 收取方 受款人 受款单位 用款单位 转入方 转入单位 接收单位 接收方
受赠单位 受赠方 受赠人 受赠者 受捐单位 受捐方 受捐人 接受捐赠方 接受捐赠单位 接受捐赠人 受益单位 受资助单位 受资助方 受资助人
出租单位 出租方 出租人 卖方 出卖人 出卖方 销售方 销货方 销货单位 供方 供货方 供应商 供货单位 受托单位 受托方 受托人 承包方 承包人
承揽方 承揽人 招标单位 招标人 招标方 承担单位 项目承担单位 项目单位 实施单位 研究单位 服务方 服务单位 培训单位 培训方
主办单位 主办方 承办单位 承办方
"""
ROLES = {**dict.fromkeys(_PAYERS.split(), PAYER), **dict.fromkeys(_PAYEES.split(), PAYEE)}

#: A neutral name for a party, which the paper explains elsewhere.
SIDE = r"[甲乙丙丁] ?方"
ROLE = "(?:" + "|".join(" ?".join(word) for word in sorted(ROLES, key=len, reverse=True)) + ")"
NAMED = r"(?:单位名称|客户名称|账户名称|帐户名称|户 ?名|全 ?称|名 ?称)"
_SIGNING = r"(?:加盖|盖)?(?:单位|公司)?(?:盖章|公章|签章|签字|签名|章|全称|名称|盖章签字|签字盖章)"

#: 甲方（出租方）名称（盖章）：
PARTY_LABEL = re.compile(
    rf"(?<![\u4e00-\u9fff])(?:(?P<side>{SIDE})|(?P<role>{ROLE})|(?P<bare>{NAMED}))"
    rf"(?: ?[(/] ?(?:(?P<meaning>{ROLE}|{SIDE})[^()\n\t:]{{0,8}}|[^()\n\t:]{{0,8}}{_SIGNING}[^()\n\t:]{{0,6}})\)?)*"
    rf"(?: ?(?P<named>{NAMED})| ?信息)?(?: ?\( ?{_SIGNING} ?\)| ?{_SIGNING}(?=:))?"
    r"(?P<after> ?: ?|[\t ]+|\n(?=[^\n]{4,}))"
)


def role_of(word: str) -> str:
    """payer, payee or "" of a label such as 付款人."""
    return ROLES.get(word.replace(" ", ""), "")


def role_within(text: str) -> str:
    """The role that the last role word of a text tells, or ""."""
    words = re.findall(ROLE, text)
    return role_of(words[-1]) if words else ""
