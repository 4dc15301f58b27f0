"""A program of an interface unit: signs its calls as docs/api.md says, with code of its own."""

import hashlib
import hmac
import json
import secrets
from typing import Any

import httpx
import msgspec

from mingpiao.issuing.model import IssueRequest
from mingpiao.kernel.clock import now


def wire(request: IssueRequest, **changes: Any) -> dict[str, Any]:
    """A request as JSON values, with members changed; a change to `...` leaves the member out."""
    body: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(request))
    body |= changes
    return {name: value for name, value in body.items() if value is not ...}


class ApiClient:
    """Calls the interface as one app."""

    def __init__(self, http: httpx.AsyncClient, app_id: str, secret: str) -> None:
        self.http = http
        self.app_id = app_id
        self.secret = secret

    def headers(self, method: str, target: str, body: bytes, **changes: str) -> dict[str, str]:
        """The four headers; `timestamp`, `nonce`, `app_id` or `secret` may be told."""
        timestamp = changes.get("timestamp", str(int(now().timestamp())))
        nonce = changes.get("nonce", secrets.token_hex(16))
        digest = hashlib.new("sm3", body).hexdigest()
        text = "\n".join([method, target, timestamp, nonce, digest])
        secret = changes.get("secret", self.secret)
        return {
            "X-Mingpiao-App": changes.get("app_id", self.app_id),
            "X-Mingpiao-Timestamp": timestamp,
            "X-Mingpiao-Nonce": nonce,
            "X-Mingpiao-Signature": hmac.new(secret.encode(), text.encode(), "sm3").hexdigest(),
        }

    async def send(self, method: str, target: str, body: bytes = b"", **headers: str) -> httpx.Response:
        """A signed call with the very bytes given; further headers win over the signed ones."""
        signed = self.headers(method, target, body)
        if body:
            signed["Content-Type"] = "application/json"
        return await self.http.request(method, target, content=body, headers=signed | headers)

    async def get(self, target: str) -> httpx.Response:
        return await self.send("GET", target)

    async def post(self, target: str, value: Any) -> httpx.Response:
        return await self.send("POST", target, json.dumps(value, ensure_ascii=False).encode())

    async def put(self, target: str, value: Any) -> httpx.Response:
        return await self.send("PUT", target, json.dumps(value, ensure_ascii=False).encode())

    async def issue(self, request: IssueRequest, **changes: Any) -> httpx.Response:
        return await self.post("/api/v1/bills", wire(request, **changes))

    async def reverse(self, bill: dict[str, Any], **changes: Any) -> httpx.Response:
        body = {"reason": "退费", "handler": "张三"} | changes
        return await self.post(f"/api/v1/bills/{bill['code']}/{bill['number']}/reversal", body)


def problem_of(response: httpx.Response) -> tuple[int, str, str]:
    """(status, code, field) of a problem document, whose shape is checked on the way."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    body = response.json()
    assert body["status"] == response.status_code
    assert body["errors"][0] == {
        "code": body["code"],
        "field": body["field"],
        "message": body["detail"],
        **({"facts": body["facts"]} if "facts" in body else {}),
    }
    assert body["detail"].endswith("。")
    return response.status_code, body["code"], body["field"]
