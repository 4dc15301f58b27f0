"""What an unforeseen error means to the one who asked: come again, or tell somebody."""

import asyncpg
import pytest
from jinja2 import TemplateNotFound
from litestar import Request
from litestar.testing import RequestFactory

from mingpiao.web import problem_of_failure


def file_error(kind: type[OSError]) -> OSError:
    return kind(2, "No such file or directory", "/somewhere/general.json")


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (TemplateNotFound("gone.html"), "service.file_trouble", 500),
        (file_error(FileNotFoundError), "service.file_trouble", 500),
        (file_error(PermissionError), "service.file_trouble", 500),
        (ConnectionRefusedError(111, "Connection refused"), "service.unavailable", 503),
        # The socket of a database that is not running.
        (FileNotFoundError(2, "No such file or directory"), "service.unavailable", 503),
        (asyncpg.CannotConnectNowError("starting up"), "service.unavailable", 503),
        (TimeoutError(), "service.unavailable", 503),
        (ValueError("x"), "internal", 500),
    ],
)
def test_only_an_outage_asks_to_come_again(error: Exception, code: str, status: int) -> None:
    request: Request[object, object, object] = RequestFactory().get("/")
    problem = problem_of_failure(request, error)
    assert (problem.code, problem.status) == (code, status)
    assert ("reference" in problem.facts) is (status == 500)
