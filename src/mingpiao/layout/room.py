"""What the house needs of layout."""

from mingpiao.catalog.room import CATALOG
from mingpiao.house.model import Room
from mingpiao.house.opening import DATABASE, FILES, MASTER_KEY, SITE, House, Service
from mingpiao.layout.designing import FACE_PROPOSAL
from mingpiao.layout.documents import Documents
from mingpiao.layout.model import FaceState
from mingpiao.layout.service import FaceShelf
from mingpiao.sealing.room import PARTIES, SIGNER


async def _open_documents(house: House) -> Documents:
    return Documents(
        await house.get(CATALOG),
        FaceShelf(await house.get(DATABASE)),
        await house.get(PARTIES),
        await house.get(SIGNER),
        await house.get(FILES),
        (await house.get(SITE)).url,
        master_key=await house.get(MASTER_KEY),
    )


DOCUMENTS = Service(name="documents", open=_open_documents)

ROOM = Room(
    proposals=(FACE_PROPOSAL,),
    actions={
        "face:discard": "删除票面草稿",
        "face:export": "导出票面样式",
        "face:preview": "用真实票据预览票面",
        "face:publish": "发布票面样式",
        "face:save": "保存票面草稿",
        "face:start": "新建票面版本",
        "face:submit": "票面送审",
    },
    details={
        "state": "状态",
        "valid_from": "启用日期",
        "version": "版本",
        "reason": "原因",
        "format": "文件格式",
    },
    values={("face", "state"): {each.value: each.label for each in FaceState}},
)
