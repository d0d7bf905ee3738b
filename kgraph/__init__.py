"""Build knowledge graphs of methods, tasks, datasets and metrics from paper abstracts."""

__version__ = "0.1.0"
