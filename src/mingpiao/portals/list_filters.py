"""Filters of a list: the inputs of its form, their texts in an address, and the problems of these.

Each filter names its inputs and reads their texts. A text that cannot be read is a problem of that input with
status 422. A list with problems shows no rows.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

import msgspec
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import CatalogStore
from mingpiao.composition import Services
from mingpiao.identity.model import Account
from mingpiao.issuing.model import BillDocument
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem
from mingpiao.kernel.grammar import read_whole
from mingpiao.portals.forms import read_amount, read_day
from mingpiao.portals.regions import chosen_region, region_options
from mingpiao.storage.database import Database
from mingpiao.units.service import UnitDirectory, names_of, search

#: How many days a list of many rows shows by default.
_USUAL_DAYS = 30
#: (value, label) pairs of a drop-down.
Options = Sequence[tuple[str, str]]


class DocumentMaker(Protocol):
    """What makes a bill's documents."""

    async def ofd(self, document: BillDocument) -> bytes:
        """The bill as OFD."""

    async def pdf(self, document: BillDocument) -> bytes:
        """The bill as PDF."""


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """What lists read from, both in a process that serves pages and in one that writes exports.

    `mark` stands in each row of an export (that of a training site).
    """

    database: Database
    catalog: CatalogStore
    units: UnitDirectory
    documents: DocumentMaker
    mark: str = ""


def sources_of(services: Services) -> Sources:
    """What lists read from, taken from the services of pages."""
    return Sources(
        database=services.database,
        catalog=services.catalog,
        units=services.units,
        documents=services.documents,
        mark=export_mark(training=services.settings.training),
    )


def export_mark(*, training: bool) -> str:
    """What each row of an export of a training site says; nothing on a real one."""
    return "演练数据，无效" if training else ""


class Here(msgspec.Struct, frozen=True, kw_only=True):
    """The reader of a list, and what is needed to fetch its rows. `path` holds the members of the page's path, `point`
    the 开票点 to which the reader's UKey binds the session.
    """

    account: Account
    catalog: Catalog
    units: UnitDirectory
    connection: AsyncConnection
    path: Mapping[str, Any] = {}
    point: str = ""


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """One input of the form. `kind` is text, search, date, select or hidden; `width` has CSS classes of the
    grid.
    """

    name: str
    label: str
    kind: str = "text"
    width: str = "col-6 col-lg-3"
    hint: str = ""
    options: Options = ()
    empty: str = ""
    attributes: dict[str, str] = {}
    note: Markup = Markup("")


class Filtered(msgspec.Struct, frozen=True, kw_only=True):
    """The result of reading a filter: members for the fetching verb, and problems."""

    wanted: Mapping[str, Any] = {}
    problems: tuple[Problem, ...] = ()


Values = Mapping[str, str]
OptionsOf = Options | Callable[[Here], Awaitable[Options]]


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """One condition of a list."""

    name: str
    label: str
    width: str = "col-6 col-lg-3"
    hint: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The members of the address that belong to the filter."""
        return (self.name,)

    @property
    def words(self) -> Mapping[str, str]:
        """The names of those members for people."""
        return {self.name: self.label}

    def told(self, value: str) -> str:
        """A member's value in words for people."""
        return value

    async def inputs(self, here: Here, values: Values) -> Sequence[Input]:
        """The filter's inputs."""
        raise NotImplementedError

    async def read(self, here: Here, values: Values) -> Filtered:
        """The values of the texts in the address."""
        raise NotImplementedError

    async def check(self, here: Here, wanted: Mapping[str, Any]) -> tuple[Problem, ...]:
        """What is wrong with the filter beside what all others read; asked where none has a problem."""
        return ()


class TextFilter(Filter, frozen=True, kw_only=True):
    """A text as it was typed."""

    async def inputs(self, here: Here, values: Values) -> Sequence[Input]:
        return (Input(name=self.name, label=self.label, width=self.width, hint=self.hint),)

    async def read(self, here: Here, values: Values) -> Filtered:
        return Filtered(wanted={self.name: values[self.name]})


class DigitsFilter(Filter, frozen=True, kw_only=True):
    """A number with a least and a greatest number of digits, as text: leading zeros count."""

    least: int = 1
    most: int

    async def inputs(self, here: Here, values: Values) -> Sequence[Input]:
        attributes = {"inputmode": "numeric", "maxlength": str(self.most)}
        return (
            Input(name=self.name, label=self.label, width=self.width, hint=self.hint, attributes=attributes),
        )

    async def read(self, here: Here, values: Values) -> Filtered:
        text = values[self.name]
        if text and not (text.isascii() and text.isdigit() and self.least <= len(text) <= self.most):
            length = f"{self.most}位" if self.least == self.most else f"{self.least}至{self.most}位"
            return _wrong(self.name, f"{self.label}应为{length}数字，请核对。")
        return Filtered(wanted={self.name: text})


class DaysFilter(Filter, frozen=True, kw_only=True):
    """A first and a last day, both inclusive: `from` and `to` in the address and for the verb."""

    name: str = "from"
    width: str = "col-6 col-lg-3"

    @property
    def names(self) -> tuple[str, ...]:
        return ("from", "to")

    @property
    def words(self) -> Mapping[str, str]:
        return {"from": f"{self.label}从", "to": f"{self.label}到"}

    async def inputs(self, here: Here, values: Values) -> Sequence[Input]:
        labels = (f"{self.label}从", "到")
        return [
            Input(name=name, label=label, kind="date", width=self.width)
            for name, label in zip(self.names, labels, strict=True)
        ]

    async def read(self, here: Here, values: Values) -> Filtered:
        found, problems = _read_each(
            values, {"from": "开始日期", "to": "结束日期"}, read_day, "请按“年-月-日”填写"
        )
        if found["from"] and found["to"] and found["from"] > found["to"]:
            problems += _wrong("to", "结束日期早于开始日期，请调整。", "filter.dates_reversed").problems
        return Filtered(wanted=found, problems=problems)


class AmountsFilter(Filter, frozen=True, kw_only=True):
    """A lowest and a highest amount in 元, both inclusive: `amount_from` and `amount_to`."""

    name: str = "amount_from"

    @property
    def names(self) -> tuple[str, ...]:
        return ("amount_from", "amount_to")

    @property
    def words(self) -> Mapping[str, str]:
        return {"amount_from": f"{self.label}从（元）", "amount_to": f"{self.label}到（元）"}

    async def inputs(self, here: Here, values: Values) -> Sequence[Input]:
        labels = (f"{self.label}从（元）", "到（元）")
        return [
            Input(name=name, label=label, width=self.width, attributes={"inputmode": "decimal"})
            for name, label in zip(self.names, labels, strict=True)
        ]

    async def read(self, here: Here, values: Values) -> Filtered:
        labels = {"amount_from": "最低金额", "amount_to": "最高金额"}
        found, problems = _read_each(values, labels, read_amount, "请填写最多两位小数的数字")
        lowest, highest = found["amount_from"], found["amount_to"]
        if lowest is not None and highest is not None and lowest > highest:
            message = "最高金额低于最低金额，请调整。"
            problems += _wrong("amount_to", message, "filter.amounts_reversed").problems
        return Filtered(wanted=found, problems=problems)


class ChoiceFilter(Filter, frozen=True, kw_only=True):
    """One of some options. `empty` is the label of choosing none; without it one is always chosen.

    With `may_be_gone`, a value that is no option finds nothing instead of being a problem: the options come
    from rows, which may disappear while somebody looks at the page.
    """

    options: OptionsOf
    empty: str = "全部"
    may_be_gone: bool = False

    def told(self, value: str) -> str:
        return value if callable(self.options) else dict(self.options).get(value, value)

    async def _options(self, here: Here) -> Options:
        return await self.options(here) if callable(self.options) else self.options

    async def inputs(self, here: Here, values: Values) -> Sequence[Input]:
        options = list(await self._options(here))
        chosen = values[self.name]
        if self.may_be_gone and chosen and chosen not in dict(options):
            options.append((chosen, chosen))
        return (
            Input(
                name=self.name, label=self.label, kind="select", width=self.width, hint=self.hint,
                options=options, empty=self.empty,
            ),
        )  # fmt: skip

    async def read(self, here: Here, values: Values) -> Filtered:
        chosen = values[self.name]
        if chosen and not self.may_be_gone and chosen not in dict(await self._options(here)):
            return _wrong(self.name, f"没有这种{self.label}，请从列表中选择。")
        return Filtered(wanted={self.name: chosen})


class RegionFilter(Filter, frozen=True, kw_only=True):
    """A region with all below it. If none is chosen, the verb gets the account's `own`, or else an empty
    text.

    Reading raises `Refusal` (`region.unknown`, 404) for a region outside the account's.
    """

    name: str = "region"
    label: str = "地区"
    own: bool = True

    async def inputs(self, here: Here, values: Values) -> Sequence[Input]:
        options = region_options(here.account, here.catalog)
        return (
            Input(
                name=self.name,
                label=self.label,
                kind="select",
                width=self.width,
                options=options,
                empty="全部",
            ),
        )

    async def read(self, here: Here, values: Values) -> Filtered:
        region = chosen_region(here.account, here.catalog, values[self.name])
        return Filtered(wanted={self.name: region if values[self.name] or self.own else ""})


class UnitFilter(Filter, frozen=True, kw_only=True):
    """The one unit that a text names: by its code, its whole name, or a part that no other name contains.

    The verb gets `unit_id`, which is None without a text.
    """

    name: str = "unit"
    label: str = "用票单位名称或统一社会信用代码"
    width: str = "col-12 col-lg-6"

    async def inputs(self, here: Here, values: Values) -> Sequence[Input]:
        return (Input(name=self.name, label=self.label, width=self.width, hint=self.hint),)

    async def read(self, here: Here, values: Values) -> Filtered:
        words = values[self.name]
        if not words:
            return Filtered(wanted={"unit_id": None})
        found = (await search(here.connection, words=words)).items
        exact = [unit for unit in found if words in (unit.name, unit.uscc)]
        chosen = exact or found
        if len(chosen) == 1:
            return Filtered(wanted={"unit_id": chosen[0].unit_id})
        if not chosen:
            message = "没有找到该用票单位，请核对名称或统一社会信用代码，或您无权查看。"
            return _wrong(self.name, message, "filter.unit_unknown")
        examples = "、".join(unit.name for unit in chosen[:3])
        message = f"有多个单位符合（如{examples}），请填写完整名称或统一社会信用代码。"
        return _wrong(self.name, message, "filter.unit_ambiguous")


class UnitOrIdFilter(UnitFilter, frozen=True, kw_only=True):
    """A unit as people name it, or by its number in the link of a message."""

    async def read(self, here: Here, values: Values) -> Filtered:
        number = read_whole(values[self.name], digits=15)
        if number is not None and number in await names_of(here.connection, {number}):
            return Filtered(wanted={"unit_id": number})
        return await super().read(here, values)


class CarriedFilter(Filter, frozen=True, kw_only=True):
    """A condition that a link on another page sets: the form carries it in a hidden field, and `note`
    mentions it.

    `valid` says whether a text is such a condition.
    """

    valid: Callable[[str], bool]
    note: Callable[[Here, Values], Awaitable[Markup]]

    async def inputs(self, here: Here, values: Values) -> Sequence[Input]:
        given = values[self.name]
        if not given or not self.valid(given):
            return ()
        note = await self.note(here, values)
        return (Input(name=self.name, label=self.label, kind="hidden", width="col-12", note=note),)

    async def read(self, here: Here, values: Values) -> Filtered:
        if values[self.name] and not self.valid(values[self.name]):
            return _wrong(self.name, f"没有这份{self.label}，请从{self.label}列表进入。")
        return Filtered(wanted={self.name: values[self.name]})


def _read_each(
    values: Values, labels: Mapping[str, str], convert: Callable[[str], Any], what_to_do: str
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """Each of some texts converted, None for an empty or a wrong one, and the problems of the wrong ones."""
    found: dict[str, Any] = dict.fromkeys(labels)
    problems: tuple[Problem, ...] = ()
    for name, label in labels.items():
        try:
            found[name] = convert(values[name]) if values[name] else None
        except ValueError:
            problems += _wrong(name, f"{label}不正确，{what_to_do}。").problems
    return found, problems


def _wrong(name: str, message: str, code: str = "") -> Filtered:
    return Filtered(
        problems=(Problem(code=code or f"filter.{name}_invalid", field=name, message=message, status=422),)
    )


def usual_start() -> str:
    """The first day that a list of many rows shows by default."""
    return (today() - timedelta(days=_USUAL_DAYS)).isoformat()


def usual_days(_account: Account, values: dict[str, str]) -> dict[str, str]:
    """What a list by day shows at first: the last thirty days; with a business number, its rows of any day."""
    if not any(values.values()):
        return values | {"from": usual_start()}
    return values | {"from": "", "to": ""} if values["business_no"] else values
