"""First-use tours: a few steps on a page, each about one part of it, until the account has seen or closed them."""

from collections.abc import Collection

import msgspec

from mingpiao.kernel.errors import refuse


class TourStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step: the part of the page (a CSS selector; steps without their part are left out), and what it is for."""

    part: str
    title: str
    text: str


class Tour(msgspec.Struct, frozen=True, kw_only=True):
    """The steps of one page. An account's state refers to `name`, so it must not change."""

    name: str
    title: str
    address: str
    steps: tuple[TourStep, ...]


_MENU = TourStep(part="#menu", title="菜单", text="要做的事都在菜单里。手机上点左上角的三条横线打开。")
_HELP = TourStep(
    part=".help-mark",
    title="看不懂就点问号",
    text="每页标题旁的问号打开手册中讲这一页的一节，也可以在手册里按词查找。",
)

TOURS = (
    Tour(
        name="unit_home",
        title="首页",
        address="/unit",
        steps=(
            TourStep(
                part="main .row-cards",
                title="今天的情况",
                text="今天开具和冲红的份数、金额。等着本单位办理的事，提示在最上面。",
            ),
            TourStep(
                part="main h2",
                title="票号够不够",
                text="每种票据的状态写在这里：不足、到期、停止供票都会提示。",
            ),
            TourStep(
                part='main a[href="/unit/issue"]',
                title="从这里开票",
                text="点“开具票据”，先选票据种类，再填缴款人和项目。",
            ),
            _MENU,
            _HELP,
        ),
    ),
    Tour(
        name="issue_form",
        title="开具票据",
        address="/unit/issue",
        steps=(
            TourStep(
                part="#payer-name",
                title="先填缴款人",
                text="个人填姓名；单位另填统一社会信用代码，平台会核对校验位。",
            ),
            TourStep(
                part="#items",
                title="再选项目",
                text="输入名称、编码或拼音首字母，从列出的项目中选；标准和金额自动计算。",
            ),
            TourStep(
                part=".sum",
                title="合计一直看得见",
                text="大小写合计随填随算。检查无误后再确认开具，确认之前什么也不会生效。",
            ),
            _HELP,
        ),
    ),
    Tour(
        name="finance_home",
        title="概览",
        address="/finance",
        steps=(
            TourStep(
                part="main h1", title="本地区的开票情况", text="份数、金额和冲红占比，与此前的日均值对比。"
            ),
            TourStep(part="main form", title="看哪一天", text="选日期看往日；点地区名称看下级地区。"),
            TourStep(
                part='a[href="/finance/reviews"]',
                title="等您办理的事",
                text="人工复核、资质审核、待审变更各有列表，先列出等待办理的。",
            ),
            _HELP,
        ),
    ),
)
_BY_NAME = {tour.name: tour for tour in TOURS}
_BY_ADDRESS = {tour.address: tour.name for tour in TOURS}


def tour_of(path: str) -> str:
    """The name of a page's tour, or an empty text."""
    return _BY_ADDRESS.get(path, "")


def tours_of(addresses: Collection[str]) -> tuple[Tour, ...]:
    """The tours of pages with these addresses."""
    return tuple(tour for tour in TOURS if tour.address in addresses)


def known_tour(name: str) -> Tour:
    """A tour by its name. Raises `Refusal` (`help.unknown`, 404)."""
    if name not in _BY_NAME:
        raise refuse("help.unknown", "没有这个导览，请从使用手册首页重新选择。", status=404)
    return _BY_NAME[name]
