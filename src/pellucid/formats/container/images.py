"""Which images an archive holds: manifests, indexes of several platforms, configurations, layers in order."""

from collections.abc import Iterator
from typing import Any

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.container.archive import DOCKER, OCI_INDEX, Archive
from pellucid.formats.withheld import withheld

MOST_IMAGES = 1000
MOST_LAYERS = 1000
DEEPEST = 8
REFERENCE = "org.opencontainers.image.ref.name"
FULL_REFERENCE = "io.containerd.image.name"


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """A file system difference. `blob` is its name in the archive, `digest` that of its unpacked tar if stated."""

    blob: str
    digest: str
    media_type: str = ""
    created_by: str = ""


class Image(msgspec.Struct, kw_only=True):
    """`config` is the name of its configuration in the archive; layers from the lowest to the topmost."""

    config: str
    layers: tuple[Layer, ...]
    tags: list[str] = msgspec.field(default_factory=list)
    facts: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        return self.config.rpartition("/")[2].removesuffix(".json"), tuple(layer.digest for layer in self.layers)


def read(archive: Archive) -> tuple[list[Image], list[Malformed]]:
    """Every image once, with all its tags; and what could not be read."""
    found: dict[tuple[str, tuple[str, ...]], Image] = {}
    failures: list[Malformed] = []
    for image in _all(archive):
        if isinstance(image, Malformed):
            failures.append(image)
            continue
        known = found.setdefault(image.key, image)
        known.tags += [tag for tag in image.tags if tag not in known.tags]
        if len(found) > MOST_IMAGES:
            failures.append(Malformed(f"more than {MOST_IMAGES} images"))
            break
    return list(found.values()), failures


def _all(archive: Archive) -> Iterator[Image | Malformed]:
    for name, reader in ((DOCKER, _docker), (OCI_INDEX, _oci)):
        if name in archive.blobs:
            try:
                yield from reader(archive, archive.document(name))
            except Malformed as error:
                yield error


def _docker(archive: Archive, rows: Any) -> Iterator[Image | Malformed]:
    for row in _rows(rows):
        blobs = [_text(name) for name in _sequence(row.get("Layers"))]
        tags = [_text(tag) for tag in _sequence(row.get("RepoTags"))]
        try:
            yield _image(archive, _text(row.get("Config")), [(blob, "", "") for blob in blobs], tags)
        except Malformed as error:
            yield error


def _oci(archive: Archive, index: Any) -> Iterator[Image | Malformed]:
    """The manifests of an index, and of the indexes that it names."""
    waiting = [(row, [_tag(row)], 0) for row in _rows(_mapping(index).get("manifests"))]
    seen: set[str] = set()
    for row, tags, depth in waiting:
        digest = _text(row.get("digest"))
        if (digest in seen and not any(tags)) or len(waiting) > MOST_IMAGES:
            continue
        seen.add(digest)
        try:
            document = _mapping(archive.document(_blob(digest)))
        except Malformed as error:
            # An index names all platforms; an archive often holds only one of them.
            if not depth:
                yield error
            continue
        if "manifests" in document and depth < DEEPEST:
            waiting += [(below, tags, depth + 1) for below in _rows(document["manifests"])]
        elif "layers" in document:
            config = _text(_mapping(document.get("config")).get("digest"))
            layers = [
                (_blob(_text(layer.get("digest"))), _text(layer.get("digest")), _text(layer.get("mediaType")))
                for layer in _rows(document["layers"])
            ]
            try:
                yield _image(archive, _blob(config), layers, [tag for tag in tags if tag])
            except Malformed as error:
                yield error


def _image(archive: Archive, config: str, blobs: list[tuple[str, str, str]], tags: list[str]) -> Image:
    if len(blobs) > MOST_LAYERS:
        raise Malformed(f"an image of {len(blobs):,} layers")
    try:
        document = _mapping(archive.document(config))
    except Malformed:
        document = {}
    digests = [_text(item) for item in _sequence(_mapping(document.get("rootfs")).get("diff_ids"))]
    history = [row for row in _rows(document.get("history")) if not row.get("empty_layer")]
    layers = tuple(
        Layer(
            blob=blob,
            digest=digests[number] if len(digests) == len(blobs) else stated or blob,
            media_type=kind,
            created_by=withheld(_text(history[number].get("created_by"))) if len(history) == len(blobs) else "",
        )
        for number, (blob, stated, kind) in enumerate(blobs)
    )
    return Image(config=config, layers=layers, tags=tags, facts=_facts(document))


def _facts(document: dict[str, Any]) -> dict[str, str]:
    """What a configuration says of its image, as text; secrets are withheld."""
    settings = _mapping(document.get("config"))
    facts = {name: _text(document.get(name)) for name in ("architecture", "variant", "os", "created", "author")}
    facts["user"] = _text(settings.get("User"))
    facts["workingFolder"] = _text(settings.get("WorkingDir"))
    facts["entrypoint"] = withheld(" ".join(_text(part) for part in _sequence(settings.get("Entrypoint"))))
    facts["cmd"] = withheld(" ".join(_text(part) for part in _sequence(settings.get("Cmd"))))
    facts["exposedPorts"] = " ".join(sorted(map(str, _mapping(settings.get("ExposedPorts")))))
    facts["volumes"] = " ".join(sorted(map(str, _mapping(settings.get("Volumes")))))
    for text in map(_text, _sequence(settings.get("Env"))[:200]):
        name, _, value = withheld(text).partition("=")
        facts[f"env.{name}"] = value
    for name, value in list(_mapping(settings.get("Labels")).items())[:200]:
        facts[f"label.{name}"] = withheld(_text(value))
    return {name: value for name, value in facts.items() if value}


def _tag(row: dict[str, Any]) -> str:
    notes = _mapping(row.get("annotations"))
    return _text(notes.get(FULL_REFERENCE)) or _text(notes.get(REFERENCE))


def _blob(digest: str) -> str:
    return "blobs/" + digest.replace(":", "/", 1)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _sequence(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _rows(value: Any) -> list[dict[str, Any]]:
    return [row for row in _sequence(value) if isinstance(row, dict)]
