"""Both signers: order, neighbours, and what happens when signer processes or their parent die."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import uvloop
from tests.support.sealing import ISSUED_AT, make_party, world
from tests.support.waiting import PATIENCE_SECONDS, until, wait_until

from mingpiao.crypto.keystore import MasterKey
from mingpiao.crypto.sm3 import sm3
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.sealing.model import SealedXml, SealingParty, SealOutcome, SealTask, StampTask
from mingpiao.sealing.service import (
    InlineSigner,
    ProcessSigner,
    SignerUnavailable,
    parse_sealed,
    verify_seal_signature,
    verify_xml,
)

pytestmark = pytest.mark.whole

PATH = "/Doc_0/Signs/Sign_0/Signature.xml"


@pytest.fixture
async def pool() -> AsyncIterator[ProcessSigner]:
    async with ProcessSigner(world().master, 2, patience=PATIENCE_SECONDS) as signer:
        yield signer


def stamp_task(party: SealingParty | None = None) -> StampTask:
    return StampTask(signature_xml=b"<ofd:Signature/>", path=PATH, party=party or world().unit, at=ISSUED_AT)


def with_broken_key(task: SealTask) -> SealTask:
    broken = msgspec.structs.replace(task.unit, encrypted_key=task.unit.encrypted_key[:-1] + b"\x00")
    return msgspec.structs.replace(task, unit=broken)


def assert_genuine(tasks: list[SealTask], outcomes: list[SealOutcome]) -> None:
    assert len(outcomes) == len(tasks)
    for task, outcome in zip(tasks, outcomes, strict=True):
        assert isinstance(outcome, SealedXml)
        assert outcome.sm3 == sm3(outcome.xml)
        assert parse_sealed(outcome.xml) == task.face
        assert verify_xml(outcome.xml, world().trust).genuine


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie that nobody waits for counts as running)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(pids: tuple[int, ...]) -> None:
    wait_until(lambda: not any(alive(pid) for pid in pids), "a signer process outlives its parent")


async def test_the_inline_signer_seals_and_stamps() -> None:
    tasks = [world().task(number) for number in range(1, 4)]
    signer = InlineSigner(world().master)
    assert_genuine(tasks, await signer.seal(tasks))
    (stamped,) = await signer.stamp([stamp_task()])
    assert verify_seal_signature(stamped, b"<ofd:Signature/>", PATH, world().trust.roots).valid


@pytest.mark.parametrize("count", [1, 2, 3, 70])
async def test_a_batch_comes_back_whole_and_in_order(pool: ProcessSigner, count: int) -> None:
    tasks = [world().task(number) for number in range(1, count + 1)]
    assert_genuine(tasks, await pool.seal(tasks))


async def test_nothing_to_do(pool: ProcessSigner) -> None:
    assert await pool.seal([]) == []
    assert await pool.stamp([]) == []


async def test_callers_at_the_same_time_get_their_own(pool: ProcessSigner) -> None:
    batches = [[world().task(10 * batch + place) for place in range(3)] for batch in range(20)]
    outcomes = await asyncio.gather(*(pool.seal(batch) for batch in batches))
    for batch, outcome in zip(batches, outcomes, strict=True):
        assert_genuine(batch, outcome)


async def test_a_bad_bill_harms_no_neighbour(pool: ProcessSigner) -> None:
    good = world().task(1)
    tasks = [good, with_broken_key(good), world().task(2, remark="\x00"), world().task(3)]
    for signer in (pool, InlineSigner(world().master)):
        outcomes = await signer.seal(tasks)
        assert_genuine([tasks[0], tasks[3]], [outcomes[0], outcomes[3]])
        assert [outcome.code for outcome in outcomes if isinstance(outcome, Problem)] == [
            "crypto.key_damaged",
            "sealing.face_unwritable",
        ]
        assert isinstance(outcomes[1], Problem)


async def test_a_key_that_is_not_the_certificates_is_refused() -> None:
    other = make_party(world().master, world().authority, 4, "演示中学", "财务专用章（演示）")
    unit = msgspec.structs.replace(world().unit, certificate=other.certificate)
    (outcome,) = await InlineSigner(world().master).seal([msgspec.structs.replace(world().task(), unit=unit)])
    assert isinstance(outcome, Problem)
    assert outcome.code == "sealing.key_mismatch"


async def test_a_wrong_master_key_is_named(pool: ProcessSigner) -> None:
    async with ProcessSigner(MasterKey.generate(), 1) as wrong:
        (outcome,) = await wrong.seal([world().task()])
        assert isinstance(outcome, Problem)
        assert outcome.code == "crypto.master_key_wrong"
        with pytest.raises(Refusal) as refusal:
            await wrong.stamp([stamp_task()])
        assert refusal.value.problems[0].code == "crypto.master_key_wrong"


async def test_stamps_are_the_same_bytes_from_any_signer(pool: ProcessSigner) -> None:
    tasks = [stamp_task(), stamp_task(world().supervisor)]
    stamped = await pool.stamp(tasks)
    assert stamped == await pool.stamp(tasks) == await InlineSigner(world().master).stamp(tasks)
    assert stamped[0] != stamped[1]


async def test_a_killed_process_is_replaced(pool: ProcessSigner) -> None:
    await until(lambda: len(pool.process_ids) == 2)
    killed = pool.process_ids
    # Stopped first, so that they hold their chunks for certain when they die.
    for pid in killed:
        os.kill(pid, signal.SIGSTOP)
    tasks = [world().task(number) for number in range(100)]
    batch = asyncio.create_task(pool.seal(tasks))
    await asyncio.sleep(0.1)
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(SignerUnavailable) as refusal:
        await batch
    assert refusal.value.status == 503
    assert_genuine(tasks[:5], await pool.seal(tasks[:5]))
    wait_until_gone(killed)
    assert not set(killed) & set(pool.process_ids)


async def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    signer = ProcessSigner(world().master, 1, patience=0.5)
    with pytest.raises(SignerUnavailable):
        await signer.seal([world().task()])
    await signer.close()


async def test_a_frozen_process_does_not_hold_callers_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    async with ProcessSigner(world().master, 1, patience=PATIENCE_SECONDS) as signer:
        (frozen,) = signer.process_ids
        os.kill(frozen, signal.SIGSTOP)
        with monkeypatch.context() as short:
            short.setattr(signer, "_patience", 0.5)
            with pytest.raises(SignerUnavailable):
                await signer.seal([world().task()])
        os.kill(frozen, signal.SIGCONT)
        assert_genuine([world().task()], await signer.seal([world().task()]))


async def test_a_frozen_process_is_killed_and_replaced() -> None:
    async with ProcessSigner(world().master, 1, patience=20, call_seconds=0.5) as signer:
        (frozen,) = signer.process_ids
        os.kill(frozen, signal.SIGSTOP)
        with pytest.raises(SignerUnavailable):
            await signer.seal([world().task()])
        assert_genuine([world().task()], await signer.seal([world().task()]))
        assert not alive(frozen)
        assert frozen not in signer.process_ids


async def test_close_leaves_no_process_and_refuses_work() -> None:
    signer = ProcessSigner(world().master, 2)
    await signer.start()
    pids = signer.process_ids
    waiting = [asyncio.create_task(signer.seal([world().task()] * 200)) for _ in range(2)]
    await asyncio.sleep(0.02)
    await signer.close()
    assert pids
    assert not any(alive(pid) for pid in pids)
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(outcome, SignerUnavailable) for outcome in outcomes)
    with pytest.raises(SignerUnavailable):
        await signer.seal([world().task()])


async def test_the_master_key_is_in_no_ones_sight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGPIAO_MASTER_KEY", world().master.hex())
    async with ProcessSigner(world().master, 1) as signer:
        process = Path("/proc") / str(signer.process_ids[0])
        for file in ("cmdline", "environ"):
            assert world().master.hex().encode() not in (process / file).read_bytes()


def test_it_works_on_uvloop() -> None:
    async def work() -> list[SealOutcome]:
        async with ProcessSigner(world().master, 1) as signer:
            return await signer.seal([world().task()])

    assert_genuine([world().task()], uvloop.run(work()))


PARENT = """
import asyncio, sys
from mingpiao.crypto.keystore import MasterKey
from mingpiao.sealing.service import ProcessSigner

async def main():
    signer = ProcessSigner(MasterKey.generate(), 2)
    await signer.start()
    while len(signer.process_ids) < 2:
        await asyncio.sleep(0.01)
    print(*signer.process_ids, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def test_signers_end_when_their_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = tuple(int(pid) for pid in parent.stdout.readline().split())
        assert len(pids) == 2
        parent.kill()
    wait_until_gone(pids)
