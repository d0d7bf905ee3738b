"""Take the README's pictures of the sample's page: python tests/benchmarks/picture.py

Needs Chromium and the `test` extra; writes map.png and evidence.png into exports/sample/.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

SAMPLE = Path(__file__).parents[2] / "exports" / "sample"


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        for address, picture in (("", "map.png"), ("#n=method/bert", "evidence.png")):
            page.goto("about:blank")
            page.goto((SAMPLE / "graph.html").as_uri() + address)
            page.wait_for_timeout(2500)  # the map glides to the chosen node
            page.screenshot(path=SAMPLE / picture)
        browser.close()


if __name__ == "__main__":
    main()
