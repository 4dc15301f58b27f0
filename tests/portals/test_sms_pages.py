"""短信记录 for the administrator; outside a demonstration there is no telephone to read codes on."""

from tests.support.world import World, a_world

from mingpiao.delivery.model import SmsTemplate
from mingpiao.delivery.room import SMS
from mingpiao.identity.model import Role

world = a_world()
NOTICE = SmsTemplate(name="test_notice", label="测试提醒", words="{name}，您好。")


async def test_the_administrator_sees_how_messages_ended_and_not_what_they_said(world: World) -> None:
    sms = await world.house.get(SMS)
    async with world.database.system() as connection:
        await sms.send(connection, NOTICE, "13900001234", {"name": "张三"})
    async with await world.browser(Role.ADMINISTRATOR) as browser:
        page = (await browser.get("/admin/sms")).text
        assert all(each in page for each in ("测试提醒", "139****1234", "未送达", "本平台没有接通短信"))
        assert ("13900001234" in page, "张三" in page) == (False, False)
        assert "没有符合条件的短信" in (await browser.get("/admin/sms", state="sent")).text
    async with await world.browser(region="150000") as browser:
        assert (await browser.get("/admin/sms")).status_code == 403
    async with world.stranger() as stranger:
        assert (await stranger.get("/demo/phone")).status_code == 404
