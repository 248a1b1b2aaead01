"""Numbers with their nouns."""

import pytest

from gitops.words import counted


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 objects"), (1, "1 object"), (2, "2 objects"), (1000, "1,000 objects")],
)
def test_one_is_one_and_all_else_is_many(number: int, said: str) -> None:
    assert counted(number, "object") == said
