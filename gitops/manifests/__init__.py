"""Builders of Kubernetes manifests, one module per API group: model in, plain objects out."""
