"""Layouts of the GitOps repository: objects in, ``{path: text}`` out."""
