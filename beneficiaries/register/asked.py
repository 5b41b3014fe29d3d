"""Which rows of a table are asked for, told from a row's number on, so that the others cost next to nothing."""

from collections.abc import Callable, Container, Iterator
from itertools import chain, count, islice, repeat

Asked = Callable[[int], Iterator[bool]]
BLOCK = 1_000  # rows that one of two readers reads in turn
TURNS, FIRST_HAS = 9, 5  # blocks that are dealt out in turn: the second reader starts later and gets fewer


def among(numbers: Container[int]) -> Asked:
    """Asks for the rows with these numbers."""
    return lambda first: map(numbers.__contains__, count(first))


def blocks(turn: int) -> Asked:
    """Asks for the blocks of one of two readers; `turn` is 0 for the first, 1 for the other."""

    def asked(first: int) -> Iterator[bool]:
        dealt = chain.from_iterable(repeat(block % TURNS % 2 == turn, BLOCK) for block in count(first // BLOCK))
        return islice(dealt, first % BLOCK, None)

    return asked
