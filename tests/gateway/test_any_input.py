"""No input that fits the OpenAPI document breaks the interface.

Making up the inputs takes seconds as soon as this file is collected: `make test-fast` leaves it out.
"""

import secrets
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.gateway.conftest import Live, begin_write_off
from tests.gateway.test_openapi import DOCUMENT
from tests.support.waiting import PATIENCE_SECONDS

from mingpiao.gateway.authentication import sign
from mingpiao.gateway.months import MONTH
from mingpiao.kernel.clock import now, today
from mingpiao.writeoff.service import month_of, months_after

pytestmark = pytest.mark.whole

# A body that is a file is sent as it is, whatever its type.
schemathesis.serializer.alias("application/pdf", "application/octet-stream")


#: The present month and two that are over; of all months that fit the pattern, nearly none is in force.
_MONTHS = [f"{months_after(month_of(today()), -back):%Y-%m}" for back in range(3)]


def _with_short_lists(value: Any) -> Any:
    """The document with lists of a few items only: long ones take long to make up and show nothing new. Months
    are of `_MONTHS`.
    """
    if isinstance(value, dict):
        if value.get("pattern") == MONTH.schema["pattern"]:
            return {"type": "string", "enum": _MONTHS}
        shorter = {key: _with_short_lists(member) for key, member in value.items()}
        return shorter | ({"maxItems": 3} if isinstance(value.get("maxItems"), int) else {})
    return [_with_short_lists(member) for member in value] if isinstance(value, list) else value


schema = schemathesis.openapi.from_dict(_with_short_lists(DOCUMENT))
SESSION = requests.Session()


def send_signed(case: schemathesis.Case, live: Live) -> requests.Response:
    """Send a generated case, signed as it goes over the wire."""
    prepared = SESSION.prepare_request(
        requests.Request(**case.as_transport_kwargs(base_url=live.address + "/api/v1"))
    )
    body = prepared.body or b""
    data = body.encode() if isinstance(body, str) else body
    timestamp, nonce = str(int(now().timestamp())), secrets.token_hex(16)
    prepared.headers["X-Mingpiao-App"] = live.app_id
    prepared.headers["X-Mingpiao-Timestamp"] = timestamp
    prepared.headers["X-Mingpiao-Nonce"] = nonce
    prepared.headers["X-Mingpiao-Signature"] = sign(
        live.secret, prepared.method or "", prepared.path_url, timestamp, nonce, data
    )
    return SESSION.send(prepared, timeout=PATIENCE_SECONDS)


@pytest.fixture(scope="module", autouse=True)
def _write_off(live: Live) -> None:
    begin_write_off(live)


@schema.parametrize()
@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_nothing_that_fits_the_document_breaks_the_interface(case: schemathesis.Case, live: Live) -> None:
    response = send_signed(case, live)
    assert response.status_code != 401, response.text
    case.validate_response(
        response,
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )
