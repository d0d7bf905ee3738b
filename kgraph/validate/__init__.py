"""Checks that a graph is as the ontology, its shapes and its manifest say.

from kgraph.validate.run import validate
from kgraph.validate.text import render

print(render(validate(Path("exports"))))
"""
