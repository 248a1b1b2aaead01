"""What to do about what an engine, a provider or an API server says."""

import re

_LOST = (
    r"EOF|[Cc]onnection (?:reset|lost)|Remote end closed|[Bb]roken pipe|timed out|timeout|"
    r"context (?:canceled|deadline exceeded)"
)
"""How a request ends of which nobody knows whether it arrived."""
_THERE = r"fully initialize or become live"
"""How the provider says of what it has made or changed that it does not become ready."""
_REMEDIES: tuple[tuple[str, str], ...] = (
    (
        _THERE,
        "It is on cluster {cluster} and in the state, but does not become ready. Look at it there with "
        "kubectl describe and kubectl logs, mend what is wrong, and run gitops up {stack} again",
    ),
    (
        r"no space left on device|disk quota exceeded",
        "The disk with the state is full. Make room there, and run gitops up {stack} again, which finds "
        "out what was done",
    ),
    (
        r"conflicts? with \"(?P<manager>[^\"]*)\"",
        "Another manager, {manager}, has set this field. Either leave the field to it and out of the "
        "model, or stop it from setting it; or take the field over once, with kubectl apply "
        "--server-side --force-conflicts --field-manager=pulumi-kubernetes",
    ),
    (
        r"certificate has expired or is not yet valid",
        "By the clock of this machine the certificate of cluster {cluster} is not valid. Set the clock right "
        "where it is off (date -u); otherwise let the certificate be renewed",
    ),
    (
        r"no matches for kind.*monitoring\.coreos\.com",
        "Cluster {cluster} has no Prometheus operator, which defines this kind and reads it. Install it "
        "there, or take 'alerts' out of Pulumi.{stack}.yaml",
    ),
    (
        r"no matches for kind",
        "The cluster does not know this kind. Install what defines it, or correct the version",
    ),
    (
        r"forbidden",
        "The identity in the kubeconfig may not do this. Grant it, or use another identity",
    ),
    (
        r"Unauthorized|provide credentials|must be logged in|token.*(expired|invalid)",
        "Cluster {cluster} does not accept the token of the kubeconfig: it has expired or was revoked. "
        "Log in to the cluster again, or renew gitops:kubeconfigs.{cluster} where the stack holds it, and "
        "run this again",
    ),
    (
        r"unknown field|not declared in schema",
        "The cluster's version of this kind has no such field. Correct the manifest, or 'kubernetes' "
        "in fleet/clusters.yaml",
    ),
    (
        _LOST,
        "The cluster does not answer any more, and may have done this or not. gitops up {stack} finds "
        "out, as soon as the cluster is back",
    ),
    (
        r"connection refused|cannot be reached|unreachable|no such host",
        "The cluster does not answer. Check the server in the kubeconfig, and the network; --without "
        "{cluster} updates the others",
    ),
    (
        r"is protected|cannot be deleted",
        "What is protected is not deleted by mistake. Where it is meant: gitops stack {stack} --unprotect",
    ),
    (
        r"already exists",
        "It is there and this stack has not made it. Take it over with gitops up {stack} --adopt {object}, "
        "which shows first what changes about it; or delete it there",
    ),
    (
        r"field is immutable",
        "The field cannot change in place. Name the object with --allow-destroy to replace it",
    ),
)


def lost(said: str) -> bool:
    """Tell whether a step that ended with *said*, or with no word at all, may have been carried out."""
    return not said or (re.search(_LOST, said) is not None and not re.search(_THERE, said))


def remedy(said: str, **about: str) -> str:
    """Return what to do where something *said* is wrong; nothing where none knows.

    *about* has the stack, the cluster and the object that it is said of.
    """
    for pattern, text in _REMEDIES:
        if found := re.search(pattern, said):
            return text.format(**about, **found.groupdict())
    return ""
