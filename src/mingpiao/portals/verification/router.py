"""The public pages, and the same check for programs."""

from litestar import Router

from mingpiao.portals.rendering import EXCEPTION_HANDLERS
from mingpiao.portals.verification.api import verify_for_programs
from mingpiao.portals.verification.batches import (
    batch_page,
    batch_results,
    batch_template,
    check_batch,
)
from mingpiao.portals.verification.public import (
    check_page,
    download,
    peek,
    verify_by_face,
    verify_by_file,
    verify_by_link,
)


def create_router() -> Router:
    """/ and /verify for people, /api/public/verify for programs. Nobody needs to sign in."""
    pages = Router(
        path="/",
        route_handlers=[
            check_page,
            peek,
            download,
            verify_by_link,
            verify_by_face,
            verify_by_file,
            batch_page,
            batch_template,
            check_batch,
            batch_results,
        ],
        exception_handlers=EXCEPTION_HANDLERS,
    )
    return Router(path="/", route_handlers=[pages, verify_for_programs], include_in_schema=False)
