"""Detects mail and chat programs that open a link before a person does; that does not count as a check of a
bill.
"""

import re

from mingpiao.portals.session import PageRequest

#: The names that such programs give in their requests. Browsers of people, also those within chat programs
#: (MicroMessenger, DingTalk), are not among them.
_PREVIEWERS = re.compile(
    r"bot\b|bot[/-]|spider|crawl|preview|facebookexternalhit|whatsapp/|skypeuri|embedly|pinterest/0"
    r"|bingpreview|google-safety|googleimageproxy|ms-office|microsoft office|outlook|safelinks"
    r"|lark-?url|feishu-?url|url2meta|wechatshareextension|wxwork-?link|qqurl|linkservice|link-?check"
    r"|proofpoint|barracuda|mimecast|urldefense",
    re.IGNORECASE,
)
_PURPOSES = ("sec-purpose", "purpose", "x-purpose", "x-moz")


def is_preview(request: PageRequest) -> bool:
    """Whether a program opens the link before a person, by its name or because the browser says so."""
    agent = request.headers.get("user-agent", "")
    ahead = any(
        word in request.headers.get(name, "").casefold()
        for name in _PURPOSES
        for word in ("prefetch", "preview", "prerender")
    )
    return ahead or not agent.strip() or _PREVIEWERS.search(agent) is not None
