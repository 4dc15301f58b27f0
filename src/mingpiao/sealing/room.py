"""What the house needs of sealing."""

from mingpiao.house.model import Room
from mingpiao.house.opening import DATABASE, MASTER_KEY, NOTICES, House, Service
from mingpiao.sealing.service import InlineSigner, PartyStore, ProcessSigner, Signer
from mingpiao.sealing.settings import SealingSettings


async def _open_parties(house: House) -> PartyStore:
    return PartyStore(await house.get(DATABASE), await house.get(NOTICES))


async def _open_signer(house: House) -> Signer:
    """Signer processes; with 0 processes in the settings, a signer inside this process."""
    master_key = await house.get(MASTER_KEY)
    settings = house.settings(SealingSettings)
    if settings.signer_processes == 0:
        return InlineSigner(master_key)
    signer = ProcessSigner(
        master_key,
        processes=settings.signer_processes,
        patience=settings.signer_wait_seconds,
        call_seconds=settings.signer_call_seconds,
    )
    await signer.start()
    house.at_close(signer.close)
    return signer


PARTIES = Service(name="parties", open=_open_parties)
SIGNER: Service[Signer] = Service(name="signer", open=_open_signer)

ROOM = Room(
    actions={
        "crl:import": "导入证书吊销列表",
        "signing_key:retire": "停用签章密钥",
        "signing_key:store": "保存签章密钥",
    },
    details={"issuer": "颁发机构", "owner": "所有者", "revoked": "吊销的证书", "serial": "序列号"},
    subjects={"crl": "证书吊销列表", "signing_key": "签章密钥"},
)
