"""Forms of a unit's data, and how their members are read."""

from collections.abc import Mapping, Sequence

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Account
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.forms import FormField, PageForm, chosen_option
from mingpiao.portals.regions import region_options
from mingpiao.portals.units.lists import MODES, TYPES
from mingpiao.units.model import Unit, UnitDetails, UnitMode, UnitType
from mingpiao.units.service import unit_problems

_CODE = FormField(
    name="uscc",
    label="统一社会信用代码",
    required=True,
    hint="18位，按证书填写；末位校验位会自动核对。",
    attributes={"maxlength": 18, "autocapitalize": "characters", "spellcheck": "false"},
)
_NAME = FormField(name="name", label="单位名称", required=True, hint="与证书一致，将印在票面上。")
_MODE = FormField(
    name="mode",
    label="开票方式",
    kind="radios",
    required=True,
    options=tuple(MODES.items()),
    hint="在线开票用本平台网页开票；接口开票由单位自己的系统调用接口开票，并预先领取号码。",
)
_TYPE = FormField(
    name="unit_type", label="单位类型", kind="select", required=True, empty="请选择", options=TYPES
)
_PLAIN = (
    FormField(
        name="receiving_account",
        label="收款账号",
        hint="将印在票面上，可不填。",
        attributes={"inputmode": "numeric"},
    ),
    FormField(name="receiving_bank", label="开户银行"),
    FormField(name="address", label="地址"),
    FormField(name="phone", label="联系电话", attributes={"inputmode": "tel"}),
)


#: Regions that are looked through at a glance; among more one searches.
_FEW = 20


def register_form(account: Account, catalog: Catalog) -> PageForm:
    """The form that registers a unit in a region of the account's department."""
    options = tuple(region_options(account, catalog))
    many = len(options) > _FEW
    region = FormField(
        name="region_code",
        label="所属地区",
        kind="suggest" if many else "select",
        required=True,
        hint="输入名称或区划代码的一部分，从列出的地区中选择。" if many else "",
        empty="请选择",
        options=options,
    )
    return PageForm(
        address="/finance/units/new",
        fields=(_CODE, _NAME, region, _TYPE, _MODE, *_PLAIN),
        note="登记由一人办理，提交后立即生效，不需要他人审核。登记后还要核定票据种类和收款项目、制作签章并邀请票据管理员，单位才能开票。",
        button="登记单位",
        cancel="/finance/units",
    )


def amend_form(unit_id: int) -> PageForm:
    """The form that changes what has no date of its own."""
    return PageForm(
        address=f"/finance/units/{unit_id}/edit",
        fields=(_TYPE, *_PLAIN),
        note="保存后立即生效，不需要他人审核。收款账号和开户银行印在以后开具的票据上，已开票据不变。名称、代码、地区和开票方式请办理变更，其中改代码须另一人审核。",
        button="保存",
        cancel=f"/finance/units/{unit_id}",
    )


def read_unit(form: Mapping[str, str], regions: Sequence[tuple[str, str]]) -> Unit:
    """A unit as it was typed, in one of the regions that the form offered.

    Raises `Refusal` with all problems, also of what was not chosen.
    """
    missing = _choice_problems(form, ("unit_type", "mode"))
    region = chosen_option(form.get("region_code", ""), regions)
    if not form.get("region_code"):
        missing.append(_missing("region_code", "请选择所属地区。"))
    elif region is None:
        message = "请选择本部门所辖的地区，写全名称或区划代码。"
        missing.append(_missing("region_code", message, "unit.region_unknown"))
    chosen = {problem.field for problem in missing}
    unit = Unit(
        uscc=form.get("uscc", "").replace(" ", "").upper(),
        name=form.get("name", ""),
        region_code=region or "",
        mode=UnitMode.ONLINE if "mode" in chosen else UnitMode(form["mode"]),
        unit_type=UnitType.OFFICE if "unit_type" in chosen else UnitType(form["unit_type"]),
        receiving_account=form.get("receiving_account", ""),
        receiving_bank=form.get("receiving_bank", ""),
        address=form.get("address", ""),
        phone=form.get("phone", ""),
    )
    if missing:
        raise Refusal(*unit_problems(unit), *missing)
    return unit


def read_details(form: Mapping[str, str]) -> UnitDetails:
    """What has no date, as it was typed. Raises `Refusal` for a type that was not chosen."""
    if problems := _choice_problems(form, ("unit_type",)):
        raise Refusal(*problems)
    return UnitDetails(
        unit_type=UnitType(form["unit_type"]),
        receiving_account=form.get("receiving_account", ""),
        receiving_bank=form.get("receiving_bank", ""),
        address=form.get("address", ""),
        phone=form.get("phone", ""),
    )


def _choice_problems(form: Mapping[str, str], names: tuple[str, ...]) -> list[Problem]:
    """Problems of choices that were not made."""
    options = {"unit_type": (dict(TYPES), "请选择单位类型。"), "mode": (MODES, "请选择开票方式。")}
    return [_missing(name, options[name][1]) for name in names if form.get(name, "") not in options[name][0]]


def _missing(field: str, message: str, code: str = "form.required") -> Problem:
    return Problem(code=code, field=field, message=message, status=422)
