"""The spaCy pipeline that finds mentions, entities, roles and relations in a title and abstract.

spaCy imports the component modules of every installed package when it looks a factory up, so the
modules here import nothing heavier than spaCy and numpy; onnxruntime waits for the first text.
"""
