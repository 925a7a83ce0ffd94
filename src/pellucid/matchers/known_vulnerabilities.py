"""Known vulnerabilities: dependencies that published advisories say are affected (docs/explanation/matching.md)."""

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from pellucid.analysis.matcher import Inventory, Judgement, StatementIndex, matcher
from pellucid.matchers.vulnerabilities.answers import Answers
from pellucid.matchers.vulnerabilities.findings import NAME
from pellucid.matchers.vulnerabilities.matching import match

# An index stands for one state of what is stated: what it has answered holds for the other images of a fleet, too.
_answers: WeakKeyDictionary[StatementIndex, Answers] = WeakKeyDictionary()


@matcher(name=NAME, version=3)
def known_vulnerabilities(inventory: Inventory, index: StatementIndex) -> Iterator[Judgement]:
    """Join dependencies with what is stated about them, one finding for each vulnerability and product.

    Distributions decide about their packages: what they have fixed, or never had, silences what is said of the authors'
    version. Packages of languages are judged by the data of their ecosystem; software that was recognised from its
    bytes by CPE names and the authors' versions, with less confidence. The finding outlives versions: its key has none.
    """
    yield from match(inventory, index, _answers.setdefault(index, Answers()), inventory.only)
