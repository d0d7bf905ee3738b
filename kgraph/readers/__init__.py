"""Reads papers from listing pages and JSON, told apart by their content, plain or compressed by gzip.

A new format is one file with `looks_like` and `read`, and one row in `formats.FORMATS`.
"""

from kgraph.readers.inputs import read_inputs, read_papers
from kgraph.readers.report import Problem, Report

__all__ = ["Problem", "Report", "read_inputs", "read_papers"]
