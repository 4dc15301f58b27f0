"""What the house needs of delivery."""

from mingpiao.delivery.carriers import ConsoleCarrier, HttpAccess, HttpCarrier, PhoneCarrier
from mingpiao.delivery.model import Carrier
from mingpiao.delivery.outbox import FIRST_PAUSE, MOST_TRIES, SEND_JOB, SmsOutbox
from mingpiao.delivery.settings import DeliverySettings
from mingpiao.house.model import Handler, Job, Purge, Room
from mingpiao.house.opening import DATABASE, MASTER_KEY, House, Service


async def _carrier(house: House, settings: DeliverySettings) -> Carrier | None:
    match settings.sms_way:
        case "http":
            carrier = HttpCarrier(
                HttpAccess(
                    url=settings.sms_url,
                    app=settings.sms_app,
                    secret=settings.sms_secret,
                    sign=settings.sms_sign,
                    templates=_named(settings.sms_templates),
                    seconds=settings.sms_seconds,
                )
            )
            house.at_close(carrier.close)
            return carrier
        case "console":
            return ConsoleCarrier(settings.sms_sign)
        case "phone":
            return PhoneCarrier(await house.get(DATABASE), settings.sms_sign)
    return None


def _named(text: str) -> dict[str, str]:
    pairs = (each.partition("=") for each in text.split(",") if "=" in each)
    return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}


async def _open_sms(house: House) -> SmsOutbox:
    settings = house.settings(DeliverySettings)
    carrier = await _carrier(house, settings)
    return SmsOutbox(
        await house.get(DATABASE), await house.get(MASTER_KEY), carrier, receipt_secret=settings.sms_secret
    )


SMS = Service(name="sms", open=_open_sms)


async def _send(house: House) -> Handler:
    return Handler(
        name=SEND_JOB,
        work=(await house.get(SMS)).work,
        at_once=4,
        # One more than the outbox needs: the last of its tries ends the message, and the job with it.
        attempts=MOST_TRIES + 1,
        pause_seconds=FIRST_PAUSE.total_seconds(),
    )


ROOM = Room(
    jobs=(Job(name=SEND_JOB, label="发送短信", open=_send),),
    purges=(
        Purge(
            name="purge_sms",
            cron="11 * * * *",
            label="清理九十天前的短信记录和没有用的短信",
            tables={
                "sms_messages": "queued_at < now() - interval '90 days' "
                "OR (state = 'queued' AND useful_until < now() - interval '1 day')",
                "sms_phone": "arrived_at < now() - interval '2 days'",
            },
        ),
    ),
)
