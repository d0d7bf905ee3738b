"""`kgraph train` on a handful of papers: from random starting weights to a pipeline that spaCy loads."""

from __future__ import annotations

import json
import random
import re
import tomllib
from pathlib import Path

import pytest
import spacy
from examples import paper

from kgraph.annotated import read_annotated
from kgraph.cli import main
from kgraph.extract import extract_paper

torch = pytest.importorskip("torch", reason="training needs the `train` extra")
pytest.importorskip("onnx", reason="training needs the `train` extra")


def annotated(seed: int) -> dict[str, object]:
    choose = random.Random(seed)
    method, dataset = choose.choice(["Foo", "Bar", "Baz"]), choose.choice(["Quux", "Corge"])
    return {
        "id": str(seed),
        "title": f"{method}: a parser",
        "abstract": f"We present {method}. {method} is tested on {dataset}.",
        "entities": [
            {"type": "Method", "role": "introduced", "names": [method]},
            {"type": "Dataset", "role": "used", "names": [dataset]},
        ],
        "relations": [[method, "evaluatedOn", dataset]],
    }


def unannotated(count: int) -> list[dict[str, object]]:
    records = [{**annotated(seed), "title": f"Paper {seed}: a parser"} for seed in range(200, 200 + count)]
    return [{"id": r["id"], "title": r["title"], "abstract": r["abstract"]} for r in records]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    from safetensors.torch import save_file

    from kgraph.pipeline.training.network import HIDDEN

    words = ["we", "present", "foo", "bar", "baz", "quux", "corge", "is", "tested", "on", "a", "parser", ".", ":"]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]
    shapes = {
        "embeddings.word_embeddings.weight": (len(vocabulary), HIDDEN),
        "embeddings.position_embeddings.weight": (512, HIDDEN),
        "embeddings.token_type_embeddings.weight": (2, HIDDEN),
        "embeddings.LayerNorm.weight": (HIDDEN,),
        "embeddings.LayerNorm.bias": (HIDDEN,),
    }
    for i in range(6):
        layer = f"encoder.layer.{i}."
        square = {f"attention.{p}": (HIDDEN, HIDDEN) for p in ("self.query", "self.key", "self.value", "output.dense")}
        for name, shape in {
            **square,
            "intermediate.dense": (4 * HIDDEN, HIDDEN),
            "output.dense": (HIDDEN, 4 * HIDDEN),
        }.items():
            shapes |= {f"{layer}{name}.weight": shape, f"{layer}{name}.bias": shape[:1]}
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes |= {f"{layer}{name}.weight": (HIDDEN,), f"{layer}{name}.bias": (HIDDEN,)}
    torch.manual_seed(0)
    weights = {n: torch.ones(s) if n.endswith("Norm.weight") else 0.02 * torch.randn(s) for n, s in shapes.items()}
    (tmp_path / "start").mkdir()
    save_file(weights, tmp_path / "start" / "model.safetensors")
    (tmp_path / "start" / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    for name, seeds in (("train", range(48)), ("dev", range(90, 96))):
        lines = [json.dumps(annotated(seed)) for seed in seeds]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
    (tmp_path / "config.toml").write_text(
        'train = "train.jsonl"\ndev = "dev.jsonl"\nstart = "start"\noutput = "model"\nversion = "9.9.9"\n'
        "[settings]\nseed = 1\npasses = 4\nencoder_rate = 3e-4\n"
    )
    return tmp_path / "config.toml"


def test_a_trained_pipeline_has_learned_its_papers(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", str(config)]) == 0
    log = capsys.readouterr().err
    assert "48 papers to learn from, 6 to choose by" in log
    assert "pass 3: loss" in log
    assert "pass 4: loss" not in log, "the first pass found everything, and two have brought nothing better"
    nlp = spacy.load(config.parent / "model")
    of = paper("Baz: a parser", "We present Baz. Baz is tested on Corge.")
    found = extract_paper(nlp, of)
    assert found.pipeline == "kgraph-en 9.9.9"
    assert {(str(e.type), e.mentions[0].text) for e in found.entities} == {("Method", "Baz"), ("Dataset", "Corge")}


def test_a_student_learns_from_annotated_papers_and_from_what_its_teachers_mark(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = unannotated(20)
    corpus += [json.loads(line) for line in (config.parent / "train.jsonl").read_text().splitlines()]
    (config.parent / "corpus.jsonl").write_text("".join(json.dumps(r) + "\n" for r in corpus))
    silver = '[[silver]]\ncorpus = "corpus.jsonl"\npapers = 20\nteachers = 2\n[silver.settings]\npasses = 2\n'
    again = '[[silver]]\ncorpus = "corpus.jsonl"\npapers = 10\nteachers = 1\n[silver.settings]\npasses = 1\n'
    config.write_text(config.read_text() + silver + again)
    assert main(["train", str(config)]) == 0
    log = capsys.readouterr().err
    assert "round 1: 20 papers without annotations, marked by 2 of the networks" in log
    assert "round 2: 10 papers without annotations, marked by 1 of the networks" in log
    assert (log.count("pass 1: loss"), log.count("pass 2: loss")) == (4, 3)
    assert spacy.load(config.parent / "model").meta["version"] == "9.9.9"
    config.write_text(config.read_text().replace("papers = 20", "papers = 21"))
    assert main(["train", str(config)]) == 1
    assert "only 20 are free to use" in capsys.readouterr().err


def test_the_encoder_is_pruned_and_learns_the_words_of_papers_first_where_the_configuration_says_so(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (config.parent / "corpus.jsonl").write_text("".join(json.dumps(r) + "\n" for r in unannotated(48)))
    narrower = "[prune]\nheads = 6\nwide = 512\n"
    words = '[pretrain]\ncorpus = "corpus.jsonl"\npapers = 48\n'
    settings = "[pretrain.settings]\npasses = 20\nbatch = 8\nbfloat16 = true\n"
    config.write_text(config.read_text().replace("passes = 4", "passes = 1") + narrower + words + settings)
    assert main(["train", str(config)]) == 0
    log = capsys.readouterr().err
    assert "48 papers to learn words from" in log
    losses = [float(x) for x in re.findall(r"masked words, step \d+ of 120: loss ([\d.]+)", log)]
    assert len(losses) == 2
    assert losses[1] < losses[0]
    vocabulary = config.parent / "start" / "vocab.txt"
    vocabulary.write_text(vocabulary.read_text().replace("[MASK]", "mask"))
    assert main(["train", str(config)]) == 1
    assert "has no [MASK]" in capsys.readouterr().err


def test_words_are_masked_whole_and_some_of_each_text() -> None:
    from kgraph.pipeline.training.pretrain import masked
    from kgraph.pipeline.wordpieces import WordPieces

    pieces = WordPieces(["[UNK]", "[CLS]", "[SEP]", "[MASK]", "graph", "##s", "learn"])
    windows = [pieces.windows(["graphs", "learn"] * n, [0] * n + [1] * n) for n in (3, 20)]
    batch, wanted = masked([w for (w,) in windows], 3, random.Random(0))
    for row, (window,) in enumerate(windows):
        asked = wanted[row] >= 0
        assert 0 < asked.sum() < len(window.ids) / 2
        assert wanted[row][asked].tolist() == [i for i, a in zip(window.ids, asked.tolist(), strict=False) if a]
        assert (batch["ids"][row][~asked][: len(window.ids)] != 3).all(), "what is masked is asked for"
        graphs = wanted[row] == 4
        assert (wanted[row].roll(-1)[graphs] == 5).all(), "both pieces of a word, or none"
        assert not set(wanted[row][asked].tolist()) & {1, 2}, "the marks between texts are no words"
    hidden = (batch["ids"] == 3).sum() / (wanted >= 0).sum()
    assert 0.5 < hidden < 1, "most of what is asked for is masked, some stays or is another piece"


def test_pruning_keeps_what_adds_most() -> None:
    from kgraph.pipeline.training.network import HEAD_WIDTH, Encoder
    from kgraph.pipeline.training.prune import pruned
    from kgraph.pipeline.wordpieces import WordPieces

    torch.manual_seed(0)
    full = Encoder(3, layers=2, heads=4, wide=8)
    with torch.no_grad():
        for layer in full.layers:
            layer.attended.weight[:, : 2 * HEAD_WIDTH] = 0  # the first two heads add nothing
            layer.narrow.weight[:, ::2] = 0  # nor does every second inner neuron
    windows = WordPieces(["[UNK]", "[CLS]", "[SEP]"]).windows(["a"] * 9, [0] * 9)
    small = pruned(full, windows, Encoder(3, layers=2, heads=2, wide=4)).eval()
    ids = torch.tensor([[1, 0, 0, 0, 2]])
    with torch.no_grad():
        same = small(ids, ids * 0, ids * 0), full.eval()(ids, ids * 0, ids * 0)
    assert torch.allclose(*same, atol=1e-5)


@pytest.mark.parametrize("best", ["pass 1", "pass 2", "mean"])
def test_training_ends_with_the_weights_that_measured_best(tmp_path: Path, best: str) -> None:
    from kgraph.pipeline.assemble import blank_pipeline
    from kgraph.pipeline.training.config import Settings
    from kgraph.pipeline.training.data import make_examples
    from kgraph.pipeline.training.network import Encoder, Network
    from kgraph.pipeline.training.train import train
    from kgraph.pipeline.wordpieces import WordPieces

    (tmp_path / "gold.jsonl").write_text(json.dumps(annotated(1)), encoding="utf-8")
    examples = make_examples(
        read_annotated(tmp_path / "gold.jsonl"), blank_pipeline(), WordPieces(["[UNK]", "[CLS]", "[SEP]"])
    )
    torch.manual_seed(0)
    network, seen = Network(Encoder(3, layers=1, heads=2, wide=8)), {}

    def measure(what: str) -> float:
        seen[next(name for name in ("pass 1", "pass 2", "mean") if what.startswith(name))] = (
            network.mentions.weight.detach().clone()
        )
        return float(what.startswith(best))

    train(network, [examples] * 2, Settings(), measure)
    assert torch.allclose(seen["mean"], (seen["pass 1"] + seen["pass 2"]) / 2)
    assert not torch.equal(seen["pass 1"], seen["pass 2"])
    assert torch.equal(network.mentions.weight, seen[best]) and not network.training


def test_smoothing_changes_nothing_but_what_int8_loses() -> None:
    import onnxruntime

    from kgraph.pipeline.training.export import quantized_encoder
    from kgraph.pipeline.training.network import Encoder
    from kgraph.pipeline.training.smooth import smoothed
    from kgraph.pipeline.wordpieces import WordPieces

    torch.manual_seed(0)
    encoder = Encoder(30, layers=1, heads=2, wide=64).eval()
    with torch.no_grad():
        encoder.norm.weight[:4] = 50.0  # a few dimensions far larger than the others
    (window,) = WordPieces(["[UNK]", "[CLS]", "[SEP]", *"thequick"]).windows(list("thequick"), [0] * 8)
    inputs = {name: getattr(window, name)[None] for name in ("ids", "fields", "cases")}
    smooth = smoothed(encoder, [window])
    with torch.no_grad():
        wanted, same = (e(**{n: torch.from_numpy(x) for n, x in inputs.items()}).numpy() for e in (encoder, smooth))
    assert same == pytest.approx(wanted, abs=1e-4)

    def lost(model: Encoder) -> float:
        session = onnxruntime.InferenceSession(quantized_encoder(model), providers=["CPUExecutionProvider"])
        return float(abs(session.run(None, inputs)[0] - wanted).mean())

    assert lost(smooth) < lost(encoder) / 2


def test_a_spans_posterior_is_its_share_of_all_ways_to_mark_the_text() -> None:
    from kgraph.pipeline.features import TYPES
    from kgraph.pipeline.mentions import MIXING, TAGS, all_spans, tag_odds
    from kgraph.pipeline.training.segments import posteriors, segmentation_loss, span_weights

    torch.manual_seed(0)
    words, spans = 4, all_spans(4).tolist()
    tags, judged = torch.randn(words, len(TAGS)), torch.randn(len(spans), 1 + len(TYPES))
    weights = span_weights(tags, judged)
    odds = torch.from_numpy(tag_odds(tags.numpy()))
    assert torch.allclose(
        weights, MIXING[0] * odds + MIXING[1] * (judged[:, 1:] - judged[:, :1]) + MIXING[2], atol=1e-5
    )

    def ways(start: int) -> list[list[tuple[int, int]]]:
        """Return all sets of (span, type) from a word on."""
        if start == words:
            return [[]]
        taken = [(i, t) for i, (s, _) in enumerate(spans) if s == start for t in range(len(TYPES))]
        return ways(start + 1) + [[(i, t), *rest] for i, t in taken for rest in ways(spans[i][1])]

    shares = torch.zeros(len(spans), len(TYPES))
    for way in ways(0):
        share = torch.tensor([float(weights[i, t]) for i, t in way]).sum().exp()
        for i, t in way:
            shares[i, t] += share
    total = sum(torch.tensor([float(weights[i, t]) for i, t in way]).sum().exp() for way in ways(0))
    found = posteriors(weights, words)
    assert torch.allclose(found, shares / total, atol=1e-5)
    # With a shorter text beside it, and two spans wanted: minus the logarithm of that set's share.
    wanted = torch.zeros(len(spans), 1 + len(TYPES))
    wanted[spans.index([0, 2]), 1] = wanted[spans.index([3, 4]), 3] = 1
    short, nothing = torch.randn(1, len(TAGS)), torch.zeros(1, 1 + len(TYPES))
    loss = segmentation_loss([tags, short], [judged, nothing], [wanted, nothing])
    alone = segmentation_loss([short], [nothing], [nothing])
    right = weights[spans.index([0, 2]), 0] + weights[spans.index([3, 4]), 2]
    assert float(loss * 5 - alone) == pytest.approx(float(total.log() - right), abs=1e-4)


def test_the_pipelines_heads_compute_what_was_trained(tmp_path: Path) -> None:
    """The heads run in numpy and are trained in torch: both must give the same probabilities."""
    from kgraph.pipeline.alias_features import Name, NamePairs
    from kgraph.pipeline.assemble import blank_pipeline
    from kgraph.pipeline.entities import alias_probabilities
    from kgraph.pipeline.features import Pairs
    from kgraph.pipeline.mentions import all_spans, judge_spans
    from kgraph.pipeline.relations import relation_probabilities
    from kgraph.pipeline.roles import role_probabilities
    from kgraph.pipeline.training.data import make_examples
    from kgraph.pipeline.training.network import HIDDEN, AliasHead, MentionHead, RelationHead, RoleHead
    from kgraph.pipeline.weights import Weights
    from kgraph.pipeline.wordpieces import WordPieces
    from kgraph.vocabulary import SYMMETRIC, RelationType

    record = annotated(1)
    record["entities"].append({"type": "Method", "role": "used", "names": ["parser"]})  # type: ignore[attr-defined]
    (tmp_path / "gold.jsonl").write_text(json.dumps(record), encoding="utf-8")
    (example,) = make_examples(
        read_annotated(tmp_path / "gold.jsonl"), blank_pipeline(), WordPieces(["[UNK]", "[CLS]", "[SEP]"])
    )
    heads = example.heads
    tokens = torch.randn(len(example.tags), HIDDEN)
    roles, relations = RoleHead().eval(), RelationHead().eval()
    weights = [Weights({n: v.detach().numpy() for n, v in m.state_dict().items()}) for m in (roles, relations)]
    spans = [
        [(int(a), int(b)) for a, b in heads["spans"][heads["owner"] == i]] for i in range(len(heads["role_features"]))
    ]
    pairs = Pairs(*(heads[name].numpy() for name in ("pairs", "pair_features", "between", "allowed")))
    assert len(pairs.index)
    with torch.no_grad():
        wanted_roles = roles(tokens, heads).softmax(-1).numpy()
        wanted_relations = (relations(tokens, heads).sigmoid() * heads["allowed"]).numpy()
    found = role_probabilities(weights[0], tokens.numpy(), heads["role_features"].numpy(), spans)
    assert found == pytest.approx(wanted_roles, abs=1e-5)
    one_way = [i for i, r in enumerate(RelationType) if r not in SYMMETRIC]
    found = relation_probabilities(weights[1], tokens.numpy(), pairs, spans)
    assert found[:, one_way] == pytest.approx(wanted_relations[:, one_way], abs=1e-5)
    judge, spans_of_all = MentionHead().eval(), all_spans(len(tokens))
    torch.nn.init.normal_(judge.width)
    arrays = Weights({f"spans.{n}": v.detach().numpy() for n, v in judge.state_dict().items()})
    with torch.no_grad():
        wanted_spans = judge(tokens, torch.from_numpy(spans_of_all)).numpy()
    assert judge_spans(arrays, tokens.numpy(), spans_of_all) == pytest.approx(wanted_spans, abs=1e-5)
    aliases = AliasHead().eval()
    names = [
        Name("", 0, [(int(a), int(b)) for a, b in heads["name_spans"][heads["name_owner"] == i]])
        for i in range(heads["names"])
    ]
    with torch.no_grad():
        wanted_aliases = aliases(tokens, heads).sigmoid().numpy()
    assert len(wanted_aliases)
    found = alias_probabilities(
        Weights({n: v.detach().numpy() for n, v in aliases.state_dict().items()}),
        tokens.numpy(),
        NamePairs(heads["name_pairs"].numpy(), heads["alias_features"].numpy()),
        names,
    )
    assert found == pytest.approx(wanted_aliases, abs=1e-5)


def test_the_shipped_configuration_says_what_the_defaults_are() -> None:
    from kgraph.pipeline.training import config

    shipped = tomllib.loads((Path(config.__file__).parent / "default.toml").read_text(encoding="utf-8"))
    assert config.Settings(**shipped["settings"]) == config.Settings()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("dev = ", "dave = "), "expected the keys"),
        (('"start"', '"package:nix_no_such"'), "not installed"),
        (('"start"', '"."'), "model.safetensors is missing"),
        (("[settings]", "[silver]\npapers = 3\n[settings]"), "silver must be tables"),
        (("passes", "pases"), "unknown settings: pases"),
        (("passes = 4", 'passes = "four"'), "passes must be a number"),
        (("passes = 4", "bfloat16 = 1"), "bfloat16 must be true or false"),
        (("[settings]", "[prune]\nheads = 13\nwide = 9\n[settings]"), "at most heads = 12 and wide = 1536"),
        (("[settings]", "[[silver]]\npapers = 3\n[settings]"), "expected in [[silver]] corpus, papers, teachers"),
    ],
)
def test_a_wrong_configuration_says_what_is_wrong(
    config: Path, change: tuple[str, str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(config.read_text().replace(*change))
    assert main(["train", str(config)]) == 1
    assert message in capsys.readouterr().err
