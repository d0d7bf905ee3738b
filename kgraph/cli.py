"""The command line: parses, calls the library, prints. Data goes to stdout, everything else to stderr."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph import __version__
from kgraph.console import SHOWN, positive, progress, read_text, tell, tell_report, write_text
from kgraph.errors import KGraphError, QueryError
from kgraph.serve import command as serve
from kgraph.validate import command as validate

if TYPE_CHECKING:
    from kgraph.model import Extraction, Paper
    from kgraph.papers import Record
    from kgraph.readers import Report

DEFAULT_GRAPH = Path("exports")
EXPORT_FORMATS = ("ttl", "nt", "jsonld", "rdfxml", "trig", "ttlstar", "graphml", "gexf", "csv", "json")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 error, 2 usage, 3 checks found violations."""
    args = _parser().parse_args(arguments)
    try:
        code: int | None = args.command(args)
        sys.stdout.flush()
    except KGraphError as error:
        print(f"kgraph: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader of stdout has gone, as `head` does; leave nothing for the interpreter to flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("kgraph: interrupted", file=sys.stderr)
        return 130
    return code or 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kgraph",
        description="Knowledge graphs of methods, tasks, datasets and metrics from paper abstracts.",
        epilog="`kgraph COMMAND -h` explains one command. Without input, the bundled sample is used.",
    )
    parser.add_argument("--version", action="version", version=f"kgraph {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    common = argparse.ArgumentParser(add_help=False)
    noise = common.add_mutually_exclusive_group()
    noise.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    noise.add_argument("-v", "--verbose", action="store_true", help="name every skipped record and notice")

    source = argparse.ArgumentParser(add_help=False)
    source.add_argument(
        "input",
        nargs="*",
        metavar="INPUT",
        help="a file, a folder, a glob, or - for stdin: listing pages, JSONL records or extractions",
    )
    source.add_argument("--input-format", choices=("jsonl", "listing"), help="instead of telling it by the content")
    source.add_argument("--year", type=_year, metavar="Y", help="the year of dates that lack one")
    source.add_argument("--jobs", type=positive, metavar="N", help="processes (default: one a core)")
    source.add_argument("--min-score", type=_score, default=0.0, metavar="X", help="leave out what scores below X")
    model = argparse.ArgumentParser(add_help=False)
    model.add_argument("--model", type=Path, metavar="PATH", help="a trained pipeline instead of the bundled one")
    model.add_argument("--no-cache", dest="cache", action="store_false", help="extract anew what was extracted before")

    graph = argparse.ArgumentParser(add_help=False)
    graph.add_argument("-g", "--graph", type=Path, metavar="GRAPH", help="a folder that `kgraph build` wrote")

    def command(
        name: str, run: object, help_: str, parents: Sequence[argparse.ArgumentParser]
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(
            name, help=help_, description=help_[0].upper() + help_[1:] + ".", parents=[*parents, common]
        )
        sub.set_defaults(command=run)
        return sub

    build = command(
        "build", _build, "extract, build the graph, and write it with its RDF and its page", [source, model, graph]
    )
    build.add_argument("--withdraw", action="append", default=[], metavar="ID", help="leave out the paper with this id")
    build.add_argument("--min-support", type=positive, metavar="N", help="leave out concepts of fewer than N papers")
    build.add_argument("--overrides", action="append", type=Path, metavar="FILE", help="corrections, YAML or SSSOM TSV")
    build.add_argument("-o", "--output", type=Path, metavar="DIR", help="where to write (default: GRAPH, else exports)")

    extract = command("extract", _extract, "extract entities and relations, as JSON lines", [source, model])
    extract.add_argument("-o", "--output", default="-", metavar="FILE", help="where to write (default: - for stdout)")

    query = command("query", _query, "ask a graph a question in SPARQL", [graph])
    query.add_argument("sparql", nargs="?", metavar="SPARQL", help="the query itself")
    query.add_argument("--file", metavar="F", help="read the query from a file, - for stdin")
    query.add_argument("--name", metavar="N", help="a named query; --list shows them")
    query.add_argument("--param", action="append", default=[], metavar="K=V", help="a parameter of the named query")
    query.add_argument("--list", action="store_true", help="list the named queries")
    query.add_argument(
        "-f", "--format", default="table", choices=("table", "csv", "tsv", "json", "xml", "ttl"), help="default: table"
    )
    query.add_argument("-o", "--output", default="-", metavar="FILE", help="where to write (default: - for stdout)")

    export = command("export", _export, "write a graph in one format", [graph])
    export.add_argument("-f", "--format", required=True, choices=EXPORT_FORMATS, help="of the output")
    export.add_argument(
        "-o", "--output", default="-", metavar="FILE", help="where to write (default: - for stdout); for csv, a folder"
    )

    view = command("view", _view, "write the interactive page of a graph", [graph])
    view.add_argument("-o", "--output", metavar="FILE", help="where to write (default: graph.html in GRAPH)")

    validate.add_arguments(command("validate", _validate, "check a graph by its shapes; exit 3 if wrong", [graph]))
    serve.add_arguments(
        command("serve", _serve, "serve a graph over HTTP: its page, a SPARQL endpoint, its IRIs", [graph])
    )

    _explain_arguments(command("explain", _explain, "say what a concept is, and why its names are one", [graph]))
    _diff_arguments(command("diff", _diff, "say what changed from one graph to another", []))

    _evaluate_arguments(command("evaluate", _evaluate, "compare extractions with annotated records", [model]))

    train = command("train", _train, "train the pipeline from annotated records (needs the `train` extra)", [])
    train.add_argument(
        "config", type=Path, metavar="CONFIG", help="a TOML file; see kgraph/pipeline/training/default.toml"
    )
    return parser


def _evaluate_arguments(evaluate: argparse.ArgumentParser) -> None:
    evaluate.add_argument("gold", type=Path, metavar="GOLD", help="annotated records, JSON lines")
    evaluate.add_argument("--predicted", metavar="FILE", help="extractions to score (default: extract GOLD's papers)")
    evaluate.add_argument("--jobs", type=positive, metavar="N", help="processes (default: one a core)")
    evaluate.add_argument(
        "--errors", type=positive, default=0, metavar="N", help="also show the N most frequent errors"
    )
    evaluate.add_argument("--json", action="store_true", help="print the figures as JSON")
    evaluate.add_argument(
        "--details", action="store_true", help="with --json, add the intervals, reliability and kinds of error"
    )


def _explain_arguments(explain: argparse.ArgumentParser) -> None:
    explain.add_argument("name", nargs="?", metavar="NAME", help="any name of the concept, its node key or its IRI")
    explain.add_argument("--propose", action="store_true", help="list likely merges instead, as an overrides file")


def _diff_arguments(diff: argparse.ArgumentParser) -> None:
    diff.add_argument("old", type=Path, metavar="OLD", help="a folder that `kgraph build` wrote")
    diff.add_argument("new", type=Path, metavar="NEW", help="another such folder")
    diff.add_argument("-f", "--format", default="text", choices=("text", "json", "ttl"), help="default: text")
    diff.add_argument("-o", "--output", default="-", metavar="FILE", help="where to write (default: - for stdout)")
    diff.add_argument("--all", action="store_true", help=f"in text, list everything, not the first {SHOWN} of a kind")


def _year(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{3}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"expected a year of four digits, not {text!r}")
    return int(text)


def _score(text: str) -> float:
    if not re.fullmatch(r"0|1|[01]?\.[0-9]+", text, re.ASCII) or float(text) > 1:
        raise argparse.ArgumentTypeError(f"expected a score in 0..1, not {text!r}")
    return float(text)


def _build(args: argparse.Namespace) -> None:
    from kgraph.build import PAPERS, Earlier, complete, read_folder, write_folder
    from kgraph.overrides import read_overrides
    from kgraph.readers import Report, read_inputs
    from kgraph.resources import MODEL, SAMPLE

    report, model = Report(), args.model or MODEL
    earlier = Earlier() if args.graph is None else read_folder(args.graph, model=model, min_score=args.min_score)
    if earlier.outdated:
        message = f"{earlier.outdated:,} papers were extracted by another version or model, so they are extracted anew"
        report.notice(str(args.graph / PAPERS), None, message)
    overrides = earlier.overrides if args.overrides is None else read_overrides(args.overrides, report.notice)
    if overrides and args.overrides is None:
        report.notice(str(args.graph), None, f"its {len(overrides):,} overrides are kept; --overrides replaces them")
    min_support = args.min_support or earlier.min_support
    inputs = args.input or ([] if args.graph is not None else [str(SAMPLE)])
    new = read_inputs(inputs, input_format=args.input_format, year=args.year, report=report)

    def extract(papers: list[Paper]) -> Iterator[Extraction]:
        return _extracted(papers, args, report)

    records = [*earlier.records, *new]
    extractions, given = complete(records, extract, args.withdraw, earlier.extractions, args.min_score)
    tell_report(report, args)
    output = args.output or args.graph or DEFAULT_GRAPH
    skipped = earlier.skipped + len(report.skipped)
    unmatched = Report()
    manifest = write_folder(
        extractions, output, skipped=skipped, model=model, given=given, min_score=args.min_score,
        min_support=min_support, overrides=overrides, on_unmatched=unmatched.notice,
    )  # fmt: skip
    tell_report(unmatched, args)
    if args.quiet:
        return
    counts = manifest["counts"]
    concepts = ", ".join(f"{n:,} {kind.lower()}s" for kind, n in counts["concepts"].items())
    graph = "" if output == DEFAULT_GRAPH else f" -g {output}"
    tell(
        f"{counts['papers']:,} papers from {counts['records']:,} records"
        f" ({counts['duplicates']:,} duplicates, {counts['skipped']:,} skipped)",
        f"{sum(counts['concepts'].values()):,} concepts ({concepts}), {sum(counts['claims'].values()):,} claims",
        f"written to {output}/",
        "",
        f"open the page:   {output / 'graph.html'}",
        f"ask a question:  kgraph query{graph} --name top-methods",
        f"more questions:  kgraph query{graph} --list",
    )


def _extract(args: argparse.Namespace) -> None:
    from kgraph.extract import above_score
    from kgraph.readers import Report, read_inputs
    from kgraph.records import dump_line
    from kgraph.resources import SAMPLE

    report = Report()
    records = read_inputs(args.input or [str(SAMPLE)], input_format=args.input_format, year=args.year, report=report)
    found = _extracted(list(records), args, report)
    write_text(args.output, (dump_line(above_score(e, args.min_score)) + "\n" for e in found))
    tell_report(report, args)


def _extracted(records: Sequence[Record], args: argparse.Namespace, report: Report) -> Iterator[Extraction]:
    """Yield the extractions of the papers among the records, and the other records as they are, in order."""
    from kgraph.cache import Cache
    from kgraph.extract import extract_papers
    from kgraph.language import looks_english
    from kgraph.model import Paper
    from kgraph.resources import MODEL

    papers = [record for record in records if isinstance(record, Paper)]
    for paper in papers:
        if paper.source and not looks_english(f"{paper.title}\n{paper.abstract}"):
            where = paper.source[0]
            message = f"{paper.id!r} does not look English; the pipeline knows no other language and may find nonsense"
            report.notice(where.file, where.line, message)

    def fail(paper: Paper, reason: str) -> None:
        file, line = (paper.source[0].file, paper.source[0].line) if paper.source else ("input", None)
        report.skip(file, line, f"the pipeline failed on {paper.id!r}: {reason}")

    def note(message: str) -> None:
        if not args.quiet:
            tell(f"note: {message}")

    model = args.model or MODEL
    cache = Cache(model, note if args.verbose else None) if args.cache else None
    results = extract_papers(records, model=model, jobs=args.jobs, cache=cache, on_failure=fail, on_notice=note)
    yield from progress(results, len(records), "extracting", args)
    if cache and cache.hits and not args.quiet:
        tell(f"{len(papers):,} papers, {cache.hits:,} from the cache")


def _query(args: argparse.Namespace) -> None:
    from kgraph.build import read_manifest
    from kgraph.query import find_named_query, format_result, guarded, named_queries, open_store, run_query

    given = [x is not None for x in (args.sparql, args.file, args.name)].count(True) + args.list
    if given != 1:
        raise SystemExit(_usage("query", "give one of SPARQL, --file, --name and --list"))
    if args.list:
        for named in named_queries():
            print(f"{named.name}\n    {named.title}")
            for p in named.parameters:
                print(
                    f"    --param {p.name}=...  {p.description}" + ("" if p.required else f" (default {p.default!r})")
                )
        return
    if args.name is not None:
        pairs = [item.partition("=") for item in args.param]
        if bad := [key for key, equals, _ in pairs if not equals]:
            raise QueryError(f"--param takes NAME=VALUE, not {bad[0]!r}")
        sparql = find_named_query(args.name).bind({key: value for key, _, value in pairs})
    elif args.param:
        raise SystemExit(_usage("query", "--param goes with --name"))
    else:
        sparql = args.sparql if args.file is None else read_text(args.file)
    path = args.graph or DEFAULT_GRAPH
    if not path.is_file():
        read_manifest(path, "graph.nt")
    on_terminal = args.output == "-" and sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if on_terminal else None
    store = open_store(path)
    answer = guarded(sparql, lambda: format_result(run_query(store, sparql), args.format, width=width))
    write_text(args.output, [answer])


def _export(args: argparse.Namespace) -> None:
    from kgraph.export import export, export_tables

    folder = args.graph or DEFAULT_GRAPH
    if args.format != "csv":
        write_text(args.output, export(folder, args.format))
    elif args.output == "-":
        raise SystemExit(_usage("export", "csv is three tables; -o names the folder for them"))
    else:
        export_tables(folder, Path(args.output))


def _view(args: argparse.Namespace) -> None:
    from kgraph.build import read_manifest
    from kgraph.graph import read_graph
    from kgraph.view import render_page

    folder = args.graph or DEFAULT_GRAPH
    read_manifest(folder, "graph.json")
    write_text(args.output or str(folder / "graph.html"), [render_page(read_graph(folder))])


def _validate(args: argparse.Namespace) -> int:
    return validate.run(args, args.graph or DEFAULT_GRAPH)


def _serve(args: argparse.Namespace) -> None:
    serve.run(args, args.graph or DEFAULT_GRAPH)


def _explain(args: argparse.Namespace) -> None:
    from kgraph.build import read_manifest
    from kgraph.explain import explain, find_concepts
    from kgraph.graph import read_graph
    from kgraph.propose import as_overrides, proposals

    if (args.name is None) != args.propose:
        raise SystemExit(_usage("explain", "give a NAME or --propose"))
    folder = args.graph or DEFAULT_GRAPH
    read_manifest(folder, "graph.json")
    graph = read_graph(folder)
    if args.propose:
        write_text("-", [as_overrides(graph, proposals(graph))])
        return
    found = find_concepts(graph, args.name)
    if not found:
        raise KGraphError(
            f"no concept of {folder} has the name {args.name!r}; /, in the page, finds names by their parts"
        )
    write_text("-", ["\n".join(explain(graph, node) for node in found)])


def _diff(args: argparse.Namespace) -> None:
    from kgraph.diff import compare, read_snapshot, render

    found = compare(read_snapshot(args.old), read_snapshot(args.new))
    write_text(args.output, [render(found, args.format, None if args.all else SHOWN)])


def _evaluate(args: argparse.Namespace) -> None:
    import json

    from kgraph.annotated import read_annotated
    from kgraph.evaluate import evaluate, report
    from kgraph.model import Extraction, Paper
    from kgraph.readers import Report, read_papers

    gold, problems = read_annotated(args.gold), Report()
    found: Iterable[Paper | Extraction]
    if args.predicted is None:
        found = _extracted([Paper(p.id, p.title, p.abstract) for p in gold], args, problems)
    else:
        found = read_papers(args.predicted, input_format="jsonl", report=problems)
    result = evaluate(gold, {e.paper.id: e for e in found if isinstance(e, Extraction)})
    tell_report(problems, args)
    if args.json:
        print(json.dumps(result.figures() | (result.details() if args.details else {})))
    else:
        print(report(result, args.errors), end="")


def _train(args: argparse.Namespace) -> None:
    try:
        import torch  # noqa: F401
    except ImportError:
        raise KGraphError("training needs more packages: pip install 'kgraph[train]'") from None
    from kgraph.pipeline.training.command import run

    run(args.config, log=lambda line: None if args.quiet else print(line, file=sys.stderr, flush=True))


def _usage(command: str, message: str) -> int:
    print(f"kgraph {command}: {message}; see `kgraph {command} -h`", file=sys.stderr)
    return 2
