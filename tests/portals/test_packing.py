"""Static files and pages come as small as the browser takes them, and their size tells no secret."""

import gzip
import hashlib
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from litestar.testing import RequestFactory
from tests.support.browser import members_of
from tests.support.world import World, a_world

from mingpiao.portals.kept import CSRF_HEADER
from mingpiao.portals.masks import masked, unmasked
from mingpiao.portals.packing import STATIC_DIR, accepted_encodings, asset, packed_page

_ROOT = Path(__file__).parents[2]
_SCRIPT = asset("mingpiao.js")

site = a_world("peopled")


def _encodings(header: str) -> frozenset[str]:
    return accepted_encodings(RequestFactory().get("/", headers={"accept-encoding": header}))


def test_headers_are_read_as_browsers_write_them() -> None:
    assert _encodings("gzip, deflate, br") == {"gzip", "deflate", "br"}
    assert _encodings("GZIP;q=0.5,br;q=0, identity;q=0.0") == {"gzip"}
    assert _encodings("br;q=0.001") == {"br"}


@pytest.mark.parametrize(
    ("accepted", "encoding", "ending"),
    [
        ("gzip, deflate, br", "br", "br"),
        ("gzip, deflate", "gzip", "gz"),
        ("identity", None, None),
        ("br;q=0, gzip", "gzip", "gz"),
    ],
)
async def test_files_come_as_they_were_compressed(
    site: World, accepted: str, encoding: str | None, ending: str | None
) -> None:
    content = (STATIC_DIR / "mingpiao.js").read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    browser = site.stranger()
    async with browser.client.stream("GET", _SCRIPT, headers={"Accept-Encoding": accepted}) as answer:
        sent = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers.get("content-encoding") == encoding
    assert sent == (content if ending is None else (STATIC_DIR / f"packed/{digest}.{ending}").read_bytes())
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["cache-control"] == "max-age=31536000, public, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


@pytest.mark.parametrize(
    "name",
    [
        "/static/",
        "/static/none.js",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/packed",
        "/static//etc/passwd",
    ],
)
async def test_nothing_else_is_served(site: World, name: str) -> None:
    browser = site.stranger()
    assert (await browser.get(name)).status_code == 404


async def test_compressed_copies_have_no_address(site: World) -> None:
    copy = next((STATIC_DIR / "packed").iterdir())
    browser = site.stranger()
    assert (await browser.get(f"/static/packed/{copy.name}")).status_code == 404


async def test_pages_are_compressed_for_those_who_take_it(site: World) -> None:
    browser = await site.browser("handler")
    async with browser.client.stream("GET", "/unit/bills", headers={"Accept-Encoding": "gzip"}) as answer:
        sent = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding, HX-Request"
    assert answer.headers["content-length"] == str(len(sent))
    assert "已开票据" in gzip.decompress(sent).decode()
    plain = await browser.client.get("/unit/bills", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert len(plain.content) > 2 * len(sent)


def test_the_same_page_has_many_lengths() -> None:
    request = RequestFactory().get("/", headers={"accept-encoding": "gzip"})
    html = "缴款人" * 1000
    answers = [packed_page(request, html)[0] for _ in range(200)]
    assert {gzip.decompress(each) for each in answers} == {html.encode()}
    assert len({len(each) for each in answers}) > 20


def test_masks_hide_a_token_and_give_it_back() -> None:
    token = "7Rk_invented-token"
    hidden = [masked(token) for _ in range(50)]
    assert len(set(hidden)) == 50
    assert {unmasked(each) for each in hidden} == {token}
    assert not any(token in each for each in hidden)
    assert masked("") == ""
    for wrong in ("", "x", "====", "YWJj", "缴款人", "_" * 7, token):
        assert unmasked(wrong) != token


async def test_each_page_carries_another_text_for_the_same_token(site: World) -> None:
    browser = await site.browser("handler")
    first, second = [members_of((await browser.get("/password")).text)["csrf_token"] for _ in range(2)]
    assert first != second
    assert unmasked(first) == unmasked(second) != ""
    headers = {CSRF_HEADER: unmasked(first)}
    assert (await browser.post("/unit/bills/columns", {"query": ""}, headers=headers)).status_code == 403
    headers = {CSRF_HEADER: first}
    assert (await browser.post("/unit/bills/columns", {"query": ""}, headers=headers)).status_code == 303


# What the build prepared


@pytest.fixture(scope="module")
def assets() -> ModuleType:
    """The build's own module; it is no part of the package."""
    spec = spec_from_file_location("assets", _ROOT / "scripts/assets.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_stylesheet_has_every_class_that_a_source_names(assets: ModuleType) -> None:
    kept = assets.classes_of((STATIC_DIR / "vendor/tabler.min.css").read_text())
    used = assets.classes_in_use(_ROOT)
    assert len(used) > 100
    assert used - kept == set(), "run `make setup`: a page uses classes that the stylesheet lacks"


def test_classes_that_are_made_of_parts_are_kept(assets: ModuleType) -> None:
    kept = assets.classes_of((STATIC_DIR / "vendor/tabler.min.css").read_text())
    wanted = {f"bg-{colour}-lt" for colour in ("green", "orange", "red", "blue", "secondary")}
    wanted |= {f"alert-{kind}" for kind in ("success", "info", "warning", "danger")}
    assert wanted <= kept


def test_the_stylesheet_has_little_else(assets: ModuleType) -> None:
    kept = assets.classes_of((STATIC_DIR / "vendor/tabler.min.css").read_text())
    assert kept < assets.classes_of(assets.whole_sheet(_ROOT))
    assert "modal" not in kept
    assert (STATIC_DIR / "vendor/tabler.min.css").stat().st_size < 150_000


def test_every_text_file_is_compressed(assets: ModuleType) -> None:
    missing = [
        name
        for name, digest in assets.text_digests(_ROOT).items()
        if not all((STATIC_DIR / f"packed/{digest}.{ending}").exists() for ending in ("br", "gz"))
    ]
    assert missing == [], "run `make setup`"


def test_pages_name_only_classes_that_somebody_defines(assets: ModuleType) -> None:
    """A misspelt class is silent: each in a template stands in a stylesheet or is read by a script."""
    sheets = assets.whole_sheet(_ROOT) + "".join(file.read_text() for file in STATIC_DIR.glob("*.css"))
    known = assets.classes_of(sheets)
    scripts = "".join(file.read_text() for file in STATIC_DIR.glob("*.js"))
    for template in (_ROOT / "src/mingpiao/portals").rglob("*.html"):
        for names in re.findall(r'class="([^"{}]*)"', template.read_text()):
            for name in names.split():
                assert name in known or name in scripts, f"{template.name}: {name}"
