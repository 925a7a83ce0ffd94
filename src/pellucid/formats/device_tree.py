"""What a device tree says of a board (Devicetree Specification 0.4; Linux, bindings/mtd/partitions): facts in short."""

from collections.abc import Iterator

from pellucid.formats.fdt import Node, Tree

MOST_NODES = 100_000
MOST_PARTITIONS = 200


def facts(tree: Tree) -> Iterator[tuple[str, str]]:
    """Model, compatible boards, what the kernel is told, and partitions of flash."""
    root = tree.root
    yield "model", tree.text(root, "model")
    yield "compatible", " ".join(tree.texts(root, "compatible"))
    yield "serialNumber", tree.text(root, "serial-number")
    chosen = root.children.get("chosen")
    if chosen:
        yield "bootargs", tree.text(chosen, "bootargs")
        yield "stdoutPath", tree.text(chosen, "stdout-path")
    for number, (label, start, size, locked) in enumerate(partitions(tree)):
        if number >= MOST_PARTITIONS:
            return
        yield f"partition.{label}", f"offset 0x{start:x} size 0x{size:x}{' read-only' if locked else ''}"


def partitions(tree: Tree) -> Iterator[tuple[str, int, int, bool]]:
    """(label, offset, size, read-only) of each partition of flash memory, old and new binding."""
    for parent in _nodes(tree.root):
        fixed = "fixed-partitions" in tree.texts(parent, "compatible")
        for node in parent.children.values():
            if not fixed and not (node.name.startswith("partition@") and "reg" in node.properties):
                continue
            cells = tree.number(parent, "#address-cells") or 1, tree.number(parent, "#size-cells") or 1
            value = tree.value(node, "reg")
            middle, end = 4 * cells[0], 4 * sum(cells)
            if max(cells) > 2 or len(value) < end:
                continue
            label = tree.text(node, "label") or node.name
            start, size = int.from_bytes(value[:middle], "big"), int.from_bytes(value[middle:end], "big")
            yield label, start, size, "read-only" in node.properties


def _nodes(root: Node) -> Iterator[Node]:
    waiting = [root]
    for _ in range(MOST_NODES):
        if not waiting:
            return
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children.values()))
