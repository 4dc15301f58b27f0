"""A request is known again by its digest, and digests are stored: what they are today they stay for ever."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mingpiao.issuing.checks import request_digest
from mingpiao.issuing.model import IssueRequest

#: Requests as programs send them, with the digests that release 0.1.0 stored for them. Never edit these.
GOLDEN = json.loads(Path(__file__).with_name("digests.json").read_bytes())


@pytest.mark.parametrize("golden", GOLDEN, ids=[golden["name"] for golden in GOLDEN])
def test_a_stored_digest_is_found_again(golden: dict[str, Any]) -> None:
    request = msgspec.json.decode(json.dumps(golden["request"]), type=IssueRequest)
    assert request_digest(request).hex() == golden["digest"]
