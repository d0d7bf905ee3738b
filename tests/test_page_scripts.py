"""The page's scripts in Node: what they compute, without a browser."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from kgraph import resources

TESTS = sorted((Path(__file__).parent / "page").glob("*.test.mjs"))


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.name.removesuffix(".test.mjs"))
def test_the_scripts_pass_their_own_tests(file: Path) -> None:
    node = shutil.which("node")
    if node is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no node on the PATH")
        pytest.skip("node is not on the PATH; the page's scripts were not tested by themselves")
    environment = {**os.environ, "KGRAPH_VIEW": str(resources.VIEW)}
    command = [node, "--test", str(file)]
    run = subprocess.run(command, check=False, env=environment, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
