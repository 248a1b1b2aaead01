"""What is asked of the network, without one: whose answer is taken, and whose is not."""

import http.client
import io
import ssl
import urllib.error
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gitops.errors import ProgramError
from gitops.model import Component, ComponentName, Mirror
from gitops.platform import fetching, store
from gitops.platform.fetching import Wanted, fetch, read
from tests.fleets import loading
from tests.published import VERSION, another, digest, installing, release, text

CONTENT = text(release())
PLACE = f"raw.githubusercontent.com/argoproj/argo-rollouts/{VERSION}/manifests/install.yaml"
EACH = Wanted(
    name=ComponentName.ARGO_ROLLOUTS,
    component=Component(version=VERSION, sha256={"install.yaml": digest(CONTENT)}),
    file="install.yaml",
)


class Answer(io.BytesIO):
    """What a server says, of which *length* bytes did not arrive."""

    length = 0


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> list[str]:
    """Return the URLs that are asked for; each is answered with the release."""
    del own_cache
    urls: list[str] = []
    answering(monkeypatch, lambda: Answer(CONTENT), urls)
    return urls


def answering(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[], Any], urls: list[str] | None = None
) -> None:
    """Let *answer* answer for every server; *urls* are what they are asked for."""

    def urlopen(url: str, timeout: float) -> Any:
        assert timeout > 0, "nobody waits forever"
        if urls is not None:
            urls.append(url)
        return answer()

    monkeypatch.setattr(fetching.urllib.request, "urlopen", urlopen)


def refusal(mirror: Mirror = Mirror()) -> str:  # noqa: B008  # it is frozen
    with pytest.raises(ProgramError) as caught:
        fetch(EACH, mirror, Path("/nowhere"))
    assert not store.holds(EACH.sha256)
    return str(caught.value)


@pytest.mark.parametrize(
    ("mirror", "url"),
    [
        (None, f"https://{PLACE}"),
        ("https://mirror.corp", f"https://mirror.corp/{PLACE}"),
        ("https://mirror.corp/raw/", f"https://mirror.corp/raw/{PLACE}"),
    ],
)
def test_a_file_comes_from_its_project_or_by_host_and_path_from_a_mirror(
    asked: list[str], mirror: str | None, url: str
) -> None:
    assert fetch(EACH, Mirror(manifests=mirror), Path("/nowhere")) == CONTENT
    assert asked == [url]
    assert store.holds(EACH.sha256)


def test_a_folder_that_is_the_mirror_asks_nobody(asked: list[str], tmp_path: Path) -> None:
    file = tmp_path / "mirror" / PLACE
    file.parent.mkdir(parents=True)
    file.write_bytes(CONTENT)

    found = read(EACH, Mirror(manifests="mirror"), tmp_path)

    assert (found, asked) == ((CONTENT, f"mirror/{PLACE}"), [])


def test_an_answer_that_is_not_what_was_pinned_is_not_kept(
    asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, lambda: Answer(b"<html>Sign in</html>"))

    assert f"https://{PLACE} is not what was pinned: " in refusal()
    assert asked == []


def test_half_an_answer_is_none(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads a number of bytes from a connection that ends early is not told so."""
    half = Answer(CONTENT[:40])
    half.length = len(CONTENT) - 40
    answering(monkeypatch, lambda: half)

    found = refusal()

    assert asked == []
    assert "cannot be fetched: IncompleteRead(40 bytes read, " in found
    with pytest.raises(ProgramError, match="cannot be fetched"):
        read(EACH, Mirror(), Path("/nowhere"))


def test_an_answer_without_end_is_cut_off(
    asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_LARGEST", 1 << 20)
    answering(monkeypatch, lambda: Answer(b"#" * ((1 << 20) + 1)))

    assert refusal().endswith(f"https://{PLACE} has more than 1 MiB.")
    assert asked == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (urllib.error.HTTPError("u", 404, "Not Found", http.client.HTTPMessage(), None),
         "Not Found"),
        (urllib.error.URLError(OSError(101, "Network is unreachable")), "Network is unreachable"),
        (TimeoutError("timed out"), "timed out"),
        (urllib.error.URLError(ssl.SSLCertVerificationError(1, "certificate has expired")),
         "certificate has expired"),
        (http.client.IncompleteRead(b"", 9), "IncompleteRead(0 bytes read, 9 more expected)"),
        (http.client.BadStatusLine("x"), "x"),
        (ConnectionResetError(104, "Connection reset by peer"), "Connection reset by peer"),
    ],
)  # fmt: skip
def test_no_answer_is_told_with_what_why_and_what_to_do(
    asked: list[str], monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def fails() -> Any:
        raise error

    answering(monkeypatch, fails)

    message = refusal()

    assert asked == []
    assert message.startswith(
        f"argo-rollouts {VERSION} (install.yaml): https://{PLACE} cannot be fetched: "
    )
    assert message.partition("cannot be fetched: ")[2].partition(". Try again")[0].endswith(said)
    assert message.endswith(
        "Try again; behind a proxy set HTTPS_PROXY; in a closed network set 'mirror' in "
        "fleet/fleet.yaml."
    )


def test_a_file_that_two_environments_need_is_wanted_once(tmp_path: Path) -> None:
    root = installing(tmp_path)
    another(root, "{argo-rollouts: {}, argo-cd: {}}")
    fleet = loading(root).fleet

    found = fetching.wanted(fleet, fleet.stacks)

    assert [str(each) for each in found] == [
        f"argo-cd {VERSION} (install.yaml)",
        f"argo-rollouts {VERSION} (install.yaml)",
    ]
