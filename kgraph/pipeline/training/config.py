"""The configuration of `kgraph train`: a TOML file, read and checked."""

from __future__ import annotations

import importlib.util
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from kgraph.errors import ModelError

#: The attention heads and inner neurons of each layer of the starting weights.
HEADS, WIDE = 12, 1536


@dataclass(frozen=True, slots=True)
class Settings:
    """How a network is trained: rates are the highest of AdamW's, weights those of the heads' losses.

    `bfloat16` multiplies in half the precision: twice as fast on processors that can, slower on others.
    """

    seed: int = 0
    passes: int = 5
    batch: int = 8
    encoder_rate: float = 2e-4
    head_rate: float = 1e-3
    warmup: float = 0.1
    span_weight: float = 0.5
    segmentation_weight: float = 3.0
    role_weight: float = 0.5
    relation_weight: float = 1.5
    alias_weight: float = 0.5
    patience: int = 2
    bfloat16: bool = False


@dataclass(frozen=True, slots=True)
class Pruning:
    """How many attention heads and inner neurons stay in each layer of the starting encoder."""

    heads: int
    wide: int


@dataclass(frozen=True, slots=True)
class Pretraining:
    """Masked-language training of the encoder on `papers` papers of the file `corpus`.

    Of the settings it goes by seed, passes, batch, encoder_rate, warmup and bfloat16.
    """

    corpus: Path
    papers: int
    settings: Settings


@dataclass(frozen=True, slots=True)
class Silver:
    """One round of self-training: the last `teachers` networks mark `papers` papers of the file `corpus`.

    The student learns from these, each once, beside the annotated ones, starts from the last teacher, and may itself be
    a teacher of the next round. For the first round as many networks as it asks for learn from the annotated papers
    alone, with seeds from the settings' on.
    """

    corpus: Path
    papers: int
    teachers: int
    settings: Settings


@dataclass(frozen=True, slots=True)
class Config:
    """A training configuration; see `default.toml`. Paths are relative to the file they stand in."""

    train: Path
    dev: Path
    start: Path
    output: Path
    version: str
    settings: Settings
    prune: Pruning | None
    pretrain: Pretraining | None
    silver: tuple[Silver, ...]


def read_config(path: Path) -> Config:
    """Return the configuration in a TOML file.

    Raises ModelError where it cannot be read, lacks a value or has one that is not known.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"{path}: cannot be read as TOML: {error}") from None
    settings, rounds = _table(path, data, "settings"), data.pop("silver", [])
    prune, pretrain = _table(path, data, "prune"), _table(path, data, "pretrain")
    if not isinstance(rounds, list) or not all(isinstance(table, dict) for table in rounds):
        raise ModelError(f"{path}: silver must be tables, [[silver]], one for each round")
    _expect(path, "the keys", data, {"train", "dev", "start", "output", "version"})
    if not all(isinstance(value, str) for value in data.values()):
        raise ModelError(f"{path}: {', '.join(sorted(data))} must be strings")
    base = path.parent
    return Config(
        base / data["train"],
        base / data["dev"],
        _start_folder(data["start"], base),
        base / data["output"],
        data["version"],
        _settings(path, settings),
        _pruning(path, prune) if prune else None,
        _pretraining(path, pretrain) if pretrain else None,
        tuple(_silver(path, table) for table in rounds),
    )


def _table(path: Path, data: dict[str, Any], name: str) -> dict[str, Any]:
    table = data.pop(name, {})
    if not isinstance(table, dict):
        raise ModelError(f"{path}: {name} must be a table, [{name}]")
    return table


def _expect(path: Path, what: str, found: dict[str, Any], wanted: set[str]) -> None:
    if set(found) != wanted:
        raise ModelError(f"{path}: expected {what} {', '.join(sorted(wanted))}, found {', '.join(sorted(found))}")


def _settings(path: Path, values: dict[str, Any]) -> Settings:
    if unknown := set(values) - {f.name for f in fields(Settings)}:
        raise ModelError(f"{path}: unknown settings: {', '.join(sorted(unknown))}")
    for name, value in values.items():
        if name == "bfloat16":
            if not isinstance(value, bool):
                raise ModelError(f"{path}: {name} must be true or false, not {value!r}")
        elif isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise ModelError(f"{path}: {name} must be a number, not {value!r}")
    return Settings(**values)


def _pruning(path: Path, values: dict[str, Any]) -> Pruning:
    _expect(path, "in [prune]", values, {"heads", "wide"})
    _expect_counts(path, values)
    if values["heads"] > HEADS or values["wide"] > WIDE:
        raise ModelError(f"{path}: [prune] can keep at most heads = {HEADS} and wide = {WIDE}, not {values}")
    return Pruning(**values)


def _pretraining(path: Path, values: dict[str, Any]) -> Pretraining:
    settings = _table(path, values, "settings")
    _expect_papers(path, "[pretrain]", values, {"papers"})
    return Pretraining(path.parent / values["corpus"], values["papers"], _settings(path, settings))


def _silver(path: Path, values: dict[str, Any]) -> Silver:
    settings = _table(path, values, "settings")
    _expect_papers(path, "[[silver]]", values, {"papers", "teachers"})
    return Silver(path.parent / values["corpus"], values["papers"], values["teachers"], _settings(path, settings))


def _expect_papers(path: Path, where: str, values: dict[str, Any], numbers: set[str]) -> None:
    _expect(path, f"in {where}", values, {"corpus", *numbers})
    if not isinstance(values["corpus"], str):
        raise ModelError(f"{path}: corpus must be a string")
    _expect_counts(path, {name: values[name] for name in sorted(numbers)})


def _expect_counts(path: Path, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if type(value) is not int or value < 1:
            raise ModelError(f"{path}: {name} must be a positive whole number, not {value!r}")


def _start_folder(start: str, base: Path) -> Path:
    """Return the folder of the starting weights: a path, or `package:NAME` for the `model` folder of a package."""
    folder = base / start
    if start.startswith("package:"):
        spec = importlib.util.find_spec(start.removeprefix("package:"))
        if spec is None or spec.origin is None:
            raise ModelError(f"the starting weights are in a package that is not installed: {start}")
        folder = Path(spec.origin).parent / "model"
    for name in ("model.safetensors", "vocab.txt"):
        if not (folder / name).is_file():
            raise ModelError(f"{folder} holds no starting weights: {name} is missing")
    return folder
