"""Take the README's pictures of the sample's page: python tests/benchmarks/picture.py

Needs Chromium and the `test` extra; writes PNG files into exports/sample/.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

SAMPLE = Path(__file__).parents[2] / "exports" / "sample"
#: The pictures' names, the addresses that open what they show, and the theme.
PICTURES = (
    ("map", "", "light"),
    ("evidence", "#n=method/bert", "light"),
    ("neighbourhood", "#n=method/bert&steps=1&colour=topic", "dark"),
    ("path", "#path=method/bert,dataset/imagenet", "light"),
)


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, address, theme in PICTURES:
            page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme=theme)
            page.goto((SAMPLE / "graph.html").as_uri() + address)
            page.wait_for_function("() => document.documentElement.dataset.ready")
            page.wait_for_timeout(1000)  # the map glides to the chosen node
            page.screenshot(path=SAMPLE / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
