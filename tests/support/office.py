"""A small province with an open desk, for tests below the web."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from tests.support.province import MASTER, Province

from mingpiao.catalog.service import CatalogStore
from mingpiao.identity.model import interface_app
from mingpiao.issuing.model import Bill, Issued, Outcome, Refused
from mingpiao.issuing.service import Desk
from mingpiao.rules.service import RuleBook
from mingpiao.sealing.service import InlineSigner, PartyStore, Signer
from mingpiao.storage.database import Database
from mingpiao.storage.notices import Notices
from mingpiao.units.service import UnitDirectory

ACTING = interface_app("test", 1, "192.0.2.1")


class Office(msgspec.Struct, frozen=True, kw_only=True):
    """What a test of issuing works with."""

    database: Database
    notices: Notices
    desk: Desk
    province: Province


@asynccontextmanager
async def open_office(url: str, province: Province, signer: Signer | None = None) -> AsyncIterator[Office]:
    """Open a desk on a database with the small province; it signs in this process unless told."""
    database = await Database.open(url)
    notices = Notices(url)
    own_signer = signer or InlineSigner(MASTER)
    desk = Desk(
        database,
        CatalogStore(database, notices),
        UnitDirectory(database, notices),
        PartyStore(database, notices),
        own_signer,
        RuleBook(database, notices),
    )
    try:
        await notices.start()
        desk.start()
        yield Office(database=database, notices=notices, desk=desk, province=province)
    finally:
        await desk.close()
        await notices.close()
        await database.close()


def bill_of(outcome: Outcome) -> Bill:
    """The bill of an outcome that must be one."""
    assert isinstance(outcome, Issued), outcome
    return outcome.bill


def codes_of(outcome: Outcome) -> list[tuple[str, str]]:
    """(code, field) of every problem of a refusal."""
    assert isinstance(outcome, Refused), outcome
    return [(problem.code, problem.field) for problem in outcome.problems]
