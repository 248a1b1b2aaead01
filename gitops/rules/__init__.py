"""Policy rules, pure: one object in, complaints out."""

RULES: dict[str, object] = {}
