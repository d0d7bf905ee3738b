"""The interactive page: one self-contained HTML file that works offline."""

from kgraph.view.page import render_page

__all__ = ["render_page"]
