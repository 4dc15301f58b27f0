"""Measures how many bills a second this machine can merely sign: the upper limit for issuing."""

import subprocess
import sys
import time

from mingpiao.crypto.sm2 import PrivateKey

_SIGNATURES_A_BILL = 2
#: The size of the signed text of a bill with five items, roughly, in bytes.
_TEXT = b"x" * 3300


def seal_ceiling_per_s(processes: int, seconds: float = 3.0) -> float:
    """Bills a second that some processes can sign, with two SM2 signatures each and nothing else."""
    command = [sys.executable, "-P", "-m", "mingpiao.sealing.ceiling", str(seconds)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    return sum(float(process.communicate()[0]) for process in running)


def bills_per_s(seconds: float) -> float:
    """Bills a second that this process can sign on one core."""
    key = PrivateKey.generate()
    bills = 0
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        for _ in range(_SIGNATURES_A_BILL):
            key.sign(_TEXT)
        bills += 1
    return bills / (time.perf_counter() - start)


if __name__ == "__main__":
    print(bills_per_s(float(sys.argv[1])))
