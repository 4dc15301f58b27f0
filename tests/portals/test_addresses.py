"""访问地址: departments and administrators work from networks that they name, and lock nobody out by mistake."""

import asyncio

import pytest
from click.testing import CliRunner
from tests.support.browser import PASSWORD, Browser
from tests.support.province import ACTING
from tests.support.world import World, a_world

from mingpiao.cli import main
from mingpiao.identity.address_lists import is_within, set_address_list
from mingpiao.identity.model import Acting, Rejected, Role, acting_for
from mingpiao.identity.signing_in import sign_in
from mingpiao.kernel.errors import Refusal

site = a_world("peopled", demo=True)
HERE = "127.0.0.1"


@pytest.mark.parametrize(
    ("address", "networks", "within"),
    [
        ("192.0.2.7", (), True),
        ("192.0.2.7", ("192.0.2.0/24",), True),
        ("192.0.3.7", ("192.0.2.0/24",), False),
        ("192.0.2.7", ("2001:db8::/32", "192.0.2.7/32"), True),
        ("2001:0db8:0000:0001::/64", ("2001:db8::/48",), True),
        ("2001:0db8:0000:0001::/64", ("2001:db8:0:1::/64",), True),
        ("2001:0db9:0000:0001::/64", ("2001:db8::/32",), False),
        ("unknown", ("0.0.0.0/0",), False),
        ("unknown", (), True),
    ],
)
def test_an_address_is_in_a_list(address: str, networks: tuple[str, ...], within: bool) -> None:
    assert is_within(address, networks) is within


async def _put(browser: Browser, networks: str, address: str = "/finance/addresses") -> str:
    """Set the list through the page; what it said."""
    answer = await browser.submit(await browser.get(address), address, networks=networks)
    return "saved" if answer.status_code == 303 else answer.text


async def test_a_head_names_the_networks_of_the_own_department(site: World) -> None:
    head, officer = await site.browser("head"), await site.browser("officer")
    assert "不是网段" in await _put(head, "10.0.0.0/8\n10.0.0.0/33")
    assert "不是网段" in await _put(head, "127.0.0.0/8\n2001:db8::1/128")
    assert "最多填写50个网段" in await _put(head, "\n".join(f"10.{at}.0.0/16" for at in range(51)))
    # Nobody locks out oneself.
    assert f"您现在的地址 {HERE} 不在其中" in await _put(head, "10.0.0.0/8")
    assert await _put(head, "127.0.0.0/8\r\n\r\n 10.1.2.3/16 \n127.0.0.0/8") == "saved"
    assert await site.value("SELECT networks FROM address_lists") == ["127.0.0.0/8", "10.1.0.0/16"]
    assert (await officer.get("/finance")).status_code == 200
    # An officer and a unit have no such page.
    assert (await officer.get("/finance/addresses")).status_code == 403
    # A session that is used from elsewhere does nothing any more, and no new one begins there.
    await site.value("UPDATE address_lists SET networks = '{10.0.0.0/8}'")
    assert (await officer.get("/finance")).status_code == 403
    assert "不在允许的范围内" in (await officer.get("/account")).text
    refused = await site.stranger().sign_in("officer")
    assert refused.status_code == 403
    assert "不在允许的范围内" in refused.text
    assert ("session:network_refused", f"account:{site.accounts['officer'].account_id}") in await site.audit()
    # Other departments, units and administrators are not concerned.
    for who in ("elsewhere", "handler"):
        assert (await site.stranger().sign_in(who)).status_code == 303
    assert (await (await site.browser(Role.ADMINISTRATOR)).get("/admin")).status_code == 200
    outcome = await sign_in(site.database, "officer", "Wrong-Harbour-57", address="192.0.2.7")
    assert isinstance(outcome, Rejected)
    assert outcome.problem.code == "session.credentials_wrong"


async def test_administrators_have_a_list_of_their_own(site: World) -> None:
    system = await site.browser(Role.ADMINISTRATOR)
    assert (await system.get("/admin/addresses")).status_code == 403
    browser = await site.browser(Role.SECURITY_ADMINISTRATOR)
    assert await _put(browser, "127.0.0.1", "/admin/addresses") == "saved"
    assert [tuple(row) for row in await site.rows("SELECT place, networks FROM address_lists")] == [
        ("admin", ["127.0.0.1/32"])
    ]
    assert await _put(browser, "", "/admin/addresses") == "saved"
    assert await site.value("SELECT networks FROM address_lists") == []


async def test_of_two_who_set_it_at_once_the_second_looks_again(site: World) -> None:
    head = acting_for(site.accounts["head"], address=HERE)

    async def put(there: World, network: str) -> str:
        try:
            async with there.database.system() as connection:
                await set_address_list(connection, [network], revision=0, acting=head)
        except Refusal as refusal:
            return refusal.problems[0].code
        return "saved"

    async with site.beside() as other:
        outcomes = await asyncio.gather(put(site, "127.0.0.0/8"), put(other, "127.0.0.0/16"))
    assert sorted(outcomes) == ["address.stale", "saved"]
    for acting in (ACTING, acting_for(site.accounts["manager"], address=HERE)):
        with pytest.raises(Refusal) as refused:
            await _set_as(site, acting)
        assert refused.value.problems[0].code == "access.denied"


async def _set_as(site: World, acting: Acting) -> None:
    async with site.database.system() as connection:
        await set_address_list(connection, [], revision=1, acting=acting)


async def test_the_machine_itself_lets_everybody_in_again(site: World) -> None:
    await site.value(
        "INSERT INTO address_lists VALUES ('admin', '{10.0.0.0/8}', 1, '某人', now()) RETURNING place"
    )

    async def run(*words: str) -> tuple[int, str]:
        options = ("--database-url", site.url, "--data-dir", str(site.folder))
        done = await asyncio.to_thread(CliRunner().invoke, main, ["access", *words, *options])
        return done.exit_code, done.output

    assert (await run("open", "admin"))[0] == 0
    assert await site.value("SELECT networks FROM address_lists") == []
    assert (await run("open", "admin"))[0] == 1
    assert (await site.stranger().sign_in("officer", PASSWORD)).status_code == 303
