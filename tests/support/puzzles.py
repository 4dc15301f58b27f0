"""What a person does with the sums that public pages ask."""

from mingpiao.verification.puzzles import in_words


def solved(question: str) -> str:
    """What the sum comes to."""
    left, _, right = question.removesuffix("等于多少？").partition("加")
    words = {in_words(number): number for number in range(10, 100)}
    return str(words[left] + words[right])
