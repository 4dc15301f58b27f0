"""What the house needs of layout."""

from mingpiao.catalog.room import CATALOG
from mingpiao.house.model import Room
from mingpiao.house.opening import FILES, MASTER_KEY, SITE, House, Service
from mingpiao.layout.documents import Documents
from mingpiao.sealing.room import PARTIES, SIGNER


async def _open_documents(house: House) -> Documents:
    return Documents(
        await house.get(CATALOG),
        await house.get(PARTIES),
        await house.get(SIGNER),
        await house.get(FILES),
        (await house.get(SITE)).url,
        master_key=await house.get(MASTER_KEY),
    )


DOCUMENTS = Service(name="documents", open=_open_documents)

ROOM = Room()
