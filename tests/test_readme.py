"""The README says what is true: its commands run and print what it shows."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kgraph.query import named_queries

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def examples() -> Iterator[tuple[str, str]]:
    """Yield each (command, output) of the console blocks; a command ends where its quotes are closed."""
    for block in re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.splitlines(keepends=True)
            size = 1
            while _is_open("".join(lines[:size])):
                size += 1
            yield "".join(lines[:size]), "".join(lines[size:])


def _is_open(command: str) -> bool:
    try:
        shlex.split(command)
    except ValueError:
        return True
    return command.endswith("\\\n")


EXAMPLES = list(examples())


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 6


@pytest.mark.parametrize(("command", "output"), EXAMPLES, ids=[f"example {i + 1}" for i in range(len(EXAMPLES))])
def test_an_example_prints_what_the_readme_shows(command: str, output: str) -> None:
    program, *arguments = shlex.split(command.replace("\\\n", ""))
    assert program == "kgraph"
    done = subprocess.run(
        [sys.executable, "-m", "kgraph", *arguments], capture_output=True, cwd=ROOT, check=True, encoding="utf-8"
    )
    assert done.stdout.replace("\r\n", "\n") == output


def test_its_python_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    (code,) = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    assert "BERT" in capsys.readouterr().out


def test_every_file_that_it_points_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_every_named_query_that_it_names_is_there() -> None:
    named = set(re.findall(r"--name ([a-z-]+)", README))
    assert named and named <= {query.name for query in named_queries()}
