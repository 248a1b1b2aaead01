# Short names for what bin/gitops does; the logic is there.
.PHONY: preview check render test format schema bench
preview check test schema bench:
	bin/gitops $@
render:
	bin/gitops render --out rendered
format:
	.venv/bin/ruff check --fix . && .venv/bin/ruff format .
