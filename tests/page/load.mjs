// The page's scripts in Node: each extends the global `kgraph`, as the page's script elements do.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

// Python says where the package lies, which may be an installed one.
const folder = process.env.KGRAPH_VIEW ?? join(dirname(fileURLToPath(import.meta.url)), "../../kgraph/view");

/** Run these scripts of the page, in this order, and return `kgraph`. */
export function load(...names) {
  for (const name of names) {
    const filename = join(folder, name);
    vm.runInThisContext(readFileSync(filename, "utf8"), { filename });
  }
  return globalThis.kgraph;
}
