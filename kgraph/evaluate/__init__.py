"""How well extractions agree with annotated papers: `report(evaluate(gold, predicted))`.

Precision, recall and F1 are counted over all papers together.

mention     same field, start, end and type
overlap     same type and field, at least one character in common, matched one to one
entity      a predicted entity counts when it has the type of an annotated one and shares one of
            its mentions exactly; every annotated entity counts once
alias       of the pairs of mentions with different texts that one side puts in one entity, how
            many the other does too
introduced  entities whose role is `introduced`
role        share of the matched entities whose role agrees
relation    head and tail matched to annotated entities, and the same type of relation

Beside them stand the 95% interval of each F1, the reliability of the scores, and the errors by kind.
"""

from kgraph.evaluate.evaluation import Evaluation, evaluate
from kgraph.evaluate.text import report

__all__ = ["Evaluation", "evaluate", "report"]
