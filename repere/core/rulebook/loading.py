"""From YAML files to a mechanism: strict, and with faults that a jurist can mend."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from repere.core.rulebook import parsing
from repere.core.rulebook.errors import Fault, RuleBookError, did_you_mean
from repere.core.rulebook.model import Layer, Mechanism
from repere.core.rulebook.reading import Block, Row, read
from repere.core.rulebook.wording import Wording, Words

SECTIONS = (
    "sources", "parameters", "codelists", "groups", "roles", "facts", "indicators", "screening",
    "conditions", "entitlements", "duties", "path", "fixtures", "examples",
)  # fmt: skip
_NOT_LAW = ("fixtures", "examples")


def layer_folders(root: Path, faults: list[Fault] | None = None) -> dict[str, Path]:
    """Layer id → folder, for every ``layer.yaml`` below ``root``; one that names no layer is a fault."""
    found, told = {}, [] if faults is None else faults
    for path in sorted(root.glob("**/layer.yaml")):
        shown = str(path.relative_to(root.parent))
        raw = read(path, shown, told)
        layer = raw.get("layer") if isinstance(raw, dict) else None
        if isinstance(layer, dict) and isinstance(layer.get("id"), str):
            found[layer["id"]] = path.parent
        elif raw is not None:
            told.append(Fault(shown, 1, "a mapping 'layer' with an id", repr(raw)[:60], "start the file with layer: and its id"))
    return found


def stacks(root: Path) -> list[str]:
    """Names of every mechanism that can be loaded: each country, and each reform over its country."""
    faults: list[Fault] = []
    layers = {name: parsing.layer(read(folder / "layer.yaml", str(folder), faults), faults) for name, folder in layer_folders(root).items()}
    return [_stack_name(layers, layer) for layer in layers.values()]


def _stack_name(layers: Mapping[str, Layer], layer: Layer) -> str:
    below = [name for name in layer.over if name in layers and layers[name].kind != "common"]
    return "+".join([*below, layer.id])


def load(root: Path, name: str = "fr", *, every_example: bool = False) -> Mechanism:
    """The mechanism ``name`` ("fr", "fr+fr-collectif") from the folder ``root``.

    ``every_example`` also takes the examples that other layers give for this mechanism.
    Raises :class:`RuleBookError` with every fault found: file, line, what was expected, how to mend it.
    """
    faults: list[Fault] = []
    layers, blocks = _collect(root, name, every_example, faults)
    _own_mechanism(root, blocks)
    return _build(name, layers, _merge(layers, blocks, faults), faults)


def with_examples(root: Path, path: Path) -> list[Mechanism]:
    """The mechanisms that the worked examples of a file are about, each holding those examples and no other.

    An example names its mechanism (default fr) and may use the fixtures of the rule book and those of its file.
    """
    faults: list[Fault] = []
    raw = read(path, str(path), faults)
    given: dict[str, list[tuple[str, Block]]] = {section: [] for section in SECTIONS}
    _sort_sections(raw, str(path), "tried", given, faults)
    if faults:
        raise RuleBookError(faults)
    made = []
    for name in dict.fromkeys(str(row.setdefault("mechanism", "fr")) for _, row in given["examples"]):
        layers, blocks = _collect(root, name, True, faults)
        blocks["examples"] = given["examples"]
        blocks["fixtures"] = blocks["fixtures"] + given["fixtures"]
        made.append(_build(name, layers, _merge([*layers, _TRIED], blocks, faults), faults))
    return made


_TRIED = Layer("tried", "reform", (), "world", Wording("fr", (("fr", Words("", "unreviewed")),)), ())


def from_content(content: str) -> Mechanism:
    """A mechanism kept as :func:`content_of`; it has no examples."""
    kept = json.loads(content)
    faults: list[Fault] = []
    layers = [parsing.layer(_as_blocks({"layer": raw}), faults) for raw in kept["layers"]]
    merged = {section: [(layer, _as_blocks(raw)) for layer, raw in rows] for section, rows in kept["sections"].items()}
    return _build(kept["name"], layers, merged, faults, raw_layers=kept["layers"])


def content_of(mechanism: Mechanism) -> str:
    """The law of a mechanism as one canonical text (examples left out); its SHA-256 is ``mechanism.hash``."""
    return _contents[mechanism.hash]


_contents: dict[str, str] = {}


def _as_blocks(raw: Any) -> Any:
    if isinstance(raw, dict):
        block = Block({key: _as_blocks(value) for key, value in raw.items()})
        block.file, block.line, block.lines = "kept", 0, {}
        return block
    if isinstance(raw, list):
        return Row(_as_blocks(item) for item in raw)
    return raw


def _collect(root: Path, name: str, every_example: bool, faults: list[Fault]) -> tuple[list[Layer], dict[str, list[tuple[str, Block]]]]:
    folders = layer_folders(root, faults)
    wanted = ["common", *(part for part in name.split("+") if part != "common")]
    blocks: dict[str, list[tuple[str, Block]]] = {section: [] for section in SECTIONS}
    layers: list[Layer] = []
    for layer_id in wanted:
        if layer_id not in folders:
            mend = "name layers joined by +, as in fr+fr-collectif"
            raise RuleBookError([*faults, Fault(str(root), 1, f"one of the layers {', '.join(folders)}", layer_id, mend)])
        for path in sorted(folders[layer_id].glob("**/*.yaml")):
            shown = str(path.relative_to(root.parent))
            raw = read(path, shown, faults)
            if path.name == "layer.yaml":
                layers.append(_in_order(parsing.layer(raw, faults), layers, raw["layer"], faults))
                _raw_layers[layer_id] = raw["layer"]
            else:
                _sort_sections(raw, shown, layer_id, blocks, faults)
    if every_example:
        for layer_id in folders.keys() - set(wanted):
            _examples_of(root, folders[layer_id], layer_id, blocks, faults)
    return layers, blocks


def _in_order(layer: Layer, below: list[Layer], raw: Block, faults: list[Fault]) -> Layer:
    for name in layer.over:
        if name not in {other.id for other in below}:
            stack = "+".join([*(other.id for other in below if other.id != "common"), layer.id])
            mend = f"name {name} before {layer.id}"
            faults.append(Fault(raw.file, raw.at("over"), f"the layer '{name}' below {layer.id}", f"the stack {stack}", mend))
    return layer


def _examples_of(root: Path, folder: Path, layer_id: str, blocks: dict[str, list[tuple[str, Block]]], faults: list[Fault]) -> None:
    for path in sorted(folder.glob("**/*.yaml")):
        raw = read(path, str(path.relative_to(root.parent)), faults)
        if path.name != "layer.yaml":
            found: dict[str, list[tuple[str, Block]]] = {section: [] for section in SECTIONS}
            _sort_sections(raw, str(path.relative_to(root.parent)), layer_id, found, faults)
            for section in _NOT_LAW:
                blocks[section] += found[section]


def _own_mechanism(root: Path, blocks: dict[str, list[tuple[str, Block]]]) -> None:
    """An example that names no mechanism is about the stack of its own layer."""
    own = {stack.split("+")[-1]: stack for stack in stacks(root)}
    for layer_id, row in blocks["examples"]:
        row.setdefault("mechanism", own[layer_id])


_raw_layers: dict[str, Any] = {}


def _sort_sections(raw: Any, shown: str, layer: str, blocks: dict[str, list[tuple[str, Block]]], faults: list[Fault]) -> None:
    if raw is None:
        return
    if not isinstance(raw, Block):
        faults.append(
            Fault(shown, 1, "a mapping with a section name", type(raw).__name__, f"start the file with one of {', '.join(SECTIONS)}")
        )
        return
    for section, rows in raw.items():
        if section not in SECTIONS:
            faults.append(
                Fault(
                    shown,
                    raw.at(section),
                    f"a section among {', '.join(SECTIONS)}",
                    f"'{section}'",
                    did_you_mean(section, SECTIONS) or "check the spelling",
                )
            )
            continue
        if rows is not None and not isinstance(rows, Row):
            mend = "begin each item with '- id: …'"
            faults.append(Fault(shown, raw.at(section), f"a list of items under {section}", repr(rows)[:60], mend))
            continue
        for row in rows or ():
            if isinstance(row, Block) and isinstance(row.get("id"), str):
                blocks[section].append((layer, row))
            else:
                faults.append(Fault(shown, getattr(row, "line", raw.at(section)), "an item with an 'id'", repr(row)[:60], "add id: …"))


def _merge(layers: list[Layer], blocks: dict[str, list[tuple[str, Block]]], faults: list[Fault]) -> dict[str, list[tuple[str, Block]]]:
    order = {layer.id: layer for layer in layers}
    merged: dict[str, list[tuple[str, Block]]] = {}
    for section, rows in blocks.items():
        kept: dict[str, tuple[str, Block]] = {}
        repealed: dict[str, tuple[str, Block]] = {}
        for layer_id, row in rows:
            _lay(kept, repealed, section, order, layer_id, row, faults)
        merged[section] = list(kept.values())
    return merged


def _lay(
    kept: dict[str, tuple[str, Block]],
    repealed: dict[str, tuple[str, Block]],
    section: str,
    order: dict[str, Layer],
    layer_id: str,
    row: Block,
    faults: list[Fault],
) -> None:
    item, overlay = row["id"], row.get("overlay")
    below = kept.get(item)
    touched = below or repealed.get(item)
    if overlay not in (None, "replace", "repeal"):
        faults.append(Fault(row.file, row.at("overlay"), "overlay: replace or repeal", f"'{overlay}'", "check the spelling"))
    elif overlay == "repeal" and (extra := sorted(set(row) - {"id", "overlay", "source", "from", "why"})):
        faults.append(Fault(row.file, row.at(extra[0]), "only id, overlay, source, from and why in a repeal", f"'{extra[0]}'", "remove it"))
    elif touched and touched[0] in order and layer_id != touched[0] and _apart(order, touched[0], layer_id):
        faults.append(
            Fault(
                row.file,
                row.line,
                f"a declared order between {touched[0]} and {layer_id}",
                f"both touching '{item}'",
                f"list {touched[0]} in 'over' of {layer_id}",
            )
        )
    elif below is None:
        if overlay in ("replace", "repeal"):
            faults.append(Fault(row.file, row.line, f"an item '{item}' below to {overlay}", "none", "check the id, or remove 'overlay'"))
        kept[item] = (layer_id, row)
    elif below[0] == layer_id or overlay not in ("replace", "repeal"):
        first = below[1]
        faults.append(
            Fault(
                row.file,
                row.line,
                f"the id '{item}' once in {section}",
                f"it also at {first.file}:{first.line}",
                "rename it, or say overlay: replace",
            )
        )
    elif overlay == "repeal":
        repealed[item] = (layer_id, kept.pop(item)[1])
    else:
        kept[item] = (layer_id, row)


def _apart(order: Mapping[str, Layer], below: str, above: str) -> bool:
    """A reform that nothing says to lie under the other layer."""
    return order[below].kind == "reform" and (above not in order or below not in order[above].over)


def _build(
    name: str,
    layers: list[Layer],
    merged: Mapping[str, list[tuple[str, Block]]],
    faults: list[Fault],
    raw_layers: list[Any] | None = None,
) -> Mechanism:
    law = {
        section: [[layer, row] for layer, row in sorted(rows, key=lambda laid: laid[1]["id"])]  # files and their order mean nothing
        for section, rows in merged.items()
        if section not in _NOT_LAW
    }
    kept_layers = raw_layers if raw_layers is not None else [_raw_layers[layer.id] for layer in layers]
    # the order of keys is kept: of two fields in one `where`, the first is asked first
    content = json.dumps({"layers": kept_layers, "name": name, "sections": law}, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(content.encode()).hexdigest()
    mechanism = parsing.mechanism(name, digest, layers, merged, faults)
    if faults:
        raise RuleBookError(faults)
    _contents[digest] = content
    return mechanism
