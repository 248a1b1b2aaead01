"""The stand-in for the provider refuses what the genuine one would: it hides nothing."""

import pytest

from tests.real.lab import Lab, stands_in

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not stands_in(), reason="the genuine plugin is installed"),
]
PAGE = "name: page\nkind: manifests\nteam: shop\npath: raw\n"
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: page}\n"


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (f"{CONFIG}unheard: of\n", 'unknown field "unheard"'),
        (
            "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: page}\n",
            "no matches for kind",
        ),
        (f"{CONFIG}data: [a]\n", "data"),
        (
            "apiVersion: v1\nkind: Service\nmetadata: {name: page}\nspec: {ports: [{port: 99999}]}\n",
            "99999",
        ),
    ],
)
def test_what_the_api_server_refuses_fails(lab: Lab, manifest: str, said: str) -> None:
    (lab.root / "raw").mkdir()
    (lab.root / "raw/page.yaml").write_text(manifest)
    (lab.root / "fleet/apps/page.yaml").write_text(PAGE)

    done = lab("up", "test", "--yes")

    assert done.code == 2
    assert said in done.err


def test_a_field_that_cannot_change_is_a_replacement_that_must_be_named(lab: Lab) -> None:
    (lab.root / "raw").mkdir()
    file = lab.root / "raw/page.yaml"
    file.write_text(f"{CONFIG}immutable: true\ndata: {{a: b}}\n")
    (lab.root / "fleet/apps/page.yaml").write_text(PAGE)
    assert lab("up", "test", "--yes").code == 0
    file.write_text(f"{CONFIG}immutable: true\ndata: {{a: c}}\n")

    refused = lab("up", "test", "--yes")

    assert refused.code == 1
    assert f"--allow-destroy ConfigMap/{lab.space}/page" in refused.err
    allowed = lab("up", "test", "--yes", "--allow-destroy", f"ConfigMap/{lab.space}/page")
    assert allowed.code == 0, allowed.err
    assert lab.different("test") == []
