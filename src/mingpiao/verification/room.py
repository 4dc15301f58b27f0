"""What the house needs of verification."""

from mingpiao.catalog.room import CATALOG
from mingpiao.house.model import Purge, Room
from mingpiao.house.opening import DATABASE, MASTER_KEY, NOTICES, SITE, House, Service
from mingpiao.layout.room import DOCUMENTS
from mingpiao.verification.service import VerificationLimits, Verifier
from mingpiao.verification.settings import VerificationSettings


async def _open_verifier(house: House) -> Verifier:
    settings = house.settings(VerificationSettings)
    return Verifier(
        await house.get(DATABASE),
        await house.get(NOTICES),
        await house.get(CATALOG),
        await house.get(DOCUMENTS),
        puzzle_key=(await house.get(MASTER_KEY)).derive("verification puzzles"),
        limits=VerificationLimits(
            wrong_per_bill=settings.wrong_checks_per_bill,
            wrong_per_address=settings.wrong_checks_per_address,
            files_per_minute=settings.checked_files_per_minute,
            batch_lines_per_hour=settings.checked_batch_lines_per_hour,
        ),
        training=(await house.get(SITE)).training,
    )


VERIFIER = Service(name="verifier", open=_open_verifier)

ROOM = Room(
    purges=(
        Purge(
            name="purge_verification_failures",
            cron="17 * * * *",
            label="清理过期的查验失败记录",
            tables={"verification_failures": "day < CAST(:today AS date) - 30"},
        ),
    ),
)
