"""All pages of the site: the handlers of each subject, by portal."""

from litestar import Router

from mingpiao.intake import BoundedRequest
from mingpiao.portals.gates import ADMIN_VIEW
from mingpiao.portals.packing import serve_static
from mingpiao.portals.routing import portal_router, refuse_impossible_address
from mingpiao.portals.session import require_department, require_right, require_unit
from mingpiao.portals.subjects import subjects


def create_router() -> Router:
    """Every page of the site, and the files that pages are made of."""
    found = subjects()
    return Router(
        path="/",
        request_class=BoundedRequest,
        guards=[refuse_impossible_address],
        route_handlers=[
            serve_static,
            *(handler for subject in found for handler in subject.anybody),
            portal_router("/unit", [each for subject in found for each in subject.unit], guard=require_unit),
            portal_router(
                "/finance", [each for subject in found for each in subject.finance], guard=require_department
            ),
            portal_router(
                "/admin",
                [each for subject in found for each in subject.admin],
                guard=require_right(ADMIN_VIEW),
            ),
        ],
        include_in_schema=False,
    )
