"""密码策略: what passwords must be like; one 安全管理员 proposes another policy, another one confirms it."""

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.di import NamedDependency

from mingpiao.approvals.service import address_of, open_proposal
from mingpiao.identity.service import (
    PasswordPolicy,
    PasswordProfile,
    PolicyInForce,
    count_older_passwords,
    policy_in_force,
    require_policy,
)
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import read_whole
from mingpiao.portals.consequences import Consequences, consequences_page, is_confirmed, is_revised
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.gates import SECURE
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.navigation import home_of
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.security.service import (
    PASSWORD_POLICY,
    POLICY_PAGE,
    changed_rows,
    policy_title,
    propose_password_policy,
)

_GUARDS = [require_right(SECURE)]
_NO_NUMBER = -1
_DIGITS: dict[str, str | int] = {"inputmode": "numeric", "maxlength": 3}
_FIELDS = (
    FormField(
        name="profile",
        label="密码要求",
        kind="radios",
        required=True,
        options=(
            (PasswordProfile.DENGBAO.value, "等保三级：字符种类多，定期更换"),
            (PasswordProfile.ASVS.value, "OWASP ASVS：位数多，不要求字符种类，不定期更换"),
        ),
        hint="两种要求都拒绝常见的、容易被猜中的密码。",
    ),
    FormField(
        name="minimum_length",
        label="最短位数",
        required=True,
        hint="等保三级8至64，OWASP ASVS 12至64。",
        attributes=_DIGITS,
    ),
    FormField(
        name="classes",
        label="字符种类",
        hint="只用于等保三级：大写字母、小写字母、数字、其他符号中至少几种，3或4。",
        attributes=_DIGITS,
    ),
    FormField(
        name="history",
        label="不能重复的最近密码个数",
        required=True,
        hint="等保三级1至10，OWASP ASVS 0至10；现在的密码也算一个。",
        attributes=_DIGITS,
    ),
    FormField(
        name="maximum_age_days",
        label="更换周期（天）",
        hint="只用于等保三级：30至180。到期前14天发消息提醒，到期后登录时须先修改。",
        attributes=_DIGITS,
    ),
    FormField(name="reason", label="原因", kind="textarea", required=True, hint="确认人据此判断。"),
)


@get("/passwords", guards=_GUARDS)
async def policy_page(call: NamedDependency[PageCall]) -> Response[str]:
    """The policy in force, and the form that proposes another one."""
    return await _policy_page(call, use_kept_members(call.request))


@post("/passwords", guards=_GUARDS, status_code=200, opt=sensitive(Sensitive.ROLES))
async def propose_policy(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Show what would follow; with `confirmed`, propose it to another 安全管理员."""
    given = await read_form(call.request)
    if is_revised(given):
        return await _policy_page(call, given)
    try:
        wanted = _read(given)
        if not is_confirmed(given):
            return await _ask(call, wanted, given)
        revision = read_whole(given.get("revision", ""), digits=9) or 0
        async with call.services.database.system() as connection:  # system: a verb writes
            proposal_id = await propose_password_policy(
                connection, wanted, given.get("reason", ""), revision=revision, acting=call.acting
            )
    except Refusal as refusal:
        return await _policy_page(call, given, refusal.problems)
    return redirect(call.request, address_of(proposal_id, "security"))


def _read(given: Mapping[str, str]) -> PasswordPolicy:
    """The policy that was typed; what ASVS does not know is left out. Raises `Refusal`."""
    chosen = given.get("profile", "")
    if chosen not in {each.value for each in PasswordProfile}:
        raise refuse("form.required", "请选择密码要求。", field="profile", status=422)
    profile = PasswordProfile(chosen)
    mixed = profile is PasswordProfile.DENGBAO
    policy = PasswordPolicy(
        profile=profile,
        minimum_length=_number(given, "minimum_length"),
        classes=_number(given, "classes") if mixed else 1,
        history=_number(given, "history"),
        maximum_age_days=_number(given, "maximum_age_days") if mixed else None,
    )
    require_policy(policy)
    return policy


def _number(given: Mapping[str, str], name: str) -> int:
    number = read_whole(given.get(name, ""), digits=3)
    return _NO_NUMBER if number is None else number


async def _ask(call: PageCall, wanted: PasswordPolicy, given: Mapping[str, str]) -> Response[str]:
    async with call.services.database.system() as connection:  # system: no scope reads accounts
        present = (await policy_in_force(connection)).policy
        days = wanted.maximum_age_days
        older = await count_older_passwords(connection, days) if days else 0
    rows = changed_rows(present, wanted)
    if not rows:
        raise refuse("proposal.no_change", "内容没有变化，无需提交。", status=422)
    if not given.get("reason"):
        raise refuse(
            "proposal.reason_missing", "请填写变更原因，便于审核人判断。", field="reason", status=422
        )
    told = [f"{row.label}：{row.before}改为{row.after}。" for row in rows]
    told += [
        "对全部账户有效，包括单位、财政部门和管理员；首次设置、修改、重置、找回、导入和邀请时都按它检查。",
        f"现有密码太短或字符种类太少的，下次登录时须先修改。密码超过{days}天的现有 {older:,} 个账户，下次登录时也须先修改。"
        if days
        else "现有密码不到最短位数的，下次登录时须先修改；不再要求定期更换。",
        "正在使用的登录不中断。",
    ]
    shown = Consequences(
        title="变更密码策略",
        facts=[("现在", policy_title(present)), ("改为", policy_title(wanted)), ("原因", given["reason"])],
        told=told,
        lead="另一位安全管理员确认后立即生效：",
        address=POLICY_PAGE,
        button="提交确认",
        back=POLICY_PAGE,
        members={name: given.get(name, "") for name in (*(field.name for field in _FIELDS), "revision")},
        revises=True,
    )
    return consequences_page(call.request, shown, crumbs=[("密码策略", POLICY_PAGE)])


async def _policy_page(
    call: PageCall, typed: Mapping[str, str] | None = None, problems: tuple[Problem, ...] = ()
) -> Response[str]:
    async with call.services.database.system() as connection:  # system: no scope reads the policy
        found = await policy_in_force(connection)
        waiting = await open_proposal(connection, PASSWORD_POLICY.kind, "all")
    form = PageForm(
        address=POLICY_PAGE,
        fields=_FIELDS,
        note="提交后由另一位安全管理员在“待确认变更”中确认。",
        button="下一步",
        cancel=home_of(call.session),
        once=False,
    )
    return form_page(
        call.request,
        form,
        typed or _present(found),
        problems,
        template="security/passwords.html",
        title="密码策略",
        crumbs=[("首页", home_of(call.session))],
        found=found,
        waiting=address_of(waiting.proposal_id, "security") if waiting else "",
    )


def _present(found: PolicyInForce) -> dict[str, str]:
    policy = found.policy
    return {
        "profile": policy.profile.value,
        "minimum_length": str(policy.minimum_length),
        "classes": str(policy.classes) if policy.classes > 1 else "",
        "history": str(policy.history),
        "maximum_age_days": str(policy.maximum_age_days or ""),
    }


HANDLERS = [policy_page, propose_policy]
