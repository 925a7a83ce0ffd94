"""One truth from many witnesses: ownership, names, versions."""

from collections.abc import Mapping, Sequence

from tests.support.placed import at, debian, dependency, library, places, program

from pellucid.domain.component import Component
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.domain.file_list import FileList
from pellucid.pipeline.inventory.assembly import assemble
from pellucid.pipeline.inventory.products import names

DATABASE = "var/lib/dpkg/status"
FILES = {
    DATABASE: "",
    "var/lib/dpkg/info/zlib1g:armhf.list": "",
    "var/lib/dpkg/info/git.list": "",
    "lib": "-> usr/lib",
    "usr/lib/libz.so.1.2.13": "",
    "usr/bin/git": "",
    "usr/bin/other": "",
    "etc/passwd": "",
}
ZLIB = debian("zlib1g", "1:1.2.13.dfsg-1", source="zlib")
GIT = debian("git", "1:2.39.2-1.1")
LISTS = [
    (
        at("var/lib/dpkg/info/zlib1g:armhf.list"),
        FileList(manager="dpkg", package="", paths=("/.", "/lib", "/lib/libz.so.1.2.13")),
    ),
    (at("var/lib/dpkg/info/git.list"), FileList(manager="dpkg", package="", paths=("/usr/bin/git",))),
]


def found(
    dependencies: Sequence[Dependency],
    components: Sequence[Component] = (),
    lists: Sequence[tuple[str, FileList]] = tuple(LISTS),
    files: Mapping[str, str] = FILES,
) -> dict[tuple[str, str], Dependency]:
    inventory = assemble(places(files), components=components, dependencies=dependencies, file_lists=lists, starts=())
    assert len({(item.product, item.version) for item in inventory.dependencies}) == len(inventory.dependencies)
    return {(item.product, item.version): item for item in inventory.dependencies}


def test_a_guess_about_a_file_that_a_package_owns_is_that_package() -> None:
    guess = dependency("zlib", "1.2.13", "usr/lib/libz.so.1.2.13", cpe="cpe:2.3:a:zlib:zlib:1.2.13:*:*:*:*:*:*:*")
    result = found([ZLIB, GIT, guess], [library("usr/lib/libz.so.1.2.13"), program("usr/bin/git")])
    assert set(result) == {("zlib1g", ZLIB.version), ("git", GIT.version)}
    package = result["zlib1g", ZLIB.version]
    assert package.witness is Witness.PACKAGE
    assert package.purl == ZLIB.purl
    assert package.cpe == guess.cpe
    assert package.places == (at("usr/lib/libz.so.1.2.13"), at(DATABASE))
    assert result["git", GIT.version].places == (at("usr/bin/git"), at(DATABASE))


def test_a_mention_of_another_installed_package_is_no_copy_of_it() -> None:
    mention = dependency("zlib", "1.2.13", "usr/bin/git")
    assert set(found([ZLIB, GIT, mention])) == {("zlib1g", ZLIB.version), ("git", GIT.version)}


def test_a_copy_of_another_version_in_a_package_is_embedded() -> None:
    copy = dependency("zlib", "1.2.8", "usr/bin/git", linkage=Linkage.DIRECT)
    result = found([ZLIB, GIT, copy])
    assert result["zlib", "1.2.8"].linkage is Linkage.EMBEDDED
    assert result["zlib", "1.2.8"].places == (at("usr/bin/git"),)


def test_what_lies_in_a_file_of_a_package_is_the_package_s() -> None:
    member = dependency("zlib", "1.2.13", "usr/lib/libz.so.1.2.13!deflate.o", linkage=Linkage.EMBEDDED)
    assert set(found([ZLIB, GIT, member])) == {("zlib1g", ZLIB.version), ("git", GIT.version)}


def test_metadata_of_a_package_s_version_call_the_package_otherwise() -> None:
    metadata = {"witness": Witness.METADATA}
    same = dependency("org.git.tool", "2.39.2", "usr/bin/git", **metadata)
    other = dependency("org.git.part", "1.4.0", "usr/bin/git", **metadata)
    assert set(found([ZLIB, GIT, same, other])) == {
        ("zlib1g", ZLIB.version),
        ("git", GIT.version),
        ("org.git.part", "1.4.0"),
    }


def test_what_nobody_owns_stays_what_it_is() -> None:
    guess = dependency("zlib", "1.2.13", "usr/bin/other", "usr/bin/git", linkage=Linkage.DIRECT)
    result = found([ZLIB, GIT, guess])
    assert result["zlib", "1.2.13"].linkage is Linkage.DIRECT
    assert result["zlib", "1.2.13"].places == (at("usr/bin/other"),)


def test_without_lists_of_files_a_package_explains_what_fits_in_its_root() -> None:
    guess = dependency("zlib", "1.2.13", "usr/bin/other", linkage=Linkage.DIRECT)
    other = dependency("zlib", "1.2.8", "usr/bin/other", linkage=Linkage.DIRECT)
    assert set(found([ZLIB, guess], lists=())) == {("zlib1g", ZLIB.version)}
    assert set(found([ZLIB, other], lists=())) == {("zlib1g", ZLIB.version), ("zlib", "1.2.8")}
    nameless = dependency("zlib", "", "usr/bin/other")
    assert set(found([ZLIB, nameless])) == {("zlib1g", ZLIB.version)}
    elsewhere = {f"{root}/{name}": target for root in ("a", "b") for name, target in FILES.items()}
    package = debian("zlib1g", ZLIB.version, source="zlib", database=f"a/{DATABASE}")
    copy = dependency("zlib", "1.2.13", "b/usr/bin/other")
    assert ("zlib", "1.2.13") in found([package, copy], lists=(), files=elsewhere)


def test_files_moved_below_usr_are_still_owned() -> None:
    files = {name: target for name, target in FILES.items() if name != "lib"}
    guess = dependency("zlib", "1.2.13", "usr/lib/libz.so.1.2.13")
    assert set(found([ZLIB, guess], files=files)) == {("zlib1g", ZLIB.version)}


def test_a_package_of_a_language_that_a_package_brought_is_merged_with_it() -> None:
    metadata = "usr/lib/python3/dist-packages/requests-2.28.1.dist-info/METADATA"
    files = FILES | {metadata: "", "usr/lib/python3/dist-packages/left-1.0.dist-info/METADATA": ""}
    package = debian("python3-requests", "2.28.1+dfsg-1", source="requests")
    lists = [*LISTS, (at("x.list"), FileList(manager="dpkg", package="python3-requests", paths=(f"/{metadata}",)))]
    files["x.list"] = ""
    wheels = [
        dependency(name, version, place, witness=Witness.MANIFEST, ecosystem="PyPI", purl=f"pkg:pypi/{name}@{version}")
        for name, version, place in (
            ("requests", "2.28.1", metadata),
            ("left", "1.0", "usr/lib/python3/dist-packages/left-1.0.dist-info/METADATA"),
        )
    ]
    result = found([package, *wheels], lists=lists, files=files)
    assert set(result) == {("python3-requests", "2.28.1+dfsg-1"), ("left", "1.0")}


def test_files_of_a_wheel_lie_beside_its_metadata() -> None:
    folder = "opt/lib/site-packages"
    files = {f"{folder}/x-1.dist-info/METADATA": "", f"{folder}/x-1.dist-info/RECORD": "", f"{folder}/x/_c.so": ""}
    wheel = dependency("x", "1", f"{folder}/x-1.dist-info/METADATA", witness=Witness.MANIFEST, purl="pkg:pypi/x@1")
    record = (at(f"{folder}/x-1.dist-info/RECORD"), FileList(manager="wheel", package="x", paths=("x/_c.so",)))
    result = found([wheel], [library(f"{folder}/x/_c.so")], [record], files)
    assert result["x", "1"].places == (at(f"{folder}/x/_c.so"), at(f"{folder}/x-1.dist-info/METADATA"))


def test_one_without_a_version_is_the_only_one_that_it_can_be() -> None:
    known = dependency("openssl", "3.0.20", "usr/bin/other")
    vague = dependency("openssl", "", "usr/lib/libz.so.1.2.13", version_range="vers:generic/>=3.0|<3.1")
    result = found([known, vague], lists=())
    assert set(result) == {("openssl", "3.0.20")}
    assert result["openssl", "3.0.20"].version_range == ""
    old = dependency("openssl", "", "usr/lib/libz.so.1.2.13", version_range="vers:generic/<1.1")
    assert set(found([known, old], lists=())) == {("openssl", "3.0.20"), ("openssl", "")}
    two = dependency("openssl", "1.0.2", "usr/bin/git")
    vague_again = dependency("openssl", "", "usr/lib/libz.so.1.2.13")
    assert set(found([known, two, vague_again], lists=())) == {(known.product, v) for v in ("3.0.20", "1.0.2", "")}


def test_the_name_of_a_file_tells_a_version_that_its_bytes_do_not() -> None:
    cpe = "cpe:2.3:a:zlib:zlib:*:*:*:*:*:*:*:*"
    pattern = "libzz-*\nlibz.so.*"
    vague = dependency(
        "zlib", "", "usr/lib/libz.so.1.2.13", witness=Witness.SYMBOLS, cpe=cpe, name_version=pattern, confidence=0.6
    )
    result = found([vague], lists=())["zlib", "1.2.13"]
    assert (result.witness, result.confidence) == (Witness.FILE_NAME, 0.5)
    assert result.purl == "pkg:generic/zlib@1.2.13"
    assert result.cpe.split(":")[5] == "1.2.13"
    other = dependency(
        "zlib", "", "usr/lib/libz.so.1.2.13", name_version=pattern, version_range="vers:generic/>=1.2.14"
    )
    assert set(found([other], lists=())) == {("zlib", "")}


def test_two_databases_speak_each_for_its_own_root() -> None:
    files = {f"{root}/{name}": target for root in ("a", "b") for name, target in FILES.items()}
    files |= {f"{root}/bin/x": "" for root in ("a", "b")}
    packages = [debian("git", version, database=f"{root}/{DATABASE}") for root, version in (("a", "1-1"), ("b", "2-1"))]
    lists = [(at(f"{root}/var/lib/dpkg/info/git.list"), LISTS[1][1]) for root in ("a", "b")]
    result = found(packages, [program("a/usr/bin/git"), program("b/usr/bin/git")], lists, files)
    assert result["git", "1-1"].places == (at("a/usr/bin/git"), at(f"a/{DATABASE}"))
    assert result["git", "2-1"].places == (at("b/usr/bin/git"), at(f"b/{DATABASE}"))


def test_names_are_known_with_and_without_what_distributions_add() -> None:
    for package, product in (
        ("python3-requests", "requests"),
        ("libssl3", "ssl"),
        ("libpng16-16", "png"),
        ("node-lodash", "lodash"),
        ("libexpat1", "expat"),
        ("dropbear-bin", "dropbear"),
        ("libcurl4t64", "curl"),
    ):
        assert product in names(dependency(package, "1")), package


def test_names_that_can_be_shortened_again_and_again_have_few_forms() -> None:
    assert len(names(dependency("lib-" * 60 + "dev-" * 60, "1"))) <= 80


def test_a_compiler_is_no_part_of_a_package_and_is_one_however_many_files_it_built() -> None:
    built = {f"usr/bin/p{number}": "" for number in range(200)}
    guesses = [
        dependency("gcc", "12.2.0", name, linkage=Linkage.BUILD, witness=Witness.METADATA)
        for name in (*built, "usr/bin/git")
    ]
    runtime = debian("libgcc-s1", "12.2.0-14", source="gcc-12")
    result = found([ZLIB, GIT, runtime, *guesses], files=FILES | built)
    assert set(result) == {(item.product, item.version) for item in (ZLIB, GIT, runtime, guesses[0])}
    compiler = result["gcc", "12.2.0"]
    assert compiler.linkage is Linkage.BUILD
    assert 0 < len(compiler.evidence) < 100
    assert result["libgcc-s1", "12.2.0-14"].evidence == runtime.evidence


def test_of_packages_of_one_source_the_one_that_is_called_so_explains() -> None:
    others = [debian(name, "3.0-1", source="openssl") for name in ("libssl3", "openssl")]
    guess = dependency("openssl", "3.0", "usr/bin/other")
    result = found([*others, guess], lists=())
    assert result["openssl", "3.0-1"].evidence == (*others[1].evidence, *guess.evidence)
    assert result["libssl3", "3.0-1"].evidence == others[0].evidence


def test_a_package_of_a_language_inside_a_package_is_a_copy_whatever_else_is_installed() -> None:
    other = debian("node-semver", "7.5.1-1", source="node-semver")
    copy = dependency(
        "semver", "7.5.1", "usr/bin/git", ecosystem="npm", witness=Witness.PACKAGE, purl="pkg:npm/semver@7.5.1"
    )
    assert set(found([GIT, other, copy])) == {("git", GIT.version), ("node-semver", "7.5.1-1"), ("semver", "7.5.1")}


def test_what_says_nothing_of_its_version_is_the_only_other_one() -> None:
    some = dependency("nettle", "", "usr/bin/git", version_range="vers:generic/>=3.8|<3.9", confidence=0.5)
    vague = dependency("nettle", "", "usr/bin/other", confidence=0.9)
    for guesses in ([some, vague], [vague, some]):
        one = found(guesses, lists=())["nettle", ""]
        assert one.version_range == some.version_range
        assert {item.artefact for item in one.evidence} == {at("usr/bin/git"), at("usr/bin/other")}
    known = dependency("nettle", "3.9", "usr/lib/libz.so.1.2.13")
    result = found([known, some, vague], lists=())
    assert len(result["nettle", "3.9"].evidence) == 2
    assert [item.artefact for item in result["nettle", ""].evidence] == [at("usr/bin/git")]
