"""Words in messages."""


def counted(number: int, noun: str) -> str:
    """Return *number* with *noun*, which takes an ``s`` for all numbers but one."""
    return f"{number:,} {noun}{'s' * (number != 1)}"
