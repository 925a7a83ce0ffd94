"""Container archives: `docker save` and OCI layouts built from layers that are written down as plain values."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from typing import Any

Layer = Mapping[str, bytes | str | None]
"""name -> content of a file; None for a folder, "-> target" for a link, "= target" for a hard link."""


def tar_of(entries: Layer) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in entries.items():
            info = tarfile.TarInfo(name)
            info.mode, info.uid, info.gid, info.mtime = 0o640, 7, 8, 1_700_000_000
            if content is None:
                info.type, info.mode = tarfile.DIRTYPE, 0o755
            elif isinstance(content, str):
                kind, _, info.linkname = content.partition(" ")
                info.type = tarfile.SYMTYPE if kind == "->" else tarfile.LNKTYPE
            else:
                info.size = len(content)
            archive.addfile(info, io.BytesIO(content) if isinstance(content, bytes) else None)
    return file.getvalue()


def digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def configuration(layers: Sequence[bytes], **settings: Any) -> bytes:
    document = {
        "architecture": "amd64",
        "os": "linux",
        "created": "2023-11-14T22:13:20Z",
        "config": {
            "Env": ["PATH=/bin", "TOKEN=example"],
            "Cmd": ["serve", "--all"],
            "Entrypoint": ["/init"],
            "User": "daemon",
            "ExposedPorts": {"80/tcp": {}, "443/tcp": {}},
            "Labels": {"maintainer": "somebody"},
        },
        "rootfs": {"type": "layers", "diff_ids": [digest(layer) for layer in layers]},
        "history": [
            {"created_by": "FROM scratch", "empty_layer": True},
            *({"created_by": f"COPY {number}"} for number in range(len(layers))),
        ],
        **settings,
    }
    return json.dumps(document).encode()


def docker(images: Mapping[str, Sequence[bytes]], **settings: Any) -> bytes:
    """An archive of tag -> layers, as old versions of docker write it: equal layers are links.

    `settings` replace what stands in the configurations.
    """
    files: dict[str, bytes | str | None] = {}
    manifest = []
    for tag, layers in images.items():
        config = configuration(layers, **settings)
        names = []
        for number, layer in enumerate(layers):
            name = hashlib.sha256(f"{tag}{number}".encode()).hexdigest()
            same = next((other for other, content in files.items() if content == layer), None)
            files[f"{name}/VERSION"] = b"1.0"
            files[f"{name}/layer.tar"] = f"-> ../{same}" if same else layer
            names.append(f"{name}/layer.tar")
        config_name = digest(config).removeprefix("sha256:") + ".json"
        files[config_name] = config
        manifest.append({"Config": config_name, "RepoTags": [tag], "Layers": names})
    return tar_of({**files, "manifest.json": json.dumps(manifest).encode()})


def oci(images: Mapping[str, Sequence[bytes]], pack: Any = gzip.compress) -> bytes:
    """A layout of architecture -> layers: one index of several platforms under one tag."""
    blobs: dict[str, bytes] = {}

    def kept(content: bytes, kind: str = "") -> dict[str, Any]:
        name = digest(content)
        blobs["blobs/" + name.replace(":", "/")] = content
        return {"mediaType": kind, "digest": name, "size": len(content)}

    manifests = []
    for architecture, layers in images.items():
        config = kept(configuration(layers, architecture=architecture))
        rows = [kept(pack(layer), "application/vnd.oci.image.layer.v1.tar+gzip") for layer in layers]
        manifests.append(kept(json.dumps({"schemaVersion": 2, "config": config, "layers": rows}).encode()))
    absent = {"digest": digest(b"of another platform"), "size": 1}
    below = kept(json.dumps({"schemaVersion": 2, "manifests": [*manifests, absent]}).encode())
    below["annotations"] = {"org.opencontainers.image.ref.name": "acme/app:1"}
    index = json.dumps({"schemaVersion": 2, "manifests": [below]}).encode()
    return tar_of({"oci-layout": b'{"imageLayoutVersion": "1.0.0"}', "index.json": index, **blobs})
