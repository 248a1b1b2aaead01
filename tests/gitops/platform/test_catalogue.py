"""Where programs are published: which files settings need, and that all of them can be pinned."""

import pytest

from gitops.model import ArgoCd, Component, ComponentName, Flux, Installed, Movable, Platform
from gitops.model.platform import FluxController
from gitops.platform import catalogue
from gitops.settings import Loaded

DEFAULTS = {
    ComponentName.ARGO_CD: ArgoCd(),
    ComponentName.FLUX: Flux(),
    ComponentName.ARGO_ROLLOUTS: Movable(),
    ComponentName.SEALED_SECRETS: Movable(),
    ComponentName.EXTERNAL_SECRETS: Movable(),
    ComponentName.KYVERNO: Installed(),
    ComponentName.GATEKEEPER: Installed(),
}


def test_every_program_has_a_place_and_can_be_installed() -> None:
    all_of_them = Platform(
        **{name.value.replace("-", "_"): each for name, each in DEFAULTS.items()}  # pyright: ignore[reportArgumentType]  # by name
    )

    assert set(catalogue.CATALOGUE) == set(ComponentName)
    assert dict(all_of_them.installed()) == DEFAULTS


@pytest.mark.parametrize("name", ComponentName)
def test_the_url_of_a_file_is_exact_and_safe(name: ComponentName) -> None:
    urls = [
        catalogue.url(name, Component(version="v1.2.3"), file)
        for file in catalogue.every_file(name)
    ]

    assert len(set(urls)) == len(urls)
    for url in urls:
        assert url.startswith("https://")
        assert "/v1.2.3/" in url
        assert not set("{}") & set(url)


@pytest.mark.parametrize("name", ComponentName)
def test_what_settings_need_is_among_what_is_pinned(name: ComponentName) -> None:
    every = catalogue.every_file(name)

    assert set(catalogue.files(name, DEFAULTS[name])) <= set(every)


def test_settings_that_need_other_files_need_none_that_is_not_pinned() -> None:
    flux, argo = Flux(controllers=tuple(FluxController)), ArgoCd(high_availability=True)

    for name, settings in ((ComponentName.FLUX, flux), (ComponentName.ARGO_CD, argo)):
        assert set(catalogue.files(name, settings)) <= set(catalogue.every_file(name))


def test_a_controller_of_flux_that_is_not_wanted_is_not_fetched() -> None:
    settings = Flux(controllers=(FluxController.SOURCE,))

    assert catalogue.files(ComponentName.FLUX, settings) == (
        "rbac.yaml",
        "policies.yaml",
        "source-controller.yaml",
    )


def test_only_files_without_a_digest_are_missing() -> None:
    name, settings = ComponentName.ARGO_CD, ArgoCd(high_availability=True)
    plain = Component(version="v1.2.3", sha256={"install.yaml": "0" * 64})

    assert catalogue.unpinned(name, ArgoCd(), plain) == ()
    assert catalogue.unpinned(name, settings, plain) == ("ha/install.yaml",)
    assert catalogue.unpinned(name, settings, None) == ("ha/install.yaml",)


def test_the_sample_fleet_pins_every_file_of_what_it_installs(loaded: Loaded) -> None:
    """So that a setting which needs another file needs no new pin."""
    for stack in loaded.fleet.stacks.values():
        for name, _ in stack.environment.platform.installed():
            pinned = loaded.fleet.component(stack.environment, name).sha256
            assert set(pinned) == set(catalogue.every_file(name))
