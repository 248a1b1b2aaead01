"""Types of single values in the files people write: what each accepts, and how it says no.

Every scalar arrives as the text in the file (``source.document``); these types turn it into
a number, a boolean or a checked text, and give editors the matching JSON Schema.
"""

import re
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError, core_schema

from gitops import names
from gitops.source.document import Quoted


def refuse(what: str, accepted: str, remedy: str = "") -> PydanticCustomError:
    """Make the error that ``settings.problems`` turns into a four-part message."""
    context: dict[str, Any] = {"what": what, "accepted": accepted, "remedy": remedy}
    return PydanticCustomError("refused", "{what}", context)


def text(value: Any) -> str:
    """Return *value* when it is text; what YAML 1.1 would misread arrives as it was written."""
    if value is None:
        raise refuse("there is no value", "text", 'Write "" for empty text')
    if not isinstance(value, str):
        raise refuse(f"{shape(value)} stands here", "text")
    return str(value)


def integer(value: Any) -> int:
    """Return the whole number that *value* spells in plain decimal."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, Quoted):
        raise refuse(f"{str(value)!r} is quoted text", "a whole number", "Remove the quotes")
    if not isinstance(value, str) or not re.fullmatch(r"0|-?[1-9][0-9]{0,15}", value):
        raise refuse(f"{shape(value)} is no whole number", "a whole number such as 3")
    return int(value)


def boolean(value: Any) -> bool:
    """Return the boolean that *value* spells: ``true`` or ``false``, and no other word."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Quoted) or value not in {"true", "false"}:
        hint = "Remove the quotes" if value in {"true", "false"} else ""
        raise refuse(f"{shape(value)} is no boolean", "true or false", hint)
    return value == "true"


def shape(value: Any) -> str:
    """Describe *value* for a message: short texts quoted, everything else by its kind."""
    if value is None:
        return "no value"
    if isinstance(value, str):
        return repr(str(value)) if len(value) <= 80 else f"a text of {len(value):,} characters"
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else repr(value)


class Pattern:
    """Text of a given form: what pydantic checks and what editors are told."""

    def __init__(self, pattern: str, accepted: str, limit: int, remedy: str = "") -> None:
        """Accept texts that *pattern* matches whole, of at most *limit* characters."""
        self.compiled, self.accepted = re.compile(pattern), accepted
        self.limit, self.remedy = limit, remedy
        self._fitting: set[str] = set()

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Check before pydantic's own rules do, so that the message is ours."""
        return core_schema.no_info_before_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Tell editors the same."""
        pattern = f"^({self.compiled.pattern})$"
        return {"type": "string", "pattern": pattern, "maxLength": self.limit}

    def check(self, value: Any) -> str:
        """Return *value* when it fits."""
        if isinstance(value, str) and value in self._fitting:
            return str(value)
        found = text(value)
        if len(found) > self.limit:
            what = f"{shape(found)} has {len(found)} characters"
            raise refuse(what, f"at most {self.limit}", self.remedy)
        if self.compiled.fullmatch(found) is None:
            raise refuse(f"{shape(found)} does not fit", self.accepted, self.remedy)
        self._fitting.add(found)
        return found


def _schema(**schema: Any) -> WithJsonSchema:
    return WithJsonSchema(schema)


Text = Annotated[str, BeforeValidator(text), _schema(type=["string", "number", "boolean"])]
"""Any text; unquoted ``on``, ``1e3`` or ``12:30`` arrive exactly as written."""
Int = Annotated[int, BeforeValidator(integer), _schema(type="integer")]
Bool = Annotated[bool, BeforeValidator(boolean), _schema(type="boolean")]
_INT = BeforeValidator(integer)

Count = Annotated[int, Field(ge=0, le=10_000), _INT, _schema(type="integer", minimum=0)]
Positive = Annotated[int, Field(ge=1, le=10_000), _INT, _schema(type="integer", minimum=1)]
Percent = Annotated[int, Field(ge=1, le=100), _INT, _schema(type="integer", minimum=1, maximum=100)]
Seconds = Annotated[
    int, Field(ge=0, le=86_400), _INT, _schema(type="integer", minimum=0, maximum=86_400)
]
UserId = Annotated[
    int,
    Field(ge=1, le=2_147_483_647),
    _INT,
    _schema(type="integer", minimum=1, maximum=2_147_483_647),
]
PortNumber = Annotated[
    int, Field(ge=1, le=65_535), _INT, _schema(type="integer", minimum=1, maximum=65_535)
]

_LABEL = names.LABEL_PATTERN.strip("^$")
_DOMAIN = names.SUBDOMAIN_PATTERN.strip("^$")
Label = Annotated[
    str,
    Pattern(
        _LABEL, f"an RFC 1123 label: {names.LABEL_ACCEPTED}, at most 63 characters", 63, "Rename it"
    ),
]
Domain = Annotated[str, Pattern(_DOMAIN, "a DNS name in lower case, such as shop.example.com", 253)]
Host = Annotated[
    str, Pattern(rf"(\*\.)?{_DOMAIN}", "a DNS name in lower case, such as shop.example.com", 253)
]
PortName = Annotated[
    str,
    Pattern(
        r"(?=[-0-9]*[a-z])[a-z0-9]([a-z0-9]|-(?!-))*(?<!-)",
        "a port name: a-z, 0-9 and single '-', with a letter, at most 15 characters",
        15,
    ),
]
EnvName = Annotated[
    str,
    Pattern(r"[A-Za-z_][A-Za-z0-9_]*", "an environment variable: letters, digits, '_'", 253),
]
Quantity = Annotated[
    str,
    Pattern(
        r"(?=.*[1-9])[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?",
        "a Kubernetes quantity above zero, such as 250m, 1.5 or 256Mi",
        20,
    ),
]
Duration = Annotated[
    str,
    Pattern(
        r"(?=.*[1-9])([0-9]+h)?([0-9]+m)?([0-9]+s)?", "a duration such as 30s, 5m or 1h30m", 20
    ),
]
AbsolutePath = Annotated[
    str,
    Pattern(r"/(?!.*(^|/)\.\.?(/|$))[^\x00-\x1f:]*", "an absolute path without '..' or ':'", 1024),
]
RelativePath = Annotated[
    str,
    Pattern(
        r"(?!.*(^|/)\.\.(/|$))[A-Za-z0-9_.][A-Za-z0-9_./-]*",
        "a path inside the repository: letters, digits, '.', '_', '-' and '/', without '..'",
        255,
        "Move the folder into the repository",
    ),
]
ImageRepository = Annotated[
    str,
    Pattern(
        r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)+",
        "registry/path in lower case, without tag or digest, such as registry.example.com/shop/web",
        255,
        "Name the registry; tag and digest belong in releases/<environment>.yaml",
    ),
]
Registry = Annotated[
    str,
    Pattern(
        r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*",
        "a registry host, or a path in it, in lower case, such as registry.example.com/shop",
        255,
    ),
]
ImageReference = Annotated[
    str,
    Pattern(
        r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)+"
        r"(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}(@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})",
        "registry/path:tag or registry/path@sha256:..., such as registry.example.com/shop/test:1.4.2",
        400,
    ),
]
Tag = Annotated[
    str, Pattern(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", "an image tag, such as 1.4.2", 128)
]
Digest = Annotated[str, Pattern(r"sha256:[0-9a-f]{64}", "sha256: and 64 hexadecimal digits", 71)]
Sha256 = Annotated[str, Pattern(r"[0-9a-f]{64}", "a SHA-256 digest: 64 hexadecimal digits", 64)]
Version = Annotated[
    str,
    Pattern(
        r"v?[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?", "an exact version, such as 1.4.2", 64
    ),
]
KubernetesVersion = Annotated[
    str, Pattern(r"1\.[0-9]{1,2}", "a minor version of Kubernetes, such as 1.34", 5)
]
HttpsUrl = Annotated[
    str,
    Pattern(
        r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/%-]*)?",
        "an https:// URL without credentials",
        512,
        "Put credentials in a Secret",
    ),
]
Source = Annotated[
    str,
    Pattern(
        r"(?!.*/\.\.?(/|$))https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/([A-Za-z0-9._~/%-]|\{(version|file)\})*",
        "an https:// URL without credentials or '..', with {version} and {file}",
        512,
    ),
]
MirrorPlace = Annotated[
    str,
    Pattern(
        r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/%-]*)?"
        r"|(?!.*(^|/)\.\.(/|$))[A-Za-z0-9_.][A-Za-z0-9_./-]*",
        "an https:// URL without credentials, or a folder of the repository",
        512,
    ),
]
GitUrl = Annotated[
    str,
    Pattern(
        r"(https://|ssh://([a-z]+@)?)[A-Za-z0-9.-]+(:[0-9]{1,5})?/[A-Za-z0-9._~/-]+",
        "an https:// or ssh:// URL without credentials",
        512,
        "Put credentials in a Secret",
    ),
]
ChartRepository = Annotated[
    str,
    Pattern(
        r"(https|oci)://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?",
        "an https:// or oci:// URL without credentials",
        512,
    ),
]
Branch = Annotated[
    str,
    Pattern(
        r"(?!.*(\.\.|@\{|//|\.lock(/|$)))[A-Za-z0-9_][A-Za-z0-9._/-]*(?<![./])",
        "a Git branch name",
        200,
    ),
]
Schedule = Annotated[
    str,
    Pattern(
        r"@(yearly|annually|monthly|weekly|daily|midnight|hourly)|([0-9A-Za-z*/,?-]+ ){4}[0-9A-Za-z*/,?-]+",
        "five cron fields such as '15 3 * * *', or @hourly, @daily, @weekly, @monthly, @yearly",
        100,
    ),
]
TimeZone = Annotated[
    str, Pattern(r"[A-Za-z]+(/[A-Za-z0-9_+-]+)*", "an IANA time zone, such as Etc/UTC", 64)
]
Cidr = Annotated[
    str,
    Pattern(
        r"([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}|[0-9a-fA-F:]+/[0-9]{1,3}",
        "an IP block such as 10.0.0.0/8",
        50,
    ),
]
ResourceKind = Annotated[
    str,
    Pattern(
        r"([a-z0-9.-]+/)?[A-Z][A-Za-z0-9]+",
        "group/Kind, such as rbac.authorization.k8s.io/ClusterRole",
        253,
    ),
]
