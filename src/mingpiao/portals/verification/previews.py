"""Mail and chat programs look at links before people do; that is no check of a bill."""

import re

from mingpiao.portals.session import PageRequest

#: Names under which such programs say who they are. People's own browsers, those within chat programs
#: (MicroMessenger, DingTalk) among them, are not meant.
_PREVIEWERS = re.compile(
    r"bot\b|bot[/-]|spider|crawl|preview|facebookexternalhit|whatsapp/|skypeuri|embedly|pinterest/0"
    r"|bingpreview|google-safety|googleimageproxy|ms-office|microsoft office|outlook|safelinks"
    r"|lark-?url|feishu-?url|url2meta|wechatshareextension|wxwork-?link|qqurl|linkservice|link-?check"
    r"|proofpoint|barracuda|mimecast|urldefense",
    re.IGNORECASE,
)
_PURPOSES = ("sec-purpose", "purpose", "x-purpose", "x-moz")


def is_preview(request: PageRequest) -> bool:
    """Whether a program looks ahead of a person, by its name or because the browser says so."""
    agent = request.headers.get("user-agent", "")
    ahead = any(
        word in request.headers.get(name, "").casefold()
        for name in _PURPOSES
        for word in ("prefetch", "preview", "prerender")
    )
    return ahead or not agent.strip() or _PREVIEWERS.search(agent) is not None
