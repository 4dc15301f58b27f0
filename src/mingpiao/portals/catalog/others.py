"""票据分类, 财政部门, 行业项目库 and 代码表 as texts, and their pages."""

from mingpiao.catalog.model import BillCategory, Catalog, CodeEntry, CodeList, Department, ItemLibrary
from mingpiao.catalog.service import CATEGORIES, CODE_LISTS, DEPARTMENTS, LIBRARIES
from mingpiao.portals.catalog.fields import STATES, DataField, FieldReader, Texts, choices, row_texts
from mingpiao.portals.catalog.pages import DataPage

_STATE = DataField(
    name="state", label="状态", kind="select", options=choices(*STATES), phone=True, example=STATES[0][1]
)
_AT_ONCE = "由省级财政部门维护，修改后立即生效，每次修改都有记录。"


def _state(retired: bool) -> str:
    return "retired" if retired else "live"


# -- 票据分类 ---------------------------------------------------------------------------------------

_CATEGORY = (
    DataField(name="code", label="编码", required=True, example="06", hint="两位数字；建立后不能修改"),
    DataField(name="name", label="名称", required=True, example="医疗收费票据"),
    _STATE,
)


def _read_category(texts: Texts, _before: BillCategory | None, _catalog: Catalog) -> BillCategory:
    reader = FieldReader(texts, _CATEGORY)
    category = BillCategory(
        code=reader.text("code"),
        name=reader.text("name"),
        retired=reader.chosen("state", STATES, "live") == "retired",
    )
    reader.done()
    return category


CATEGORY_PAGES: DataPage[BillCategory] = DataPage(
    data=CATEGORIES,
    name="finance_categories",
    address="/finance/categories",
    noun="个票据分类",
    hint=f"票据分类是票据种类编码的前两位。{_AT_ONCE}",
    fields=_CATEGORY,
    texts=lambda category: {
        "code": category.code,
        "name": category.name,
        "state": _state(category.retired),
    },
    read=_read_category,
    max_rows=100,
)

# -- 财政部门 ---------------------------------------------------------------------------------------

_DEPARTMENT = (
    DataField(name="region_code", label="区划代码", required=True, example="150100"),
    DataField(name="name", label="名称", required=True, example="呼和浩特市财政局"),
)


def _read_department(texts: Texts, _before: Department | None, _catalog: Catalog) -> Department:
    reader = FieldReader(texts, _DEPARTMENT)
    return Department(region_code=reader.text("region_code"), name=reader.text("name"))


DEPARTMENT_PAGES: DataPage[Department] = DataPage(
    data=DEPARTMENTS,
    name="finance_departments",
    address="/finance/departments",
    noun="个财政部门",
    hint=f"每个行政区划有一个财政部门，新建区划时自动建立，这里修改名称。{_AT_ONCE}",
    fields=_DEPARTMENT,
    texts=lambda department: {"region_code": department.region_code, "name": department.name},
    read=_read_department,
    max_rows=5_000,
    new=False,
)

# -- 行业项目库 --------------------------------------------------------------------------------------

_LIBRARY = (
    DataField(name="code", label="编码", required=True, example="school", hint="字母、数字；建立后不能修改"),
    DataField(name="name", label="名称", required=True, example="高等学校收费项目"),
    DataField(name="industry", label="行业", phone=True, example="教育"),
    DataField(
        name="items", label="收款项目", kind="textarea", required=True, shown=False, example="020101、020102",
        hint="收款项目编码，用顿号、空格或换行分开",
    ),
    _STATE,
)  # fmt: skip


def _read_library(texts: Texts, _before: ItemLibrary | None, _catalog: Catalog) -> ItemLibrary:
    reader = FieldReader(texts, _LIBRARY)
    library = ItemLibrary(
        code=reader.text("code"),
        name=reader.text("name"),
        industry=reader.text("industry"),
        items=reader.codes("items"),
        retired=reader.chosen("state", STATES, "live") == "retired",
    )
    reader.done()
    return library


LIBRARY_PAGES: DataPage[ItemLibrary] = DataPage(
    data=LIBRARIES,
    name="finance_libraries",
    address="/finance/libraries",
    noun="个项目库",
    hint=f"同一行业的单位常用的收款项目，核定给单位时可以一次选用；已经核定的不随项目库变化。{_AT_ONCE}",
    fields=_LIBRARY,
    texts=lambda library: {
        "code": library.code,
        "name": library.name,
        "industry": library.industry,
        "items": "、".join(library.items),
        "state": _state(library.retired),
    },
    read=_read_library,
    max_rows=500,
)

# -- 代码表 -----------------------------------------------------------------------------------------

_ENTRIES = DataField(
    name="entries",
    label="代码",
    kind="rows",
    required=True,
    shown=False,
    hint="票据上填写名称。清空一行即删除；已经用过的代码请改为停用。",
    example="01|职工基本医疗保险|启用",
    columns=(
        DataField(name="code", label="代码"),
        DataField(name="name", label="名称"),
        DataField(name="state", label="状态", kind="select", options=choices(*STATES)),
    ),
)
_CODE_LIST = (
    DataField(
        name="code", label="编码", required=True, example="insurance", hint="字母、数字；建立后不能修改"
    ),
    DataField(name="name", label="名称", required=True, example="医保类型"),
    _ENTRIES,
    _STATE,
)


def _code_list_texts(codes: CodeList) -> dict[str, str]:
    rows = [{"code": each.code, "name": each.name, "state": _state(each.retired)} for each in codes.entries]
    return {
        "code": codes.code,
        "name": codes.name,
        "state": _state(codes.retired),
        **row_texts("entries", rows),
    }


def _read_code_list(texts: Texts, _before: CodeList | None, _catalog: Catalog) -> CodeList:
    reader = FieldReader(texts, (*_CODE_LIST, *_ENTRIES.columns))
    codes = CodeList(
        code=reader.text("code"),
        name=reader.text("name"),
        entries=tuple(
            CodeEntry(
                code=row.get("code", ""),
                name=row.get("name", ""),
                retired=reader.chosen(f"entries/{place}/state", STATES, "live") == "retired",
            )
            for place, row in reader.rows(_ENTRIES)
        ),
        retired=reader.chosen("state", STATES, "live") == "retired",
    )
    reader.done()
    return codes


CODE_LIST_PAGES: DataPage[CodeList] = DataPage(
    data=CODE_LISTS,
    name="finance_code_lists",
    address="/finance/code-lists",
    noun="个代码表",
    hint=f"票据种类的其他信息可以从代码表选取。{_AT_ONCE}",
    fields=_CODE_LIST,
    texts=_code_list_texts,
    read=_read_code_list,
    max_rows=300,
)
