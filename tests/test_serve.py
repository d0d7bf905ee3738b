"""What `kgraph serve` answers: the protocol, the things, the files; asked over HTTP."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from serving import NAME, SAMPLE, TITLE, Served, hostile_folder, serving

from kgraph.explain import REASONS
from kgraph.fingerprint import file_hash
from kgraph.graph import read_graph
from kgraph.identifiers import ID_BASE, ONTOLOGY_BASE
from kgraph.query import open_store, run_query

KG = Namespace(ONTOLOGY_BASE)
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
VOID = Namespace("http://rdfs.org/ns/void#")
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PARSERS = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/ld+json": "json-ld",
    "application/rdf+xml": "xml",
}
# Line ends, quotes, tags and tabs within a value, which are not those of the form.
AWKWARD = r"""("a\nb\"c\r\n<result>\t}},{\"d" AS ?y)"""
TRIPLES = str(len((SAMPLE / "graph.nt").read_bytes().splitlines()))
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving(SAMPLE, "--limit", "2000") as served:
        yield served


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(hostile_folder(tmp_path_factory.mktemp("graph"))) as served:
        yield served


# The query operation


def test_a_query_is_taken_in_each_way_of_the_protocol(server: Served) -> None:
    ask = "ASK { method:bert a kg:Method }"
    answers = [
        server.query(ask),
        server.post(urlencode({"query": ask}), FORM),
        server.post(urlencode({"query": ask}), f"{FORM}; charset=UTF-8"),
        server.post(ask, QUERY),
        server.post("ASK { ?x rdfs:label 'Łukasz' }", QUERY),
    ]
    assert [(reply.status, reply.media) for reply in answers] == [(200, "application/sparql-results+json")] * 5
    assert [json.loads(reply.body)["boolean"] for reply in answers] == [True, True, True, True, False]


def test_rows_are_the_same_in_every_form(server: Served) -> None:
    select = "SELECT ?label ?papers { ?m a kg:Method ; rdfs:label ?label ; kg:papers ?papers } ORDER BY ?m"
    expected = [
        (data["label"], str(data["papers"]))
        for _, data in sorted(read_graph(SAMPLE).nodes(data=True))
        if data["kind"] == "Method"
    ]
    in_json = json.loads(server.query(select, "application/sparql-results+json").body)
    in_csv = server.query(select, "text/csv")
    in_tsv = server.query(select, "text/tab-separated-values")
    in_xml = server.query(select, "application/sparql-results+xml")
    assert [(r["label"]["value"], r["papers"]["value"]) for r in in_json["results"]["bindings"]] == expected
    assert [tuple(row) for row in csv.reader(io.StringIO(in_csv.text, newline=""))][1:] == expected
    assert [tuple(line.split("\t")) for line in in_tsv.text.splitlines()][1:] == [(f'"{a}"', n) for a, n in expected]
    assert in_xml.text.count("<result>") == len(expected)
    assert in_csv.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert {reply.headers["Vary"] for reply in (in_csv, in_tsv, in_xml)} == {"Accept"}


@pytest.mark.parametrize("media", PARSERS)
def test_triples_are_the_same_in_every_form(server: Served, media: str) -> None:
    reply = server.query("CONSTRUCT WHERE { ?c kg:subject method:bert ; kg:predicate ?p ; kg:object ?o }", media)
    assert (reply.status, reply.media) == (200, media)
    found = Graph().parse(data=reply.body, format=PARSERS[media])
    graph = read_graph(SAMPLE)
    assert sorted(found.objects(predicate=KG.object)) == sorted(
        URIRef(ID_BASE + target) for _, target in graph.out_edges("method/bert")
    )


def test_a_form_that_does_not_fit_the_kind_of_query_is_not_acceptable(server: Served) -> None:
    for query, accept, offered in (
        ("ASK {}", "text/turtle", "application/sparql-results+json"),
        ("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1", "text/csv", "text/turtle"),
    ):
        reply = server.query(query, accept)
        assert (reply.status, reply.media) == (406, "text/plain")
        assert offered in reply.text
        assert reply.headers["Vary"] == "Accept"


def test_ask_has_all_forms_too(server: Served) -> None:
    bodies = [server.query("ASK {}", media).text for media in ("text/csv", "text/tab-separated-values", "text/xml")]
    assert bodies[:2] == ["true", "true"]
    assert "<boolean>true</boolean>" in bodies[2]


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/sparql?query=", 400, "the query is empty"),
        ("/sparql?other=1", 400, "expected one parameter `query`, not none"),
        ("/sparql?query=ASK%7B%7D&query=ASK%7B%7D", 400, "expected one parameter `query`, not 2"),
        ("/sparql?query=ASK%7B%FF%7D", 400, "the parameters cannot be read: 'utf-8' codec can't decode"),
        ("/sparql?query=SELCT+*+%7B%7D", 400, "line 1, column 1: not valid SPARQL from here; did you mean SELECT?"),
        ("/sparql?query=ASK%7B%7D&default-graph-uri=http%3A%2F%2Fa%2F", 400, "this endpoint has one graph"),
        ("/sparql?query=ASK%7B%7D&named-graph-uri=http%3A%2F%2Fa%2F", 400, "leave out default-graph-uri and"),
        ("/sparql?update=CLEAR+ALL", 403, "this endpoint only answers queries"),
        ("/sparql?query=CLEAR+ALL", 400, "CLEAR is an update; queries only read the graph"),
        ("/sparql?query=ASK%7BSERVICE+%3Chttp%3A%2F%2Flocalhost%2F%3E%7B%7D%7D", 400, "SERVICE would ask another"),
        ("/sparql?query=SELECT*%7B%3Fs+%3Fp+%3Fo%7D", 400, "the answer has more than 2,000 rows"),
        ("/sparql?query=CONSTRUCT+WHERE%7B%3Fs+%3Fp+%3Fo%7D", 400, "the answer has more than 2,000 triples"),
        ("/sparql?query=" + "a" * 140_000, 414, "the address is longer than 131,072 bytes"),
        ("/sparql?" + "&".join("a=1" for _ in range(200)), 400, "the parameters cannot be read"),
    ],
)
def test_what_cannot_be_answered_is_said_in_plain_text(server: Served, path: str, status: int, says: str) -> None:
    reply = server.get(path, "application/sparql-results+json, text/turtle;q=0.5")
    assert (reply.status, reply.media) == (status, "text/plain")
    assert says in reply.text


@pytest.mark.parametrize(
    ("body", "media", "status", "says"),
    [
        ("", FORM, 400, "expected one parameter `query`, not none"),
        ("query=ASK%7B%7D&query=ASK%7B%7D", FORM, 400, "not 2"),
        ("update=CLEAR+ALL", FORM, 403, "this endpoint only answers queries"),
        ("CLEAR ALL", "application/sparql-update", 403, "this endpoint only answers queries"),
        ("CLEAR ALL", QUERY, 400, "CLEAR is an update"),
        ("ASK {}", "application/json", 415, "a query is sent as application/x-www-form-urlencoded or"),
        ("ASK {}", "multipart/form-data; boundary=a", 415, "not multipart/form-data"),
        (b"ASK {\xff}", QUERY, 400, "the body is not UTF-8"),
        ("query=ASK%7B%7D&default-graph-uri=http://a/", FORM, 400, "this endpoint has one graph"),
        ("ASK {} #" + "a" * (1 << 20), QUERY, 413, "the body is larger than 1,048,576 bytes"),
        ("query=ASK%7B%7D&a=" + "a" * (3 << 20), FORM, 413, "the body is larger than 1,048,576 bytes"),
    ],
)
def test_a_body_that_cannot_be_taken_is_refused(
    server: Served, body: str | bytes, media: str, status: int, says: str
) -> None:
    reply = server.post(body, media)
    assert (reply.status, reply.media) == (status, "text/plain")
    assert says in reply.text


def test_a_body_as_large_as_the_limit_is_taken(server: Served) -> None:
    query = "ASK {} #"
    assert server.post(query + "a" * ((1 << 20) - len(query)), QUERY).status == 200
    assert server.post(b"ASK {}", QUERY, Content_Encoding="gzip").status == 415


def test_the_most_rows_are_given_and_one_more_is_refused_in_every_form(server: Served) -> None:
    for media in ("text/csv", "text/tab-separated-values", "application/json", "text/xml"):
        for number, status in ((2000, 200), (2001, 400)):
            reply = server.query(f"SELECT ?x {AWKWARD} {{ ?x ?p ?o }} LIMIT {number}", media)
            assert reply.status == status


def test_head_has_the_headers_alone(server: Served) -> None:
    for path in ("/sparql?query=ASK%7B%7D", "/graph.ttl", "/page/method/bert", "/"):
        got, head = server.get(path), server.get(path, method="HEAD")
        assert (head.status, head.body) == (200, b"")
        assert head.headers["Content-Length"] == got.headers["Content-Length"] == str(len(got.body))
        assert head.headers["Content-Type"] == got.headers["Content-Type"]


def test_other_methods_are_not_allowed_and_told_which_are(server: Served) -> None:
    for method in ("PUT", "DELETE", "PATCH", "NONSENSE"):
        reply = server.get("/sparql?query=ASK%7B%7D", method=method)
        assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD, POST, OPTIONS")
    for path in ("/", "/graph.ttl", "/id/method/bert", "/query", "/ontology"):
        reply = server.get(path, method="POST", data=b"")
        assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_other_sites_may_ask(server: Served) -> None:
    asked = {"Origin": "https://example.org", "Access_Control_Request_Headers": "content-type"}
    reply = server.get("/sparql", method="OPTIONS", Access_Control_Request_Method="POST", **asked)
    assert reply.status == 204
    assert reply.headers["Access-Control-Allow-Methods"] == "GET, HEAD, POST, OPTIONS"
    assert "Content-Type" in reply.headers["Access-Control-Allow-Headers"]
    for path in ("/sparql?query=ASK%7B%7D", "/sparql?query=nonsense", "/id/method/bert", "/graph.ttl", "/nothing"):
        assert server.get(path).headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in server.get(path).headers


# What the endpoint says of itself


@pytest.mark.parametrize("media", PARSERS)
def test_the_service_description_counts_what_is_there(server: Served, media: str) -> None:
    found = Graph().parse(data=server.get("/sparql", media).body, format=PARSERS[media])
    service = URIRef(server.sparql)
    graph = found.value(found.value(service, SD.defaultDataset), SD.defaultGraph)
    assert found.value(service, SD.endpoint) == service
    assert (service, SD.supportedLanguage, SD.SPARQL11Query) in found
    counted = {(p, o) for p, o in found.predicate_objects(graph) if p.startswith(VOID) and isinstance(o, Literal)}
    dump = Graph().parse(SAMPLE / "void.ttl", publicID="http://dump/")
    (described,) = dump.subjects(RDF.type, VOID.Dataset)
    assert counted == {
        (p, o) for p, o in dump.predicate_objects(described) if p.startswith(VOID) and isinstance(o, Literal)
    }
    for part, name, number in (
        (VOID.classPartition, VOID["class"], VOID.entities),
        (VOID.propertyPartition, VOID.property, VOID.triples),
    ):
        ours, theirs = (
            {(g.value(p, name), g.value(p, number)) for p in g.objects(of, part)}
            for g, of in ((found, graph), (dump, described))
        )
        assert ours == theirs
        assert len(ours) > 5


def test_without_a_query_a_browser_gets_the_form_and_others_the_description(server: Served) -> None:
    assert "<textarea" in server.get("/sparql", BROWSER).text
    assert "<textarea" in server.query("ASK {}", BROWSER).text
    assert server.get("/sparql", "*/*").media == "text/turtle"
    assert server.get("/sparql", "image/png").status == 406


# Things


def test_an_iri_leads_to_the_form_that_the_client_likes(server: Served) -> None:
    for accept, location in (
        (BROWSER, "/page/method/bert"),
        ("text/turtle", "/data/method/bert.ttl"),
        ("application/ld+json, text/turtle;q=0.5", "/data/method/bert.jsonld"),
        ("application/rdf+xml", "/data/method/bert.rdf"),
        ("application/n-triples;q=0.3, text/html;q=0.2", "/data/method/bert.nt"),
    ):
        reply = server.get("/id/method/bert", accept)
        assert (reply.status, reply.headers["Location"], reply.headers["Vary"]) == (303, location, "Accept")
    assert server.get("/id/method/bert", "image/png").status == 406


def test_every_form_of_a_thing_says_the_same(server: Served) -> None:
    graphs = [
        Graph().parse(data=server.get(f"/data/method/bert.{end}").body, format=form)
        for end, form in (("ttl", "turtle"), ("nt", "nt"), ("jsonld", "json-ld"), ("rdf", "xml"))
    ]
    assert all(isomorphic(graphs[0], graph) for graph in graphs[1:])
    bert = URIRef(f"{ID_BASE}method/bert")
    assert (bert, RDF.type, KG.Method) in graphs[0]
    assert (URIRef(f"{ID_BASE}paper/1810.04805"), KG.introduces, bert) in graphs[0]


def test_everything_in_the_graph_has_a_page_and_all_links_on_it_lead_somewhere(server: Served) -> None:
    rows = run_query(open_store(SAMPLE), "SELECT ?c (SAMPLE(?s) AS ?x) { ?s a ?c } GROUP BY ?c ORDER BY ?c").rows()
    kinds = {c.value: x.value.removeprefix(ID_BASE) for c, x in rows if x.value.startswith(ID_BASE)}
    assert len(kinds) >= 9
    links: set[str] = set()
    for key in [*kinds.values(), "method/bert", "paper/1706.03762"]:
        page = server.get(f"/page/{key}", BROWSER)
        assert (page.status, page.media) == (200, "text/html")
        links |= set(re.findall(r'href="(/[^"#]*)', page.text))
    assert len(links) > 50
    assert {path: server.get(path).status for path in sorted(links) if server.get(path).status != 200} == {}


def test_the_page_of_a_concept_says_why_and_who_says_so(server: Served) -> None:
    page = server.get("/page/method/bert").text
    assert "The same name but for letter case" in page
    assert "BERT is evaluated on eleven tasks, including GLUE" in page
    assert 'href="/page/dataset/glue"' in page
    assert 'href="/page/paper/1810.04805"' in page
    assert 'href="/#n=method/bert"' in page


@pytest.mark.parametrize(
    "path",
    ["/id/method/nothing", "/page/method/nothing", "/data/method/nothing.ttl", "/data/method/bert.pdf",
     "/id/thing/bert", "/page/method/", "/nothing"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(server: Served, path: str) -> None:
    for method in ("GET", "HEAD"):
        assert server.get(path, method=method).status == 404


def test_the_terms_of_the_ontology_resolve(server: Served) -> None:
    page = server.get("/ontology", BROWSER)
    assert 'id="usedFor"' in page.text and page.media == "text/html"
    found = Graph().parse(data=server.get("/ontology", "text/turtle").body, format="turtle")
    assert len(set(found.subjects())) == len(set(found.subjects(RDF.type, None))) > 30


# Files


def test_the_files_of_the_graph_are_served_as_they_are(server: Served) -> None:
    for name, media in (
        ("graph.ttl", "text/turtle"),
        ("graph.nt", "application/n-triples"),
        ("graph.jsonld", "application/ld+json"),
        ("graph.html", "text/html"),
    ):
        reply = server.get(f"/{name}")
        assert (reply.status, reply.media, reply.body) == (200, media, (SAMPLE / name).read_bytes())
        assert server.get(f"/{name}", If_None_Match=reply.headers["ETag"]).status == 304
    assert server.get("/").body == (SAMPLE / "graph.html").read_bytes()


@pytest.mark.parametrize(
    "path",
    ["/manifest.json", "/papers.jsonl", "/graph.json", "/../pyproject.toml", "/%2e%2e/pyproject.toml",
     "/..%2fpyproject.toml", "//etc/passwd", "/graph.ttl/../manifest.json", "/page/paper/..%2f..%2fmanifest.json",
     "/data/method/../../manifest.json", "/data/paper/../manifest.json.ttl", "/id/method/%00", "/graphxttl",
     "/static/page.css", "/.git/config", "/pages/query.js"],
)  # fmt: skip
def test_nothing_else_of_the_disk_can_be_reached(server: Served, path: str) -> None:
    reply = server.raw(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert reply.startswith(b"HTTP/1.1 404 ")


def test_a_graph_that_was_changed_or_is_none_is_not_served(tmp_path: Path) -> None:
    folder = hostile_folder(tmp_path / "graph")
    with (folder / "graph.ttl").open("a") as file:
        file.write("# changed\n")
    for path, says in ((folder, "graph.ttl is not the file that"), (tmp_path, "is no graph: it has no manifest.json")):
        with pytest.raises(AssertionError, match=says), serving(path):
            pass


def test_a_description_of_the_dataset_is_served_where_the_folder_has_one(tmp_path: Path) -> None:
    folder = hostile_folder(tmp_path / "graph")
    (folder / "void.ttl").write_text("<http://a/> a <http://rdfs.org/ns/void#Dataset> .\n")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["void.ttl"] = file_hash(folder / "void.ttl")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with serving(folder, "-v") as served:
        assert served.get("/void.ttl").body == (folder / "void.ttl").read_bytes()
        # What is served stays what was verified and loaded.
        (folder / "new").write_text("<http://b/> a <http://b/> .\n")
        (folder / "new").replace(folder / "void.ttl")
        assert b"http://a/" in served.get("/void.ttl").body
        served.get("/%1b[31m")
        assert re.fullmatch(r"\S+ 127\.0\.0\.1 GET /void\.ttl 200 \d+ ms", served.lines[1])


def test_an_rdf_file_is_served_without_a_map(tmp_path: Path) -> None:
    file = tmp_path / "graph.ttl"
    file.write_bytes((SAMPLE / "graph.ttl").read_bytes())
    with serving(file) as served:
        assert served.query(COUNT, "text/csv").text.split() == ["n", TRIPLES]
        home = served.get("/")
        assert (home.status, home.headers["Location"]) == (303, "/query")
        assert served.get("/graph.ttl").status == 404
        page = served.get("/page/method/bert").text
        assert "BERT is evaluated on eleven tasks" in page and "On the map" not in page


def test_a_page_tells_every_name_with_its_reason_and_the_sentence_that_shows_it(server: Served) -> None:
    rules = {k: {a["rule"] for a in d.get("aliases", ())} for k, d in read_graph(SAMPLE).nodes(data=True)}
    key = min(k for k, found in rules.items() if "defined-acronym" in found)
    page = unescape(server.get(f"/page/{key}").text)
    for alias in read_graph(SAMPLE).nodes[key]["aliases"]:
        reason = REASONS[alias["rule"]]
        assert reason[0].upper() + reason[1:] in page
        assert f"<li>{alias['name']}" in page and alias["text"] in page


# Hostile input


def test_a_hostile_graph_is_only_text_on_its_pages(hostile: Served) -> None:
    things = f"SELECT DISTINCT ?x {{ ?x a ?c FILTER(STRSTARTS(STR(?x), '{ID_BASE}')) }}"
    found = json.loads(hostile.query(things).body)["results"]["bindings"]
    pages = [hostile.get(f"/page/{row['x']['value'].removeprefix(ID_BASE)}") for row in found]
    assert len(pages) > 10
    text = "".join(page.text for page in pages)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text and "{{ 7*7 }}" in text and "&lt;b onclick" in text
    for evil in ("<script", "<img", "<b ", 'href="javascript', "onclick=alert(3)>"):
        assert evil not in text.replace("<script type", "")
    assert all("default-src 'none'; script-src 'none'" in page.headers["Content-Security-Policy"] for page in pages)
    titles = json.loads(hostile.query("SELECT ?t { ?p a kg:Paper ; rdfs:label ?t }").body)["results"]["bindings"]
    assert {row["t"]["value"] for row in titles} == {TITLE, f"{NAME} again"}


def test_hostile_headers_do_no_harm(server: Served) -> None:
    for host in ("<script>", "a/../b", "evil.example\\@b", '"', "a b"):
        request = f"GET /sparql HTTP/1.1\r\nHost: {host}\r\nAccept: text/turtle\r\nConnection: close\r\n\r\n"
        assert server.raw(request.encode()).startswith(b"HTTP/1.1 400 ")
    ipv6 = server.raw(b"GET /sparql HTTP/1.1\r\nHost: [::1]:80\r\nAccept: text/turtle\r\nConnection: close\r\n\r\n")
    assert b"<http://[::1]:80/sparql> " in ipv6
    redirect = server.raw(b"GET /id/method/bert HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    assert b"evil" not in redirect and b"Location: /page/method/bert\r\n" in redirect
    long = b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 400_000 + b"\r\n\r\n"
    assert b" 200 " not in server.raw(long)
    for wrong in (
        b"\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET /\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    ):
        assert b" 200 " not in server.raw(wrong)
    accept = ",".join(f"a/{i};q=0.{i % 10}" for i in range(5000))
    assert server.query("ASK {}", accept).status == 406
    assert server.query("ASK {}").status == 200


def test_a_bound_named_query_holds_its_values_as_text(server: Served) -> None:
    reply = server.get("/query/methods-for-task?" + urlencode({"task": 'x" . } DROP ALL #\n', "limit": "3"}))
    assert (reply.status, reply.media) == (200, "application/sparql-query")
    assert r'LCASE("x\" . } DROP ALL #\n")' in reply.text and "LIMIT 3" in reply.text
    assert server.query(reply.text).status == 200
    assert server.get("/query/methods-for-task").status == 400
    assert server.get(f"/query/nothing?{quote('a')}").status == 400


def test_curl_is_answered(server: Served) -> None:
    def curl(*arguments: str) -> str:
        return subprocess.run(["curl", "-sS", *arguments], capture_output=True, text=True, check=True).stdout

    assert curl(server.sparql, "--data-urlencode", f"query={COUNT}", "-H", "Accept: text/csv").split() == ["n", TRIPLES]
    assert curl("-G", server.sparql, "--data-urlencode", "query=ASK {}") == '{"head":{},"boolean":true}'
    followed = curl("-L", "-H", "Accept: text/turtle", f"{server.url}/id/dataset/glue")
    assert "dataset:glue a skos:Concept, kg:Concept, kg:Dataset ;" in followed
    twice = curl("-v", "--stderr", "-", server.sparql + "?query=ASK%7B%7D", server.sparql + "?query=ASK%7B%7D")
    assert "Re-using existing connection" in twice
    large = ("-H", f"Content-Type: {QUERY}", "--data", f"@{SAMPLE / 'graph.ttl'}")
    assert curl(*large, "-o", "/dev/null", "-w", "%{http_code}", server.sparql) == "413"
