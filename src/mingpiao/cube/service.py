"""What pages may ask of the cube."""

from mingpiao.cube.running import CubeWorker
from mingpiao.cube.store import ask, get_question, list_questions, stop_question

__all__ = [
    "CubeWorker",
    "ask",
    "get_question",
    "list_questions",
    "stop_question",
]
