"""The real promtool: it checks rules, and tells which alerts fire for series that a test makes up."""

import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.real.cluster import programs

Series = Mapping[str, str]
"""By series, its values in promtool's notation: ``1x30`` is 31 times 1, ``_`` is no sample."""


@dataclass(frozen=True, kw_only=True)
class Promtool:
    """Rules in a folder, and the program that judges them."""

    folder: Path
    groups: list[Mapping[str, Any]]

    def checked(self) -> str:
        """Return what is wrong with the rules, in promtool's words; nothing where they are right."""
        done = self._run("check", "rules", "--lint=all", "--lint-fatal", str(self._rules()))
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def judged(self, series: Series, expected: Mapping[int, Iterable[Mapping[str, str]]]) -> str:
        """Return nothing where, given *series*, exactly the *expected* alerts fire after each minute.

        Otherwise return what promtool says.
        """
        samples = [
            {
                "expr": 'ALERTS{alertstate="firing"}',
                "eval_time": f"{minute}m",
                "exp_samples": [{"labels": _alert(each), "value": 1} for each in alerts],
            }
            for minute, alerts in expected.items()
        ]
        return self.tested(series, promql_expr_test=samples)

    def tested(self, series: Series, **tests: Any) -> str:
        """Return nothing where *tests*, in promtool's own form, hold given *series*."""
        given = [{"series": name, "values": values} for name, values in series.items()]
        document = {
            "rule_files": [str(self._rules())],
            "evaluation_interval": "1m",
            "tests": [{"interval": "1m", "input_series": given, **tests}],
        }
        file = self.folder / "test.yaml"
        file.write_text(yaml.safe_dump(document))
        done = self._run("test", "rules", str(file))
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def _rules(self) -> Path:
        file = self.folder / "rules.yaml"
        file.write_text(yaml.safe_dump({"groups": self.groups}))
        return file

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(programs("promtool", "prometheus")), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)


def _alert(labels: Mapping[str, str]) -> str:
    every = {"alertstate": "firing", **labels}
    return f"ALERTS{{{', '.join(f'{key}={_quoted(each)}' for key, each in every.items())}}}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
