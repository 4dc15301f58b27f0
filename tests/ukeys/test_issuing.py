"""Where a department says so, people of online units issue by UKey alone."""

import pytest
from tests.support.browser import ADDRESS
from tests.support.world import World, a_world
from tests.ukeys.keys import acting, delivered, signed_in

from mingpiao.crypto.sm2 import PrivateKey
from mingpiao.kernel.errors import Refusal
from mingpiao.ukeys.service import set_ukey_policy

pytestmark = pytest.mark.asyncio(loop_scope="module")
site = a_world("peopled", demo=True, scope="module", public_url=ADDRESS)


async def test_issuing_and_reversing_ask_for_a_session_by_ukey(site: World) -> None:
    (bill,) = await site.issue(site.unit, site.unit.request())
    handler, head = await site.browser("handler"), await site.browser("head")
    pages = ("/unit/issue", f"/unit/bills/{bill.code}/{bill.number}/reverse")
    assert (await handler.get(pages[0])).status_code == 303
    shown = await head.get("/finance/ukeys/settings")
    assert "还没有设置过" in shown.text
    assert (await head.submit(shown, "/finance/ukeys/settings", issuing="?")).status_code == 422
    assert (await head.submit(shown, "/finance/ukeys/settings", issuing="yes")).status_code == 303
    # Of two who choose at once the second sees the first one's choice.
    assert "设置已被他人修改" in (await head.submit(shown, "/finance/ukeys/settings", issuing="no")).text
    token = await handler.csrf_token()
    for method, address in (
        ("get", pages[0]),
        ("post", "/unit/issue"),
        ("post", "/unit/issue/confirm"),
        ("post", pages[1]),
    ):
        given = {} if method == "get" else {"data": {"csrf_token": token}}
        answer = await getattr(handler, method)(address, **given)
        assert (answer.status_code, "本地区要求用 UKey 开票" in answer.text) == (403, True), address
    assert (await handler.get("/unit/bills")).status_code == 200
    key = PrivateKey.generate()
    made = await delivered(site, key, "handler")
    by_key = site.stranger()
    assert made.certificate is not None
    await signed_in(by_key, key, made.certificate)
    for address in pages:
        assert (await by_key.get(address)).status_code < 400, address
    # Programs and other regions' choices are not touched.
    assert len(await site.issue(site.unit, site.unit.request(business_no="again"))) == 1
    with pytest.raises(Refusal, match=r"access\.denied"):
        async with site.database.system() as connection:
            await set_ukey_policy(connection, False, revision=1, acting=acting(site, "officer"))
    async with site.database.system() as connection:
        await set_ukey_policy(connection, False, revision=1, acting=acting(site, "head"))
    assert (await handler.get(pages[0])).status_code == 303
