"""Training of the pipeline from annotated records; needs the `train` extra (torch)."""
