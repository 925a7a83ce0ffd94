"""Manifests and lock files: what their readers make of the formats' corners, and of bytes that are none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripts import fuzz_manifests

from pellucid.errors import BudgetExceeded, Malformed
from pellucid.formats import (
    block_yaml,
    composer,
    header_fields,
    json_document,
    licence_names,
    pnpm_lock,
    python_bytecode,
    python_requirements,
    toml_tables,
    web_library,
    yarn_lock,
)

YAML = b"""\
# a comment
plain: value # and one behind it
"quoted: key": 'a # b'
address: http://example.org:80/x
list:
- a
- b: 1
  c: 2
nested:
  deeper:
    - "d"
? a/very/long/key
:
  version: 3
"""


def test_yaml_gives_paths_and_scalars() -> None:
    found = [(entry.path, entry.value) for entry in block_yaml.entries(YAML)]
    assert found == [
        (("plain",), "value"),
        (("quoted: key",), "a # b"),
        (("address",), "http://example.org:80/x"),
        (("list",), ""),
        (("list", "-"), "a"),
        (("list", "-", "b"), "1"),
        (("list", "-", "c"), "2"),
        (("nested",), ""),
        (("nested", "deeper"), ""),
        (("nested", "deeper", "-"), "d"),
        (("a/very/long/key",), ""),
        (("a/very/long/key", "version"), "3"),
    ]


def test_yaml_sections_gather_what_lies_below() -> None:
    nested = [section for section in block_yaml.sections(YAML, 1) if section.path == ("nested",)]
    assert nested[0].items == {"deeper": ["d"]}
    document = next(block_yaml.sections(YAML, 0))
    assert document.fields["plain"] == "value"
    assert document.nested["a/very/long/key"] == {"version": "3"}


def test_yaml_is_not_followed_into_the_depths() -> None:
    data = b"".join(b" " * depth + b"a:\n" for depth in range(100))
    assert max(len(entry.path) for entry in block_yaml.entries(data)) == block_yaml.DEEPEST


def test_flow_mappings_of_one_line() -> None:
    assert block_yaml.flow_fields("{integrity: sha512-00==, node: '>=6'}") == {
        "integrity": "sha512-00==",
        "node": ">=6",
    }
    assert block_yaml.flow_fields("text") == {}


@pytest.mark.parametrize(
    "data",
    [b"[" * 100_000, b'{"a":' * 100_000, b'{"a": 1e999}', b'{"a": "\xff"}', b"{", b"[1]", b"", b"1" * 5000],
    ids=["lists", "objects", "number", "encoding", "cut", "list", "empty", "digits"],
)
def test_json_that_is_no_object_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        json_document.read(data)


def test_json_behind_a_byte_order_mark_and_with_a_name_twice() -> None:
    assert json_document.read(b'\xef\xbb\xbf{"a": 1, "a": 2}') == {"a": 2}


def test_json_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_document, "LARGEST", 10)
    with pytest.raises(BudgetExceeded):
        json_document.read(b'{"aaaaaaaa": 1}')


def test_places_are_found_in_their_order() -> None:
    data = b'{"b": 1, "a": {"b": 2}}'
    places = json_document.Places(data)
    assert [places.of(name) for name in ("a", "b", "missing")] == [data.find(b'"a"'), data.rfind(b'"b"'), 15]


def test_toml_arrays_over_several_lines_stay_text() -> None:
    data = b'a = "x"\n[[package]]\nname = "p" # c\nlist = [\n  "b>=1",\n  { name = "c" },\n]\n[package.more]\nd.e = 1\n'
    root, package, more = toml_tables.tables(data)
    assert (root["a"], package["name"], more["d.e"], package["missing"]) == ("x", "p", "1", "")
    assert toml_tables.strings(package["list"]) == ["b>=1", "c"]
    assert data[package.offset :].startswith(b"[[package]]")


def test_header_fields_are_folded_and_end_at_an_empty_line() -> None:
    data = b"A: 1\r\nB: x\r\n\ty\r\n  z\r\nno field\r\n\r\nC: 3\r\n"
    assert [(field.name, field.value) for field in header_fields.fields(data)] == [("A", "1"), ("B", "x y z")]


@pytest.mark.parametrize(
    ("line", "pin"),
    [
        (b"Flask==2.3.2", ("Flask", "2.3.2")),
        (b"requests [socks] == 2.31.0 ; python_version > '3'", None),
        (b"requests[socks] == 2.31.0 ; python_version > '3'", ("requests", "2.31.0")),
        (b"a===1.0+local --hash=sha256:00", ("a", "1.0+local")),
        (b"a==1.*", None),
        (b"a==1,!=2", None),
        (b"a>=1", None),
        (b"a==1; sys_platform == 'win32'", None),
        (b"-r other.txt", None),
    ],
)
def test_requirements_are_pinned_or_not(line: bytes, pin: tuple[str, str] | None) -> None:
    assert [(item.name, item.version) for item in python_requirements.pins(line + b"\n")] == ([pin] if pin else [])


@pytest.mark.parametrize(
    ("data", "may"),
    [
        (b"# pinned\n\n-r base.txt\nFlask==2.3\n", True),
        (b"Flask\nsix==1.16.0\n", True),
        (b"a[b]>=1 ; x\nc==1\n", True),
        (b"a[b]>=1 ; x\n", False),
        (b"#" * 5000 + b"==", True),
        (b"#include <a.h>\nint main() { return a == b; }\n", False),
        (b"import os\na==b\n", False),
        (b"", False),
    ],
)
def test_requirement_files_are_told_from_code_by_their_first_line(data: bytes, may: bool) -> None:
    assert python_requirements.may_be(data) is may


def test_a_package_of_pnpm_that_development_alone_needs_is_not_wanted() -> None:
    data = b"""\
lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      alias:
        specifier: npm:real@^1
        version: real@1.0.0(shared@1.0.0)
    devDependencies:
      tool:
        version: 2.0.0
packages:
  real@1.0.0: {}
  shared@1.0.0: {}
  tool@2.0.0: {}
snapshots:
  real@1.0.0(shared@1.0.0):
    dependencies:
      shared: 1.0.0
  shared@1.0.0: {}
  tool@2.0.0:
    dependencies:
      shared: 1.0.0
"""
    found = {item.name: item.wanted for item in pnpm_lock.locked(data)}
    assert found == {"real": True, "shared": True, "tool": False}


def test_a_dependency_of_a_variant_of_a_package_is_wanted() -> None:
    """The importer names the variant by its peers; what that variant needs is needed."""
    data = b"""\
lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a:
        version: 1.0.0(p@1.0.0)
packages:
  a@1.0.0: {}
  b@1.0.0: {}
snapshots:
  a@1.0.0(p@1.0.0):
    dependencies:
      b: 1.0.0
  b@1.0.0: {}
"""
    assert all(item.wanted for item in pnpm_lock.locked(data))


@pytest.mark.parametrize(
    ("entry", "name", "own"),
    [
        (b'"@a/b@^1", "@a/b@^2":', "@a/b", False),
        (b"old@npm:@new/name@^1:", "@new/name", False),
        (b'"a@npm:^1":\n  resolution: "a@npm:1.0"', "a", False),
        (b'"app@workspace:.":\n  resolution: "app@workspace:."', "app", True),
    ],
)
def test_names_of_yarn(entry: bytes, name: str, own: bool) -> None:
    (found,) = yarn_lock.locked(entry + b"\n  version: 1.0\n")
    assert (found.name, found.is_own) == (name, own)


@pytest.mark.parametrize(
    ("stated", "version"),
    [("v5.4.1", "5.4.1"), ("5.4.1", "5.4.1"), ("dev-main", ""), ("2.x-dev", ""), ("vendor", "vendor")],
)
def test_versions_of_composer(stated: str, version: str) -> None:
    assert composer.plain_version(stated) == version


@pytest.mark.parametrize(
    ("stated", "expression"),
    [
        ("Apache 2.0", "Apache-2.0"),
        ("(MIT OR apache-2.0)", "(MIT OR Apache-2.0)"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("BSD", ""),
        ("MIT OR unknown words", ""),
        ("", ""),
    ],
)
def test_licences_become_spdx_expressions_or_nothing(stated: str, expression: str) -> None:
    assert licence_names.spdx_expression(stated) == expression


def test_a_choice_of_licences_is_known_when_all_are() -> None:
    assert licence_names.any_of(["MIT", "GPL-2 | GPL-3", "MIT"]) == "MIT OR (GPL-2.0-only OR GPL-3.0-only)"
    assert licence_names.any_of(["MIT", "mine"]) == ""


def test_bytecode_tells_the_release() -> None:
    header = bytes.fromhex("a70d0d0a") + bytes(12)
    assert python_bytecode.release_of(header + b"\xe3\0\0") == "3.11"
    assert python_bytecode.range_of("3.11") == "vers:generic/>=3.11|<3.12"
    assert python_bytecode.release_of(header + b"x\0\0") == ""
    assert python_bytecode.release_of(header) == ""


def test_every_banner_is_found_where_it_opens_a_line_and_nowhere_else() -> None:
    """Each template, filled in: in a comment it is the library, in prose it is not."""
    for mark in web_library.marks():
        assert len(mark.literal) >= 4, mark
        text = _example(mark)
        assert _seen(b"/*! " + text + b" */\n", mark) == "12.3.4", mark
        assert (_seen(b"it speaks of " + text + b"\n", mark) is None) == mark.is_banner, mark


@pytest.mark.parametrize("version", ["3.6.0rc1", "3.6.0x", "3"])
def test_a_version_is_seen_whole_or_not_at_all(version: str) -> None:
    mark = next(mark for mark in web_library.marks() if mark.literal == b"jQuery JavaScript Library v")
    assert _seen(f"/* jQuery JavaScript Library v{version} */".encode(), mark) is None


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(fuzz_manifests.SEED.splitlines()), max_size=30),
    st.binary(max_size=20),
    st.integers(0, 600),
)
def test_anything_gives_values_or_malformed(lines: list[bytes], noise: bytes, place: int) -> None:
    data = b"\n".join(lines)
    fuzz_manifests.read(data[:place] + noise + data[place:])


def _example(mark: web_library.Mark) -> bytes:
    text = mark.pattern.pattern.removesuffix(rb"(?![0-9A-Za-z])")
    for part in (web_library.VERSION, web_library.RELEASE):
        text = text.replace(part, b"12.3.4")
    text = text.replace(web_library.PARTS["{...}"], b" ... ").replace(rb"\r?\n", b"\n")
    plain = bytearray()
    escaped = False
    for byte in text:
        if byte == 0x5C and not escaped:
            escaped = True
        else:
            plain.append(byte)
            escaped = False
    return bytes(plain)


def _seen(data: bytes, mark: web_library.Mark) -> str | None:
    found = web_library.sighting(data, mark, data.index(mark.literal))
    return found.version if found else None
