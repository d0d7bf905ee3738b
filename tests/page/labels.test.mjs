import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const kgraph = load("data.js", "labels.js");

/** Numbers between 0 and 1, the same at every run. */
function chances() {
  let seed = 1;
  return () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
}

test("no label covers another, and many find room", () => {
  const chance = chances();
  const wanted = Array.from({ length: 400 }, (_, id) => ({
    id,
    x: chance() * 1200,
    y: chance() * 800,
    radius: 2 + chance() * 20,
    width: 20 + chance() * 130,
    height: 14 * (1 + (id % 2)),
    first: id < 40,
  }));
  const boxes = kgraph.placeLabels(wanted).map(({ id, left, top }) => {
    const { x, y, width, height } = wanted[id];
    return [x + left, y + top, x + left + width, y + top + height];
  });
  boxes.forEach((a, i) => {
    for (const b of boxes.slice(i + 1))
      assert.ok(!(a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]), `${a} covers ${b}`);
  });
  assert.ok(boxes.length > 40 && boxes.length < 400, `${boxes.length} placed`);
});

test("a label that stands alone stands below its symbol", () => {
  const [place] = kgraph.placeLabels([{ id: 7, x: 100, y: 100, radius: 5, width: 40, height: 14, first: true }]);
  assert.deepEqual(place, { id: 7, left: -20, top: 8, align: "center" });
});

test("of two nodes in one place the more important keeps the better place", () => {
  const label = (id) => ({ id, x: 0, y: 0, radius: 2, width: 50, height: 14, first: false });
  const places = kgraph.placeLabels([label(0), label(1)]);
  assert.deepEqual(
    places.map(({ id, top }) => [id, Math.sign(top)]),
    [
      [0, 1],
      [1, -1],
    ],
  );
});
