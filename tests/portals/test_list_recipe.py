"""The recipe "add a list" of CONTRIBUTING.md, built from that page and served."""

import csv
import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from tests.support.browser import Browser
from tests.support.world import World

from mingpiao import portals
from mingpiao.composition import Services
from mingpiao.portals import subjects
from mingpiao.portals.rendering import ENVIRONMENT
from mingpiao.portals.router import create_router

_GUIDE = Path(__file__).parents[2] / "CONTRIBUTING.md"
_BLOCK = re.compile(
    r"```(?:python|html)\n(?:# |\{# )src/mingpiao/portals/(\S+)(?: #\})?\n(.*?)```", re.DOTALL
)
#: What a list may cost: lines of its Python, lines of its template.
_PYTHON, _TEMPLATE = 60, 25


def blocks() -> dict[str, str]:
    """The files of the recipe by their place below `portals`."""
    recipe = _GUIDE.read_text(encoding="utf-8").partition("## Add a list")[2].partition("\n## ")[0]
    return dict(_BLOCK.findall(recipe))


def test_a_list_costs_little() -> None:
    files = blocks()
    assert set(files) == {"charges/lists.py", "charges/templates/charges.html", "charges/subject.py"}
    lines = {name: len(text.splitlines()) for name, text in files.items()}
    assert lines["charges/lists.py"] <= _PYTHON
    assert lines["charges/templates/charges.html"] <= _TEMPLATE


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The recipe's folder as if it lay among the others; it must be there before the site and outlast it."""
    for name, text in blocks().items():
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    (tmp_path / "charges" / "__init__.py").touch()
    monkeypatch.setattr(portals, "__path__", [*portals.__path__, str(tmp_path)])
    templates = PrefixLoader({"charges": FileSystemLoader(tmp_path / "charges" / "templates")})
    assert ENVIRONMENT.loader is not None
    monkeypatch.setattr(ENVIRONMENT, "loader", ChoiceLoader([ENVIRONMENT.loader, templates]))
    caches = (subjects.folders, subjects.subjects, subjects.menu_entries)
    for cache in caches:
        cache.cache_clear()
    importlib.invalidate_caches()
    yield tmp_path
    for cache in caches:
        cache.cache_clear()
    for name in [name for name in sys.modules if name.startswith("mingpiao.portals.charges")]:
        del sys.modules[name]


def _serve(services: Services) -> Litestar:
    app = Litestar(
        route_handlers=[create_router()],
        dependencies={"services": Provide(_services, sync_to_thread=False)} | subjects.provided_services(),
        openapi_config=None,
    )
    app.state.services = services
    return app


def _services(state: State) -> Services:
    services: Services = state.services
    return services


async def test_the_recipe_makes_a_page_a_fragment_and_a_file(built: Path, site: World) -> None:
    browser = Browser(_serve(site.services))
    assert (await browser.sign_in("officer")).status_code == 303
    items = sorted((await site.services.catalog.get()).items.values(), key=lambda item: item.code)

    page = await browser.get("/finance/charges")
    assert page.status_code == 200
    assert "收款项目由省级财政部门统一维护。" in page.text
    assert re.search(r'href="/finance/charges" aria-current="page"', page.text)
    assert page.text.count('scope="row"') == min(50, len(items))
    assert ">重置</a>" in page.text

    asked = {"words": items[0].name}
    fragment = await browser.client.get("/finance/charges", params=asked, headers={"HX-Request": "true"})
    assert fragment.text.lstrip().startswith('<div id="list"')
    assert fragment.headers["hx-push-url"].startswith("/finance/charges?words=")
    assert items[0].code in fragment.text
    assert "没有符合条件的收款项目" in (await browser.get("/finance/charges", words="没有这种项目")).text

    exported = await browser.get("/finance/charges/export.csv")
    rows = list(csv.reader(exported.content.decode("utf-8-sig").splitlines()))
    assert rows[0] == ["编码", "名称", "计量单位", "状态"]
    assert [row[0] for row in rows[1:]] == [item.code for item in items]
    audited = await site.services.database.pool.fetchval(
        "SELECT details ->> 'format' FROM audit_log WHERE action = 'charge:export'"
    )
    assert audited == "csv"
