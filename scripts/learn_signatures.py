"""Learns signatures of products from Debian packages: `python -m scripts.learn_signatures --work DIR [STEP ...]`.

Steps, all of them by default: fetch (download and pack), survey (what tells the products, and where else it stands),
choose (write the files), verify (try every signature on everything and write the table).
docs/how-to/learn-signatures.md tells how a maintainer uses it.
"""

import argparse
import pickle
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from scripts import learn_builds, learn_fetch, learn_products, learn_reference, learn_survey, learn_table, learn_verify
from scripts import learn_writing as writing
from scripts.learn_archive import Release
from scripts.learn_choose import Chooser, sources
from scripts.learn_products import Product
from scripts.learn_propose import Proposal, propose

from pellucid.analyzers import signatures

STEPS = ("fetch", "survey", "choose", "verify")
PROCESSES = 2
MOST_PLUGINS = 1
SURVEY, EMBEDDERS, RESULTS = "survey.pickle", "embedders.pickle", "results.pickle"


def fetch(work: Path, mirror: str, products: Mapping[str, Product]) -> None:
    """Download what is missing of every release, and pack the machine's own programs."""
    learnt = {source for product in products.values() for source in product.sources}
    wanted = sorted(learnt.union(learn_products.strangers()))
    for name in learn_products.releases():
        suite, _, architecture = name.partition("-")
        release = Release(suite, architecture, work)
        release.update(mirror)
        print(f"{name}: {learn_fetch.fetch(release, wanted)} source packages")
    print(f"{learn_reference.MACHINE}: {learn_reference.pack_machine(work)} files")


def proposals_of(work: Path, products: Mapping[str, Product]) -> list[Proposal]:
    """What each product's builds propose."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        found = pool.map(_propose, [(work, product) for product in products.values()], chunksize=8)
        return [proposal for proposal in found if proposal]


def _propose(task: tuple[Path, Product]) -> Proposal | None:
    work, product = task
    return propose(product.name, learn_builds.builds(work, learn_products.releases(), product.sources))


def _reference(work: Path) -> list[Path]:
    return learn_reference.packs(work, learn_products.releases(), learn_products.strangers())


def survey(work: Path, products: Mapping[str, Product]) -> None:
    """Find what might tell the products, and try it on everything."""
    proposals = proposals_of(work, products)
    print(f"{len(proposals)} products have programs or libraries", flush=True)
    found = learn_survey.survey(proposals, _reference(work))
    (work / SURVEY).write_bytes(pickle.dumps((proposals, found)))


def choose(work: Path, products: Mapping[str, Product]) -> None:
    """Write a file for every product that can be told; files that were made by hand stay as they are."""
    proposals, found = pickle.loads((work / SURVEY).read_bytes())
    chooser = Chooser(proposals, found, {name: product.akin for name, product in products.items()})
    (work / EMBEDDERS).write_bytes(pickle.dumps(chooser.embedders))
    by_hand = [item for item in signatures.signatures() if not writing.is_learnt(writing.path_of(item.product))]
    taken = {name for item in by_hand for name in (item.product, *item.packages)}
    taken_sonames = {name for item in by_hand for name in item.sonames}
    sonames = own_sonames(proposals, products, taken_sonames, found.sonames)
    written = set()
    for proposal in proposals:
        if taken & {proposal.product, *sources(proposal)}:
            continue
        product = products[proposal.product]
        signature = writing.compose(proposal, chooser.choose(proposal), product, sonames[proposal.product])
        path = writing.path_of(proposal.product)
        if signature and writing.is_worth(signature) and writing.is_learnt(path):
            path.write_text(writing.text_of(signature), encoding="utf-8")
            written.add(path)
    for path in writing.FOLDER.glob("*.toml"):
        if path not in written and writing.is_learnt(path):
            path.unlink()
    print(f"{len(written)} signatures written, {len(by_hand)} by hand")


def own_sonames(
    proposals: Sequence[Proposal], products: Mapping[str, Product], taken: set[str], held: Mapping[str, set[str]]
) -> dict[str, list[str]]:
    """The sonames of each product that no other has, and those that a maintainer says are its own.

    One other source package may have a soname, in a plugin; a beginning of sonames that others have is written out.
    """
    found: dict[str, list[str]] = {}
    for proposal in proposals:
        own, claimed = sources(proposal), products[proposal.product].sonames
        stems: list[str] = []
        for stem in proposal.sonames:
            whole = [stem] if stem.endswith(".so") or not _begun(stem, held, own) else _whole(stem, held, own)
            stems += [name for name in whole if len(held.get(name, set()) - own) <= MOST_PLUGINS]
        found[proposal.product] = [name for name in dict.fromkeys((*claimed, *stems)) if name not in taken]
    holders = Counter(name for names in found.values() for name in names)
    claims = {name for product in products.values() for name in product.sonames}
    return {
        product: [
            name for name in names if holders[name] == 1 or (name in claims and name in products[product].sonames)
        ]
        for product, names in found.items()
    }


def _begun(stem: str, held: Mapping[str, set[str]], own: set[str]) -> bool:
    return any(name.startswith(stem) and names - own for name, names in held.items())


def _whole(stem: str, held: Mapping[str, set[str]], own: set[str]) -> list[str]:
    return sorted(name for name, names in held.items() if name.startswith(stem) and names & own)


def verify(work: Path, products: Mapping[str, Product]) -> None:
    """Try every signature on everything, and write the table."""
    owners = {product.name: set(product.sources) for product in products.values()}
    known = set(learn_products.strangers()).union(*owners.values())
    for signature in signatures.signatures():
        owners[signature.product] = (owners.get(signature.product) or set()) | (known & set(signature.packages))
    results = learn_verify.verify(_reference(work), owners)
    (work / RESULTS).write_bytes(pickle.dumps(results))
    embedders: dict[str, set[str]] = pickle.loads((work / EMBEDDERS).read_bytes())
    print(learn_table.write(results, embedders))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("steps", nargs="*", choices=[*STEPS, []], help=f"{', '.join(STEPS)} (default: all)")
    parser.add_argument("--work", type=Path, required=True, help="a folder for packages, about 5 GB; not in the tree")
    parser.add_argument("--mirror", default="", help="the address of a Debian mirror (needed to fetch)")
    chosen = parser.parse_args()
    steps = chosen.steps or list(STEPS)
    products = learn_products.products()
    if "fetch" in steps:
        if not chosen.mirror:
            parser.error("fetch needs --mirror, as in /etc/apt/sources.list")
        fetch(chosen.work, chosen.mirror, products)
    if "survey" in steps:
        survey(chosen.work, products)
    if "choose" in steps:
        choose(chosen.work, products)
    if "verify" in steps:
        verify(chosen.work, products)


if __name__ == "__main__":
    main()
