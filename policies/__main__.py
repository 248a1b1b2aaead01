"""The policy pack: every rule of the core on every Kubernetes object that Pulumi applies."""

import sys
from pathlib import Path

# The pack runs as a program of its own; its rules are those of the repository around it.
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

import pulumi  # noqa: E402
from guard import decode_once, guards  # noqa: E402
from pulumi_policy import PolicyPack  # noqa: E402

decode_once()
PolicyPack(name="gitops", policies=guards(ROOT, pulumi.get_stack()))
