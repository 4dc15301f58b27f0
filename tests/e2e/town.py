"""What the stories are told about."""

from typing import Any

from tests.support.site import Site

from mingpiao.demo.accounts import DemoAccount
from mingpiao.sealing.service import TrustStore


class Town:
    """The site, who can sign in, the sessions of those who did, and whose signatures count."""

    def __init__(self, site: Site, accounts: list[DemoAccount], trust: TrustStore) -> None:
        self.site = site
        self.accounts = {account.login: account for account in accounts}
        self.sessions: dict[str, list[Any]] = {}
        self.trust = trust
