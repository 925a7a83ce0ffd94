"""Small valid boot images, kernels, text records and containers, to be mutated."""

from tests.support.container_images import docker, tar_of

CONTENT = b"a little content, " * 60 + bytes(range(256))


def inputs() -> dict[str, bytes]:
    """By the extractor's name."""
    return {
        "container_image": docker({"a:1": [tar_of({"a/b": b"1", "c": CONTENT}), tar_of({"a/.wh.b": b"", "c": b"2"})]}),
    }
