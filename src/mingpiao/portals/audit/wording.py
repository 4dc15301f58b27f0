"""The audit trail in the users' language: what was done, and its details. What has no word here is shown as stored."""

from mingpiao.applications.model import ApplicationState, StepKind
from mingpiao.evidence.model import EvidenceState
from mingpiao.identity.model import Role
from mingpiao.qualifications.model import QualificationState, QualificationType

_ACTIONS = {
    "account:change_password": "修改密码",
    "account:create": "建立账户",
    "account:disable": "停用账户",
    "account:enable": "启用账户",
    "account:reset_password": "重置密码",
    "account:unlock": "解除锁定",
    "application:export": "导出开票申请",
    "audit:export": "导出操作留痕",
    "backtest:start": "开始试算",
    "backtest:stop": "停止试算",
    "bill:export": "导出票据",
    "bill:issued": "开具票据",
    "bill:reversal_issued": "开具红字票据",
    "bill:reversed": "票据被冲红",
    "catalog:save": "修改基础数据",
    "evidence:export": "导出佐证材料清单",
    "evidence:infected": "佐证材料查出病毒",
    "evidence:read": "识别佐证材料",
    "evidence:upload": "上传佐证材料",
    "export:download": "下载导出文件",
    "interface_app:create": "建立接口应用",
    "kind:mark_evidence": "设置票种须附佐证材料",
    "qualification:accept": "认定资质证书",
    "qualification:export": "导出资质证书清单",
    "qualification:read": "识别资质证书",
    "qualification:read_again": "重新识别资质证书",
    "qualification:reject": "资质证书未通过",
    "qualification:retire": "停用资质证书",
    "qualification:revoke": "撤销资质证书的认定",
    "qualification:submit": "提交资质证书",
    "qualification:supersede": "资质证书被替换",
    "qualification:upload": "上传资质证书",
    "qualification:withdraw": "撤回资质证书",
    "review_figures:export": "导出复核统计",
    "rule:approve": "规则审核通过",
    "rule:create": "新建规则",
    "rule:draft": "另起规则新版本",
    "rule:export": "导出规则",
    "rule:install": "启用规则库中的规则",
    "rule:resume": "规则恢复运行",
    "rule:return": "退回规则",
    "rule:roll_back": "恢复规则的旧版本",
    "rule:save": "保存规则草稿",
    "rule:submit": "规则提交审核",
    "rule:suspend": "暂停规则",
    "rule:withdraw": "撤回规则",
    "segment:allot": "发放号段",
    "session:lock": "连续输错密码，锁定账户",
    "session:refused_locked": "账户锁定期间尝试登录",
    "session:sign_in": "登录",
    "session:sign_in_failed": "登录失败",
    "session:sign_out": "退出登录",
    "signing_key:store": "保存签章密钥",
    "stock:lock": "暂停开票",
    "stock:open": "核定票据种类",
    "stock:unlock": "恢复开票",
    "stock:valid_until": "资质有效期变化",
    "unit:allow_items": "核定收款项目",
    "unit:export": "导出用票单位清单",
    "unit:register": "登记用票单位",
}
_DETAILS = {
    "business_no": "业务流水号",
    "code": "代码",
    "codes": "编码",
    "count": "条数",
    "day": "有效期至",
    "differences": "差异",
    "failure": "失败原因",
    "failures": "失败次数",
    "file": "文件",
    "first": "起始号码",
    "format": "格式",
    "from": "起",
    "items": "收款项目",
    "kind": "票据种类",
    "last": "终止号码",
    "months": "月数",
    "name": "名称",
    "needs_evidence": "须附佐证材料",
    "note": "说明",
    "owner": "所有者",
    "reason": "原因",
    "region": "地区",
    "role": "角色",
    "rule": "规则",
    "serial": "序列号",
    "sm3": "SM3",
    "state": "状态",
    "table": "表",
    "to": "止",
    "type": "种类",
    "until": "有效期至",
    "username": "用户名",
    "uscc": "统一社会信用代码",
    "version": "版本",
    "virus": "病毒",
}
#: Values that are ours rather than a person's words, by the subject's sort and the detail's name.
_VALUES = {
    ("account", "role"): {each.value: each.label for each in Role},
    ("application", "state"): {each.value: each.label for each in ApplicationState},
    ("evidence", "state"): {each.value: each.label for each in EvidenceState},
    ("qualification", "state"): {each.value: each.label for each in QualificationState},
    ("qualification", "type"): {each.value: each.label for each in QualificationType},
}


def action_label(action: str) -> str:
    """What was done, in Chinese."""
    sort, _, verb = action.partition(":")
    if sort == "application" and verb in set(StepKind):
        return f"开票申请：{StepKind(verb).label}"
    return _ACTIONS.get(action, action)


def details_text(action: str, details: dict[str, str]) -> str:
    """The details as one line, each under its Chinese name; empty ones are left out."""
    sort = action.partition(":")[0]
    told = {name: _VALUES.get((sort, name), {}).get(value, value) for name, value in details.items() if value}
    return "；".join(f"{_DETAILS.get(name, name)}：{value}" for name, value in told.items())
