"""Texts that do not look English are noticed; English ones are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kgraph.cli import main
from kgraph.language import looks_english

ENGLISH = """We present a parser for small grammars. It reads one symbol at a time and keeps every state on a
stack, so that long inputs need little memory. On three test suites it is faster than older parsers."""
OTHERS = {
    "German": """Wir stellen einen Parser für kleine Grammatiken vor. Er liest ein Zeichen nach dem anderen und legt
jeden Zustand auf einen Stapel, so dass lange Eingaben wenig Speicher brauchen. In drei Tests ist er
schneller als andere.""",
    "French": """Nous présentons un analyseur pour de petites grammaires. Il lit un symbole après l'autre et garde
chaque état sur une pile, de sorte que les longues entrées demandent peu de mémoire. Il est plus
rapide que les autres.""",
    "Spanish": """Presentamos un analizador para gramáticas pequeñas. Lee un símbolo tras otro y guarda cada estado en
una pila, de modo que las entradas largas necesitan poca memoria. En tres pruebas es más rápido que
los anteriores.""",
    "Dutch": """Wij beschrijven een ontleder voor kleine grammatica's. Hij leest een teken tegelijk en bewaart elke
toestand op een stapel, zodat lange invoer weinig geheugen kost. In drie proeven is hij sneller dan
oudere ontleders.""",
    "Chinese": "我们提出一种适用于小型语法的解析器。它每次读取一个符号，并将状态保存在栈中。",
}


def test_english_looks_english() -> None:
    assert looks_english(ENGLISH)
    assert looks_english("FooBench: A Benchmark")
    assert looks_english("x = 3, y = 4")


@pytest.mark.parametrize("language", OTHERS)
def test_other_languages_do_not(language: str) -> None:
    assert not looks_english(OTHERS[language])


def test_a_paper_in_another_language_is_extracted_with_a_notice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = [
        {"id": "de", "title": "Ein kleiner Parser", "abstract": OTHERS["German"]},
        {"id": "en", "title": "A small parser", "abstract": ENGLISH},
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    assert main(["extract", str(tmp_path / "in.jsonl")]) == 0
    out, err = capsys.readouterr()
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["de", "en"]
    assert "in.jsonl:1: 'de' does not look English" in err
    assert "'en'" not in err
