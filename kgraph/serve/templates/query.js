"use strict";

const { prefixes, things, ontology, examples } = JSON.parse(document.getElementById("data").textContent);
const part = Object.fromEntries(
  ["example", "parameters", "sparql", "run", "stop", "download", "permalink", "message", "answer"].map((id) => [
    id,
    document.getElementById(id),
  ]),
);

// More rows make a browser slow; a download has them all.
const MOST_ROWS = 1000;
const ROWS = {
  CSV: "text/csv",
  TSV: "text/tab-separated-values",
  JSON: "application/sparql-results+json",
  XML: "application/sparql-results+xml",
};
const TRIPLES = {
  Turtle: "text/turtle",
  "N-Triples": "application/n-triples",
  "JSON-LD": "application/ld+json",
  "RDF/XML": "application/rdf+xml",
};
const ENDINGS = {
  CSV: "csv",
  TSV: "tsv",
  JSON: "json",
  XML: "xml",
  Turtle: "ttl",
  "N-Triples": "nt",
  "JSON-LD": "jsonld",
  "RDF/XML": "rdf",
};
const FIRST =
  "SELECT ?method ?label ?papers WHERE {\n  ?method a kg:Method ; rdfs:label ?label ; kg:papers ?papers .\n}" +
  "\nORDER BY DESC(?papers) ?label\nLIMIT 20";

// From the longest namespace on, so that method: comes before kgid:.
const namespaces = Object.entries(prefixes).sort((a, b) => b[1].length - a[1].length);
let running = null;

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function shortened(iri) {
  for (const [prefix, namespace] of namespaces) {
    const local = iri.slice(namespace.length);
    if (iri.startsWith(namespace) && /^\w(?:[\w.-]*[\w-])?$/.test(local)) return `${prefix}:${local}`;
  }
  return iri;
}

// Things of this graph lead to their page here; other addresses only where they are plain web addresses.
function linked(iri) {
  const text = shortened(iri);
  const thing = iri.startsWith(things) && /^[a-z]+\/[\w.-]+$/.test(iri.slice(things.length));
  if (thing) return element("a", text, { href: `/page/${iri.slice(things.length)}`, title: iri });
  if (iri.startsWith(ontology)) {
    return element("a", text, { href: `/ontology#${encodeURIComponent(iri.slice(ontology.length))}`, title: iri });
  }
  if (/^https?:\/\/[^\s]+$/.test(iri)) return element("a", text, { href: iri, rel: "noreferrer nofollow", title: iri });
  return document.createTextNode(text);
}

function isNumber(term) {
  return term?.type === "literal" && /#(integer|decimal|double|float)$/.test(term.datatype ?? "");
}

function cell(term) {
  const made = element("td", undefined, isNumber(term) ? { class: "number" } : {});
  if (term?.type === "uri") made.append(linked(term.value));
  else if (term?.type === "bnode") made.textContent = `_:${term.value}`;
  else if (term?.type === "triple") made.textContent = JSON.stringify(term.value);
  else if (term) {
    made.textContent = term.value;
    if (term["xml:lang"]) made.append(element("span", ` @${term["xml:lang"]}`, { class: "dim" }));
  }
  return made;
}

function table(variables, rows) {
  const made = element("table");
  const head = made.createTHead().insertRow();
  for (const name of variables) {
    const numeric = rows.length > 0 && rows.every((row) => !row[name] || isNumber(row[name]));
    head.append(element("th", name, numeric ? { scope: "col", class: "number" } : { scope: "col" }));
  }
  const body = made.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    line.append(...variables.map((name) => cell(row[name])));
  }
  return made;
}

function say(text, bad = false) {
  part.message.textContent = text;
  part.message.classList.toggle("bad", bad);
}

async function ask(accept, signal) {
  const body = new URLSearchParams({ query: part.sparql.value });
  return fetch("/sparql", { method: "POST", headers: { Accept: accept }, body, signal });
}

function offer(forms) {
  part.download.replaceChildren(element("option", "choose a form", { value: "" }));
  for (const [name, type] of Object.entries(forms)) part.download.append(element("option", name, { value: type }));
}

async function show(response) {
  const type = response.headers.get("Content-Type") ?? "";
  part.answer.replaceChildren();
  if (!response.ok) {
    say(`There is no answer (${response.status}):`, true);
    part.answer.append(element("pre", await response.text(), { class: "bad" }));
    return;
  }
  const seconds = ((performance.now() - running.start) / 1000).toFixed(2);
  if (!type.includes("json")) {
    offer(TRIPLES);
    const text = await response.text();
    part.answer.append(element("pre", text.slice(0, 200000)));
    say(text.length > 200000 ? "The first 200,000 characters; a download has them all" : `Triples, in ${seconds} s`);
    return;
  }
  offer(ROWS);
  const { head, results, boolean } = await response.json();
  if (boolean !== undefined) {
    say(`${boolean ? "Yes" : "No"}, in ${seconds} s`);
    return;
  }
  const rows = results.bindings;
  part.answer.append(table(head.vars, rows.slice(0, MOST_ROWS)));
  const count = `${rows.length.toLocaleString("en")} row${rows.length === 1 ? "" : "s"}`;
  say(
    rows.length > MOST_ROWS
      ? `The first ${MOST_ROWS.toLocaleString("en")} of ${count}; a download has them all`
      : `${rows.length ? count : "No rows"}, in ${seconds} s`,
  );
}

async function run() {
  running?.abort.abort();
  const mine = { abort: new AbortController(), start: performance.now() };
  running = mine;
  part.stop.disabled = false;
  part.answer.setAttribute("aria-busy", "true");
  say("Running");
  try {
    await show(await ask("application/sparql-results+json, text/turtle", mine.abort.signal));
  } catch (error) {
    if (running === mine)
      say(error.name === "AbortError" ? "Stopped" : `The server does not answer: ${error.message}`, true);
  }
  if (running !== mine) return;
  part.stop.disabled = true;
  part.answer.removeAttribute("aria-busy");
}

async function download() {
  const type = part.download.value;
  const name = part.download.selectedOptions[0].textContent;
  part.download.value = "";
  if (!type) return;
  try {
    const response = await ask(type);
    if (!response.ok) return say(await response.text(), true);
    const address = URL.createObjectURL(await response.blob());
    element("a", "", { href: address, download: `answer.${ENDINGS[name]}` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  } catch (error) {
    say(`The server does not answer: ${error.message}`, true);
  }
}

async function fill(example) {
  const values = new URLSearchParams();
  for (const input of part.parameters.querySelectorAll("input")) if (input.value) values.set(input.name, input.value);
  const response = await fetch(`/query/${encodeURIComponent(example.name)}?${values}`);
  if (response.ok) {
    part.sparql.value = await response.text();
    changed();
  } else say(await response.text(), true);
}

function choose() {
  const example = examples.find(({ name }) => name === part.example.value);
  part.parameters.replaceChildren();
  if (!example) return;
  for (const { name, description, value } of example.parameters) {
    const label = element("label", `${name}: ${description} `);
    const input = element("input", undefined, { name, value });
    input.addEventListener("change", () => fill(example));
    label.append(input);
    part.parameters.append(label);
  }
  fill(example);
}

function changed() {
  part.permalink.href = `#query=${encodeURIComponent(part.sparql.value)}`;
}

function fromAddress() {
  const there =
    new URLSearchParams(location.hash.slice(1)).get("query") ?? new URLSearchParams(location.search).get("query");
  if (there === null) return false;
  part.sparql.value = there;
  return true;
}

for (const { name, title } of examples) part.example.append(element("option", title, { value: name }));
offer(ROWS);
part.example.addEventListener("change", choose);
part.run.addEventListener("click", run);
part.stop.addEventListener("click", () => running?.abort.abort());
part.download.addEventListener("change", download);
part.sparql.addEventListener("input", changed);
part.sparql.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    run();
  }
});
window.addEventListener("hashchange", () => {
  if (fromAddress() && part.sparql.value) {
    changed();
    run();
  }
});
const given = fromAddress();
if (!given) part.sparql.value = FIRST;
changed();
if (given) run();
document.documentElement.dataset.ready = "true";
