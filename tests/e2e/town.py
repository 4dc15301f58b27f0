"""What the stories are told about."""

from typing import Any

from tests.support.site import Site

from mingpiao.demo.accounts import DemoAccount
from mingpiao.sealing.service import TrustStore


class Town:
    """The site, who can sign in, the sessions of those who did, whose signatures count, and where a UKey agent is
    looked for.
    """

    def __init__(self, site: Site, accounts: list[DemoAccount], trust: TrustStore, agent_port: int) -> None:
        self.site = site
        self.accounts = {account.login: account for account in accounts}
        self.sessions: dict[str, tuple[float, list[Any]]] = {}
        self.trust = trust
        self.agent_port = agent_port
