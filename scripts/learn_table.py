"""The table of what every signature finds in the reference: docs/reference/signatures.tsv."""

from collections.abc import Mapping
from pathlib import Path

from scripts import learn_writing
from scripts.learn_marks import ascending
from scripts.learn_reference import UNOWNED
from scripts.learn_verify import Result

from pellucid.analyzers import signatures

TABLE = Path(__file__).resolve().parent.parent / "docs/reference/signatures.tsv"
TITLES = (
    *("product", "made", "source packages", "builds", "versions"),
    *("right version", "right range", "product only", "missed", "wrong version", "wrong range"),
    *("embedded in", "false", "false in"),
)
MOST_NAMES = 12


def write(results: Mapping[str, Result], embedders: Mapping[str, set[str]]) -> str:
    """Write the table; the sums of its columns as text."""
    rows = []
    sums = [0] * 8
    for signature in signatures.signatures():
        result = results.get(signature.product, Result())
        embedded = sorted(set(result.elsewhere) & (embedders.get(signature.product, set()) | {UNOWNED}))
        false = sorted(set(result.elsewhere) - set(embedded))
        builds = result.hits | result.named | result.misses | set(result.wrong)
        bounded = len(result.ranged) + len(result.outside)
        numbers = [
            len(builds),
            len(result.hits),
            len(result.ranged),
            len(result.named) - bounded,
            len(result.misses),
            len(result.wrong),
            len(result.outside),
            len(false),
        ]
        sums = [total + number for total, number in zip(sums, numbers, strict=True)]
        is_learnt = learn_writing.is_learnt(learn_writing.path_of(signature.product))
        cells = [
            signature.product,
            "learnt" if is_learnt else "by hand",
            " ".join(sorted({source for source, _ in builds})),
            str(numbers[0]),
            " ".join(ascending(result.versions)),
            *map(str, numbers[1:7]),
            " ".join(embedded[:MOST_NAMES]),
            str(len(false)),
            " ".join(false[:MOST_NAMES]),
        ]
        rows.append("\t".join(cells))
    TABLE.write_text("\n".join(["\t".join(TITLES), *rows]) + "\n", encoding="utf-8")
    names = ("builds", *TITLES[5:11], "false")
    return ", ".join(f"{total} {name}" for name, total in zip(names, sums, strict=True))
