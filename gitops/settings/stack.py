"""Stack files: Pulumi's own keys, what others configure, and the environment they declare."""

from typing import Any, cast

from gitops import names
from gitops.model import Environment
from gitops.settings import repository, shapes
from gitops.settings.layers import get
from gitops.settings.reading import Reading
from gitops.settings.repository import encrypted
from gitops.source.document import Document, Path

CONFIG: Path = ("config",)
ENVIRONMENT: Path = (*CONFIG, "gitops:environment")
KUBECONFIGS: Path = (*CONFIG, "gitops:kubeconfigs")
PULUMI_KEYS = ("config", "secretsprovider", "encryptedkey", "encryptionsalt", "environment")
"""Keys at the top of a stack file. Source: https://www.pulumi.com/docs/iac/concepts/config/"""


def environment(reading: Reading, name: str, document: Document) -> Environment | None:
    """Check the keys of a stack file, and return the environment they declare."""
    for key in cast("dict[str, Any]", document.data if isinstance(document.data, dict) else {}):
        if key not in PULUMI_KEYS:
            meant = names.nearest(key, PULUMI_KEYS)
            _unknown(reading, document, (key,), ", ".join(PULUMI_KEYS), meant)
    config = get(document.data, CONFIG)
    if not isinstance(config, dict):
        reading.complain(document, (), "there is no 'config'", "", "Add gitops:environment to it")
        return None
    for key in cast("dict[str, Any]", config):
        if not _known(key):
            ours = ", ".join(f"gitops:{each}" for each in shapes.STACK_KEYS)
            accepted = f"{ours}, and keys of providers such as aws:region"
            meant = names.nearest(key.rpartition(":")[2], shapes.STACK_KEYS)
            _unknown(reading, document, (*CONFIG, key), accepted, meant and f"gitops:{meant}")
    raw = get(document.data, ENVIRONMENT)
    if not isinstance(raw, dict):
        what = "'gitops:environment' is missing or no mapping"
        reading.complain(document, CONFIG, what, "", "Declare the environment there")
        return None
    _kubeconfigs(reading, name, document)
    repository.values(reading, name, document)
    for key in ("apps", "clusters"):
        part = get(document.data, (*CONFIG, f"gitops:{key}"))
        if part is not None:
            reading.checked(key, document, part, (*CONFIG, f"gitops:{key}"))
    data = reading.named(document, ENVIRONMENT, raw, name)
    found = reading.checked("environment", document, data, ENVIRONMENT)
    if names.is_label(name):
        return found
    what, accepted = f"{name!r} is no name of an environment", names.LABEL_ACCEPTED
    reading.complain(document, (), what, accepted, "Rename the file")
    return None


def kubeconfigs(document: Document) -> dict[str, Any]:
    """Return the kubeconfigs in a stack file by cluster; none when they are one value."""
    given = get(document.data, KUBECONFIGS)
    found = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
    return {} if encrypted(found) else found


def _kubeconfigs(reading: Reading, name: str, document: Document) -> None:
    """Refuse kubeconfigs that are not encrypted each by itself; none of them is ever shown."""
    given = get(document.data, KUBECONFIGS)
    command = f"pulumi config set --secret --path gitops:kubeconfigs.%s -s {name} < FILE"
    if (given is not None and not isinstance(given, dict)) or encrypted(given):
        what = "the kubeconfigs are one value instead of one for each cluster (it is not shown)"
        remedy = f"Remove it, and run for each cluster: {command % 'CLUSTER'}"
        reading.complain(document, KUBECONFIGS, what, "an encrypted value by cluster", remedy)
    for cluster, each in kubeconfigs(document).items():
        if not encrypted(each):
            what = "this kubeconfig is not encrypted (it is not shown)"
            remedy = f"Run {command % cluster}; revoke its credentials if it was committed"
            reading.complain(document, (*KUBECONFIGS, cluster), what, "an encrypted value", remedy)


def _known(key: str) -> bool:
    """Tell whether *key* is ours, or has the namespace of a provider, such as ``aws:region``."""
    namespace, _, rest = key.partition(":")
    if rest in shapes.STACK_KEYS and names.nearest(namespace, ["gitops"]):
        return namespace == "gitops"
    return bool(namespace and rest) and namespace != "gitops"


def _unknown(
    reading: Reading, document: Document, path: Path, accepted: str, meant: str | None
) -> None:
    remedy = names.did_you_mean(meant, "Correct or remove it")
    reading.complain(document, path, f"the key {str(path[-1])!r} is unknown", accepted, remedy)
