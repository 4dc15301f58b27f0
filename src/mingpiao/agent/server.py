"""The agent's face to pages: JSON over HTTP on the loopback interface alone (docs/agent.md).

Any page in any browser can reach it, and so can a name that an attacker lets point to 127.0.0.1. So a call must name
the agent by its own address (Host), come from a site that the person has allowed (Origin, which scripts cannot set),
and send JSON, for which browsers ask first. What is signed names that site.
"""

from base64 import b64encode
from collections.abc import Iterable
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import JSONBody
from litestar.types import ASGIApp, Receive, Send

from mingpiao.agent.model import HeldKey, KeyToken
from mingpiao.crypto.challenges import signed_text
from mingpiao.kernel.errors import Problem, Refusal, refuse

DEFAULT_PORT = 17431
HOST = "127.0.0.1"
_MAX_BODY = 4_096
_PREFLIGHT_SECONDS = 600


class SignOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page asks for a signature with a key under a challenge of its site."""

    key_id: str
    pin: str
    challenge: str


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """The signature (DER, base64) over the text for `origin`, and the key's certificate (DER, base64)."""

    signature: str
    certificate: str
    origin: str


class Gate:
    """Lets calls of allowed sites through, and answers browsers that ask first."""

    def __init__(self, app: ASGIApp, *, port: int, origins: Iterable[str]) -> None:
        self._app = app
        self._hosts = frozenset({f"{HOST}:{port}", f"localhost:{port}"})
        self._origins = frozenset(origins)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Refuse, answer the preflight, or pass the call on with the headers that let its page read the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        origin = headers.get(b"origin", "")
        problem = self._problem(headers.get(b"host", ""), origin)
        if problem is not None:
            await _answer(send, problem.status, msgspec.json.encode(_told(problem)), [])
            return
        cors = [(b"access-control-allow-origin", origin.encode()), (b"vary", b"origin")]
        if scope["method"] == "OPTIONS":
            await _answer(send, 204, b"", [*cors, *_preflight(headers)])
            return

        async def send_allowed(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *cors]
            await send(message)

        await self._app(scope, receive, send_allowed)

    def _problem(self, host: str, origin: str) -> Problem | None:
        if host not in self._hosts:
            return _forbidden("agent.host_unknown", "UKey 助手只应答本机地址。")
        if not origin:
            return _forbidden("agent.origin_missing", "UKey 助手只应答网页的请求。")
        if origin not in self._origins:
            message = f"UKey 助手没有允许网站 {origin}，请确认网址后用 --origin 添加。"
            return _forbidden("agent.origin_unknown", message)
        return None


def _forbidden(code: str, message: str) -> Problem:
    return Problem(code=code, message=message, status=403)


def _preflight(headers: dict[bytes, str]) -> list[tuple[bytes, bytes]]:
    answers = [
        (b"access-control-allow-methods", b"GET, POST"),
        (b"access-control-allow-headers", b"content-type"),
        (b"access-control-max-age", str(_PREFLIGHT_SECONDS).encode()),
    ]
    # Private Network Access: a public site may reach this machine, as it is on the list.
    if headers.get(b"access-control-request-private-network") == "true":
        answers.append((b"access-control-allow-private-network", b"true"))
    return answers


async def _answer(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    content = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *content]})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _told(problem: Problem) -> dict[str, Any]:
    facts = {"tries_left": problem.facts["tries_left"]} if "tries_left" in problem.facts else {}
    return {"code": problem.code, "message": problem.message} | facts


@get("/v1/keys", sync_to_thread=True)
def list_keys(state: State) -> list[HeldKey]:
    """The keys that have a certificate."""
    token: KeyToken = state.token
    return [key for key in token.held_keys() if key.certificate]


@post("/v1/sign", status_code=200, sync_to_thread=True)
def sign(request: Request[Any, Any, Any], state: State, data: JSONBody[SignOrder]) -> Signed:
    """Sign for the site that asks, under its challenge."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise refuse("agent.not_json", "请求应为 JSON。", status=415)
    origin = request.headers["origin"]
    text = signed_text(origin, data.challenge)
    if text is None:
        raise refuse("agent.challenge_malformed", "登录口令格式不对，请刷新登录页重试。", status=422)
    token: KeyToken = state.token
    key = next((each for each in token.held_keys() if each.key_id == data.key_id and each.certificate), None)
    if key is None:
        raise refuse("agent.key_unknown", "这台电脑上没有这把密钥，请刷新后重新选择。", status=404)
    signature = token.sign(data.key_id, data.pin, text)
    return Signed(signature=b64encode(signature).decode("ascii"), certificate=key.certificate, origin=origin)


def _refused(_request: Request[Any, Any, Any], refusal: Refusal) -> Response[dict[str, Any]]:
    return Response(_told(refusal.problems[0]), status_code=refusal.status)


def create_agent(token: KeyToken, *, port: int, origins: Iterable[str]) -> ASGIApp:
    """The agent as an ASGI application. `origins` are the sites whose pages may ask (`https://host[:port]`)."""
    allowed = tuple(origins)
    app = Litestar(
        route_handlers=[list_keys, sign],
        state=State({"token": token}),
        exception_handlers={Refusal: _refused},
        request_max_body_size=_MAX_BODY,
        openapi_config=None,
    )
    return Gate(app, port=port, origins=allowed)
