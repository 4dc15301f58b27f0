"""What pages may ask of the cube."""

from mingpiao.cube.running import CubeWorker
from mingpiao.cube.store import ask, check_question, get_question, list_questions, stop_question

__all__ = [
    "CubeWorker",
    "ask",
    "check_question",
    "get_question",
    "list_questions",
    "stop_question",
]
