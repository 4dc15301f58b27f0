"""A demonstration authority, two sealing parties and sealed bills for the tests of layout."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

import pytest
from msgspec.structs import replace
from tests.layout.samples import ISSUED_AT

from mingpiao.crypto.keystore import MasterKey
from mingpiao.layout.model import SealCheck, SealPictures, Stamper, StampRequest
from mingpiao.layout.service import picture_of_seals
from mingpiao.letters.service import FONT_PATH
from mingpiao.sealing.model import (
    Face,
    SealedXml,
    SealingParty,
    SealReport,
    SealTask,
    StampTask,
)
from mingpiao.sealing.pictures import draw_supervisor_seal, draw_unit_seal
from mingpiao.sealing.service import (
    InlineSigner,
    TrustStore,
    make_demonstration_authority,
    make_sealing_key,
    verify_seal_signature,
)


class Province(NamedTuple):
    """All that seals and checks a bill."""

    signer: InlineSigner
    unit: SealingParty
    supervisor: SealingParty
    trust: TrustStore

    def stamp(self, request: StampRequest) -> bytes:
        """The stamper of these two parties."""
        party = self.unit if request.party == "unit" else self.supervisor
        task = StampTask(signature_xml=request.signature_xml, path=request.path, party=party, at=request.at)
        return self.signer.stamp_one(task)

    def seal(self, face: Face) -> bytes:
        """The face as a sealed XML."""
        marked = replace(face, unit_seal=self.unit.mark, supervisor_seal=self.supervisor.mark)
        task = SealTask(face=marked, unit=self.unit, supervisor=self.supervisor)
        (outcome,) = asyncio.run(self.signer.seal([task]))
        assert isinstance(outcome, SealedXml)
        return outcome.xml

    def check(self, signed_value: bytes, signature_xml: bytes, path: str) -> SealReport:
        """The check of a seal against this province's root."""
        return verify_seal_signature(signed_value, signature_xml, path, self.trust.roots)


def make_province() -> Province:
    """A fresh authority with one unit and one department, valid on the day of the samples."""
    master = MasterKey.generate()
    authority = make_demonstration_authority(master, ISSUED_AT, "内蒙古自治区")
    unit = make_sealing_key(
        master,
        authority,
        owner_name="演示市第一人民医院",
        province="内蒙古自治区",
        seal_id="15010000000001",
        seal_name="演示市第一人民医院财务专用章",
        image=draw_unit_seal("演示市第一人民医院", FONT_PATH),
        at=ISSUED_AT,
    )
    supervisor = make_sealing_key(
        master,
        authority,
        owner_name="演示市财政局",
        province="内蒙古自治区",
        seal_id="15010000000002",
        seal_name="财政票据监制章",
        image=draw_supervisor_seal("内蒙古自治区", FONT_PATH),
        at=ISSUED_AT,
    )
    trust = TrustStore([authority.root.certificate], [unit.certificate, supervisor.certificate])
    return Province(InlineSigner(master), unit.party(1), supervisor.party(2), trust)


@pytest.fixture(scope="session")
def province() -> Province:
    return make_province()


@pytest.fixture(scope="session")
def stamper(province: Province) -> Stamper:
    return province.stamp


@pytest.fixture(scope="session")
def check_seal(province: Province) -> SealCheck:
    return province.check


@pytest.fixture(scope="session")
def pictures(province: Province) -> SealPictures:
    return picture_of_seals(province.unit.seal, province.supervisor.seal)


@pytest.fixture(scope="session")
def seal_face(province: Province) -> Callable[[Face], bytes]:
    return province.seal
