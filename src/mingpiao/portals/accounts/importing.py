"""Import of a unit's accounts from a file, by its manager."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.composition import Services
from mingpiao.identity.model import Acting, Role
from mingpiao.identity.service import import_account
from mingpiao.kernel.errors import Refusal
from mingpiao.portals.accounts.rights import UNIT_ACCOUNTS
from mingpiao.portals.accounts.unit import CRUMBS, LIST, ROLES
from mingpiao.portals.imports import (
    Import,
    ImportColumn,
    ImportRow,
    RowOutcome,
    RowReport,
    import_handlers,
)
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.session import require_right


async def _take(
    services: Services, rows: Sequence[ImportRow], *, dry_run: bool, acting: Acting
) -> list[RowReport]:
    async with services.database.system() as connection:  # system: no scope reads or writes accounts
        # By user name, so that two imports at once wait for each other and never in a circle.
        ordered = sorted(rows, key=lambda row: row.values["username"])
        return [await _take_one(connection, row, dry_run=dry_run, acting=acting) for row in ordered]


async def _take_one(
    connection: AsyncConnection, row: ImportRow, *, dry_run: bool, acting: Acting
) -> RowReport:
    try:
        password = await import_account(
            connection,
            username=row.values["username"],
            display_name=row.values["display_name"],
            role=Role(row.values["role"]),
            mobile=row.values["mobile"],
            dry_run=dry_run,
            acting=acting,
        )
    except Refusal as refusal:
        return RowReport(row=row, outcome=RowOutcome.REFUSED, problems=refusal.problems)
    if password is None:
        return RowReport(row=row, outcome=RowOutcome.UNCHANGED)
    return RowReport(row=row, outcome=RowOutcome.CREATED, result=(password,))


ACCOUNTS_IMPORT = Import(
    title="导入账户",
    noun="账户",
    address=f"{LIST}/import",
    file_name="accounts",
    crumbs=(*CRUMBS,),
    columns=(
        ImportColumn(
            name="username",
            label="用户名",
            required=True,
            example="zhangsan",
            hint="3至64位字母、数字或 . _ @ -，全平台唯一",
        ),
        ImportColumn(
            name="display_name",
            label="姓名",
            required=True,
            example="张三",
            hint="将作为开票人或复核人印在票面上",
        ),
        ImportColumn(
            name="role",
            label="角色",
            required=True,
            example=ROLES[0].label,
            choices=tuple((role.value, role.label) for role in ROLES),
        ),
        ImportColumn(
            name="mobile",
            label="手机号码",
            example="13900001234",
            hint="11位数字，可不填；已有的账户不改号码",
        ),
    ),
    key="username",
    take=_take,
    # Hashing a password is slow on purpose; this many take about ten seconds.
    max_rows=200,
    hint="已有的相同账户会跳过，重复导入不会重复建立。",
    result_columns=("一次性密码",),
    result_note="文件里有每个新账户的一次性密码。请现在下载并通过安全途径交给本人；离开本页后不能再次取得，首次登录时必须修改。",
)

HANDLERS = import_handlers(
    ACCOUNTS_IMPORT, "/accounts/import", [require_right(UNIT_ACCOUNTS)], opt=sensitive(Sensitive.ROLES)
)
