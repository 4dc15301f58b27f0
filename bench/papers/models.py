"""What a large model adds to the reader, good, mediocre or lying.

    python -m bench.papers.models [--hands NAME,…] [--locked] [--seed N] [--jobs N]

Reads papers of other hands once, and asks a local server that speaks the chat protocol about each: as a good model,
which finds nine facts of ten; as a mediocre one, which finds half and takes a fifth for something else on the page;
and as a lying one, which points at something else always and says that all is well. Prints what contradicts the
bills, what a hint of the model adds, and what it costs honest bills. Fails if any contradiction comes or goes with
a model, also one of its own: it can add hints and nothing else, and never subtract.
"""

import argparse
import asyncio
import json
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from multiprocessing import get_context
from random import Random
from threading import Thread

import msgspec
from rich.console import Console
from rich.table import Table

from bench.papers.figures import Asked, Order
from bench.papers.measure import draw, facts_of, orders
from bench.papers.values import Bill, Paper, Truth
from mingpiao.evidence.comparison import compare
from mingpiao.evidence.extraction import read_evidence
from mingpiao.evidence.model import Claim, ClaimVerdict, EvidenceReading, Extraction, Usage
from mingpiao.evidence.service import ChatModel, ModelAccess, Understood, model_claims
from mingpiao.kernel.money import in_words
from mingpiao.reading.lines import read_lines
from mingpiao.reading.service import FileUnreadable


class Character(msgspec.Struct, frozen=True, kw_only=True):
    """A model: the shares of facts that it points at rightly, and of those that it takes for something else."""

    name: str
    right: float
    wrong: float
    praises: bool = False


CHARACTERS = (
    Character(name="good", right=0.9, wrong=0.02),
    Character(name="mediocre", right=0.5, wrong=0.2),
    Character(name="lying", right=0.0, wrong=1.0, praises=True),
)
NONE = "none"


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A paper's bills with one model: (wrong fact or "", facts that contradict, whether the model hints) of each."""

    model: str
    bills: tuple[tuple[str, tuple[str, ...], bool], ...]
    pointed: int = 0


# -- a model -------------------------------------------------------------------------------------


def answer(character: Character, shown: str, truth: Truth, random: Random) -> dict[str, object]:
    """What a model of this character says of a text, whose truth it knows, as far as it is of good will."""
    facts = []
    for fact, quotes in _true_quotes(truth, shown).items():
        chance = random.random()
        if chance < character.right:
            facts += [{"fact": fact, "quote": quote} for quote in quotes]
        elif chance < character.right + character.wrong:
            others = [quote for quote in _like(fact, shown) if quote not in quotes]
            facts += [{"fact": fact, "quote": quote} for quote in random.sample(others, min(1, len(others)))]
    praise = [{"quote": shown[:20].strip(), "explanation": "材料真实有效，与票据一致，可以直接开具。"}]
    return {"remarks": praise if character.praises else [], "facts": facts}


def _true_quotes(truth: Truth, shown: str) -> dict[str, list[str]]:
    """How the true facts stand in the text; a fact that is masked or not found in it is left out."""
    wanted = {
        "payer": truth.payers[:1],
        "payee": truth.payees[:1],
        "total": [] if truth.total is None else _written(truth),
        "signed_on": _days(truth),
        "account": truth.accounts[:1],
        "purpose": [truth.purpose],
        "status": [],
    }
    found = {
        fact: [quote for quote in quotes if quote and quote in shown][:1] for fact, quotes in wanted.items()
    }
    return {fact: quotes for fact, quotes in found.items() if quotes}


def _written(truth: Truth) -> list[str]:
    total = truth.total
    assert total is not None  # noqa: S101 - the caller asked
    return [f"{total:,.2f}元", f"{total:,.2f}", f"{total:.2f}", in_words(total), f"{total:,.0f}元"]


def _days(truth: Truth) -> list[str]:
    day = truth.signed_on
    return [] if day is None else [f"{day.year}年{day.month}月{day.day}日", day.isoformat()]


_ALIKE = {
    "payer": r"[\u4e00-\u9fff（）()]{2,20}(?:公司|中心|学院|大学|医院|局|基金会|学校)",
    "payee": r"[\u4e00-\u9fff（）()]{2,20}(?:公司|中心|学院|大学|医院|局|基金会|学校)",
    "total": r"\d[\d,]*\.\d\d元?|\d[\d,]*元",
    "signed_on": r"20\d\d年\d{1,2}月\d{1,2}日",
    "account": r"\d{10,25}",
    "purpose": r"[\u4e00-\u9fff]{4,12}",
    "status": r"[\u4e00-\u9fff]{2,6}",
}


def _like(fact: str, shown: str) -> list[str]:
    """What a careless reader could take for a fact."""
    return sorted({*re.findall(_ALIKE[fact], shown)})


@contextmanager
def serving(say: "list[dict[str, object]]") -> Iterator[str]:
    """The address of a server that gives the answers in `say`, one after the other."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            content = json.dumps(say.pop(0), ensure_ascii=False)
            body = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
            thread.join()


# -- papers --------------------------------------------------------------------------------------


def judge(order: Order) -> list[Judged]:
    """One paper's bills without a model and with each, in the order of `CHARACTERS`."""
    paper = draw(order)
    try:
        reading = read_evidence(read_lines(paper.data, paper.media_type))
    except FileUnreadable:
        reading = EvidenceReading(extraction=Extraction(kind="", pages=()))
    random = Random(f"{order.seed}/{order.layout}")  # noqa: S311 - the same for a seed
    shown = "\n".join(line.text for line in reading.lines)
    said = [answer(each, shown, paper.truth, random) for each in CHARACTERS]
    with serving(said) as address:
        model = ChatModel(ModelAccess(url=address, key="", name="local", seconds=30))
        added = asyncio.run(_ask(model, reading, len(CHARACTERS)))
    names = (NONE, *(each.name for each in CHARACTERS))
    return [
        _judged(name, paper, reading.extraction, each)
        for name, each in zip(names, (Understood(), *added), strict=True)
    ]


async def _ask(model: ChatModel, reading: EvidenceReading, times: int) -> list[Understood]:
    return [await model.understand(reading) for _ in range(times)]


def _judged(name: str, paper: Paper, read: Extraction, added: Understood) -> Judged:
    says = msgspec.structs.replace(read, remarks=added.remarks, pointed=added.pointed)
    return Judged(
        model=name, bills=tuple(held_against(bill, says) for bill in paper.bills), pointed=len(added.pointed)
    )


def held_against(bill: Bill, says: Extraction) -> tuple[str, tuple[str, ...], bool]:
    """A bill as `Judged` has it, held against what was read and what a model added to it."""
    facts, files = facts_of(bill), {"paper": says}
    usage = {"paper": Usage(amount=bill.used, bills=1)} if bill.used else {}
    claims = compare(facts, files, usage)
    hints = model_claims(facts, files, claims)
    return bill.wrong, _contradicting((*claims, *hints)), any(map(_is_of_a_fact, hints))


def _is_of_a_fact(claim: Claim) -> bool:
    """Whether a model's claim sets a fact against the bill, and is no remark of its own."""
    return claim.source == "model" and claim.expected != ""


def _contradicting(claims: Sequence[Claim]) -> tuple[str, ...]:
    return tuple(claim.name for claim in claims if claim.verdict is ClaimVerdict.CONTRADICT)


# -- figures -------------------------------------------------------------------------------------


def table_of(results: Sequence[Judged]) -> Table:
    """One row a model."""
    table = Table(
        "model", "facts pointed at", "wrong bills: contradicted", "or hinted at by the model",
        "honest bills: false alarms", "hinted at by the model",
    )  # fmt: skip
    for name in (NONE, *(each.name for each in CHARACTERS)):
        bills = [bill for result in results if result.model == name for bill in result.bills]
        wrong, honest = [b for b in bills if b[0]], [b for b in bills if not b[0]]
        table.add_row(
            name,
            str(sum(result.pointed for result in results if result.model == name)),
            _share(sum(bool(found) for _, found, _ in wrong), len(wrong)),
            _share(sum(bool(found or hint) for _, found, hint in wrong), len(wrong)),
            _share(sum(bool(found) for _, found, _ in honest), len(honest)),
            _share(sum(hint for _, _, hint in honest), len(honest)),
        )
    return table


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"


def unlike(results: Sequence[Judged]) -> list[str]:
    """Models with which another set of facts contradicts than without: there must be none."""
    contradicted = {
        name: [found for result in results if result.model == name for _, found, _ in result.bills]
        for name in (NONE, *(each.name for each in CHARACTERS))
    }
    return [name for name, found in contradicted.items() if found != contradicted[NONE]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.papers.models", description=__doc__)
    parser.add_argument("--hands", default="", help="only these, separated by commas")
    parser.add_argument("--locked", action="store_true", help="the locked hands instead of the open ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    hands = tuple(filter(None, given.hands.split(",")))
    asked = orders(Asked(hands=hands, locked=given.locked, family="", seed=given.seed))
    console = Console(width=150)
    results: list[Judged] = []
    with (
        ProcessPoolExecutor(given.jobs, mp_context=get_context("spawn")) as pool,
        console.status("") as status,
    ):
        for number, judged in enumerate(pool.map(judge, asked), start=1):
            results += judged
            status.update(f"{number} of {len(asked)}")
    console.print(table_of(results))
    if changed := unlike(results):
        raise SystemExit(f"a model changed what contradicts: {', '.join(changed)}")


if __name__ == "__main__":
    main()
