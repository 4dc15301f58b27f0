"""What verification refuses, ready-made."""

from datetime import datetime, time, timedelta

from mingpiao.kernel.clock import SHANGHAI
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.verification.puzzles import Puzzle


def limit_reached(moment: datetime) -> Refusal:
    """Too many wrong answers today; `retry_after` is the seconds to midnight in Shanghai."""
    tomorrow = datetime.combine(moment.date() + timedelta(days=1), time.min, SHANGHAI)
    return refuse(
        "verification.limit_reached",
        "超过当日限制查验次数，请明日再查。如急需确认，请扫描票面二维码、上传票据原文件查验，或联系开票单位。",
        status=429,
        retry_after=int((tomorrow - moment).total_seconds()) + 1,
    )


def puzzle_needed(puzzle: Puzzle) -> Refusal:
    """There were many wrong answers: a person solves a small sum first. The facts tell which."""
    return refuse(
        "verification.puzzle_needed",
        f"该票据或本网络今日输错较多，请先回答：{puzzle.question}然后重新查验。也可以扫描票面二维码或上传票据文件查验。",
        field="puzzle_answer",
        status=429,
        **_facts(puzzle),
    )


def puzzle_early(puzzle: Puzzle) -> Refusal:
    """A sum in words was answered before its time; the same answer holds afterwards."""
    return refuse(
        "verification.puzzle_early",
        f"文字题须等一会儿才能提交，请在 {puzzle.wait} 秒后再点一次“查验”，已经填写的内容不用改。",
        field="puzzle_answer",
        status=429,
        retry_after=puzzle.wait,
        **_facts(puzzle),
    )


def _facts(puzzle: Puzzle) -> dict[str, str | int]:
    """`puzzle_picture` is the address (`data:`) of the sum's picture; without one the sum is in `puzzle` and may
    be answered after `puzzle_wait` seconds."""
    return {
        "puzzle": puzzle.question,
        "puzzle_token": puzzle.token,
        "puzzle_picture": puzzle.picture,
        "puzzle_wait": puzzle.wait,
    }


def too_many_files() -> Refusal:
    """More files a minute from one address than are read."""
    return refuse(
        "verification.too_many_files", "上传查验过于频繁，请一分钟后再试。", status=429, retry_after=60
    )


def too_many_downloads() -> Refusal:
    """More documents a minute to one address than are given."""
    return refuse(
        "verification.too_many_downloads", "下载过于频繁，请一分钟后再试。", status=429, retry_after=60
    )


def too_many_lines(moment: datetime) -> Refusal:
    """More lines of batches an hour from one address than are checked; `retry_after` is the seconds to the next."""
    return refuse(
        "verification.too_many_lines",
        "本网络这一小时批量查验的票据过多，请下一个整点以后再试，或先逐张查验。",
        status=429,
        retry_after=3600 - moment.minute * 60 - moment.second,
    )


def batches_busy() -> Refusal:
    """As many batches are under way as this process checks at once."""
    return refuse(
        "verification.batches_busy",
        "正在批量查验的人较多，请过一分钟再试，或先逐张查验。",
        status=503,
        retry_after=60,
    )


def person_needed() -> Refusal:
    """A line of a batch before which a puzzle would have to be solved."""
    return refuse(
        "verification.person_needed",
        "该票据或本网络今日输错较多，这一行没有查验。请用“输入查验”逐张查验并回答问题，或上传票据原文件。",
        status=429,
    )


def no_such_document() -> Refusal:
    """No bill with this code, number and hash, or one whose original is not what was registered."""
    return refuse(
        "verification.no_document",
        "没有可以下载的票据。请重新扫描票面二维码或输入票面信息查验，再从查验结果下载。",
        status=404,
    )


def unavailable() -> Refusal:
    """No answer can be given now: neither that a bill is genuine nor that it is not."""
    return refuse("verification.unavailable", "查验服务繁忙，本次没有得出结果，请稍后再试。", status=503)


def link_malformed() -> Refusal:
    """The scanned text is not the check address of a bill."""
    return refuse(
        "verification.link_malformed",
        "无效的电子票据二维码，未识别到有效电子票据信息。请对准票面左上角的二维码重新扫描，或改用输入查验。",
    )


def file_empty() -> Refusal:
    """A file without a byte."""
    return refuse("verification.file_empty", "文件是空的，请重新选择票据文件。", field="file")


def file_too_large(limit: int) -> Refusal:
    """A file above the limit, in bytes."""
    return refuse(
        "verification.file_too_large",
        f"文件超过 {limit // (1024 * 1024)} MB，不是单张票据的原文件。请重新选择。",
        field="file",
        status=413,
    )


def file_unreadable(reason: str) -> Refusal:
    """Bytes in which no bill can be found."""
    return refuse(
        "verification.file_unreadable",
        f"未识别到有效电子票据信息：{reason}请上传从平台下载的 OFD、PDF 或 XML 原文件。",
        field="file",
    )


def not_a_fiscal_bill(what: str) -> Refusal:
    """A sound file of another kind: told first, before anything is checked in it."""
    return refuse(
        "verification.not_a_fiscal_bill",
        f"这不是财政电子票据（{what}），本平台不查验。税务发票请到国家税务总局发票查验平台查验；"
        "财政电子票据请上传从平台下载的原文件。",
        field="file",
    )
