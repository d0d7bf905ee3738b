// How relations read: as headings over a node's neighbours, and as verbs between two nodes.
"use strict";

(() => {
  // [heading from the head, heading from the tail, verb from the head, verb from the tail]
  const PHRASES = {
    introduces: ["Introduces", "Introduced by", "introduces", "is introduced by"],
    uses: ["Uses", "Used by", "uses", "is used by"],
    compares: ["Compares with", "Compared in", "compares with", "is compared in"],
    mentions: ["Mentions", "Mentioned by", "mentions", "is mentioned by"],
    usedFor: ["Used for", "Methods used for it", "is used for", "is done with"],
    evaluatedOn: ["Evaluated on", "Evaluated on it", "is evaluated on", "is the test of"],
    measuredBy: ["Measured by", "What it measures", "is measured by", "measures"],
    comparedWith: ["Compared with", "Compared with", "is compared with", "is compared with"],
    partOf: ["Part of", "Its parts", "is part of", "has the part"],
    isA: ["Is a kind of", "Kinds of it", "is a kind of", "has the kind"],
    benchmarkFor: ["Benchmark for", "Benchmarks", "is a benchmark for", "has the benchmark"],
  };

  const unknown = (relation, out) => `${kgraph.visibleText(relation)} ${out ? "→" : "←"}`;
  const known = (relation) => (Object.hasOwn(PHRASES, relation) ? PHRASES[relation] : null);

  /** The heading over the neighbours of one relation; `out` where the node is the relation's head. */
  const heading = (relation, out) => known(relation)?.[out ? 0 : 1] ?? unknown(relation, out);

  /** The words between a node and its neighbour. */
  const verb = (relation, out) => known(relation)?.[out ? 2 : 3] ?? unknown(relation, out);

  Object.assign(kgraph, { RELATIONS: Object.keys(PHRASES), heading, verb });
})();
