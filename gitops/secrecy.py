"""What must not be shown: values of Secrets, and values whose key sounds like one."""

from functools import lru_cache
from typing import Any

HIDDEN = "[hidden]"
_WORDS = ("password", "passwd", "passphrase", "secret", "token", "apikey", "credential",
          "credentials", "privatekey", "accesskey")  # fmt: skip
_SEALED = {"Secret": ("data", "stringData"), "SealedSecret": ("spec.encryptedData",)}


@lru_cache(maxsize=4096)
def looks_secret(key: str) -> bool:
    """Tell whether the value of *key* is probably a secret: ``DB_PASSWORD``, ``api-key``."""
    folded = key.casefold().replace("_", "").replace("-", "")
    return folded.endswith(_WORDS)


def hide(kind: str, path: str, key: str, value: Any) -> Any:
    """Return *value*, or a mark in its place; *path* is the field in an object of *kind*."""
    inside = any(
        path == each or path.startswith((f"{each}.", f"{each}[")) for each in _SEALED.get(kind, ())
    )
    return HIDDEN if inside or (looks_secret(key) and isinstance(value, str)) else value
