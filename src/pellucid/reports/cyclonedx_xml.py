"""CycloneDX as XML: the same document as JSON has, member by member."""

from typing import Any

from pellucid.domain.bill import Bill
from pellucid.reports.cyclonedx import cyclonedx
from pellucid.reports.xml_text import xml_attribute, xml_text

ATTRIBUTES = {"bom-ref", "type", "alg", "acknowledgement", "ref"}
# List -> its elements, where that is not the list's name without the "s".
ELEMENTS = {"hashes": "hash", "properties": "property", "assemblies": "assembly", "dependencies": "dependency"}
REPEATED = {"identity"}
UNKNOWN = {"$schema", "bomFormat", "specVersion"}


def bill_xml(bill: Bill) -> str:
    """The bill as XML, in the newest version."""
    return cyclonedx_xml(cyclonedx(bill))


def cyclonedx_xml(document: dict[str, Any]) -> str:
    """The XML of a document that `cyclonedx` made: UTF-8 when it is encoded."""
    namespace = f"http://cyclonedx.org/schema/bom/{document['specVersion']}"
    members = {name: value for name, value in document.items() if name not in UNKNOWN}
    head = f' serialNumber="{members.pop("serialNumber")}" version="{members.pop("version")}"'
    written = ['<?xml version="1.0" encoding="UTF-8"?>\n', f'<bom xmlns="{namespace}"{head}>\n']
    for name, value in members.items():
        _write(name, value, written, 1)
    written.append("</bom>\n")
    return "".join(written)


def _write(name: str, value: Any, written: list[str], depth: int) -> None:
    indent = "  " * depth
    if isinstance(value, list):
        if name in REPEATED:
            for item in value:
                _write(name, item, written, depth)
            return
        written.append(f"{indent}<{name}>\n")
        for item in value:
            _write_item(name, item, written, depth + 1)
        written.append(f"{indent}</{name}>\n")
    elif isinstance(value, dict):
        _write_object(name, value, written, depth)
    else:
        text = value if isinstance(value, str) else f"{value}"
        written.append(f"{indent}<{name}>{xml_text(text)}</{name}>\n")


def _write_item(plural: str, item: Any, written: list[str], depth: int) -> None:
    """An element of a list, as the schema for XML calls it and lays it out."""
    indent = "  " * depth
    singular = ELEMENTS.get(plural, plural.removesuffix("s"))
    if plural == "licenses":
        _write_licence(item, written, depth)
    elif plural == "properties":
        written.append(f"{indent}<property name={xml_attribute(item['name'])}>{xml_text(item['value'])}</property>\n")
    elif plural == "hashes":
        written.append(f"{indent}<hash alg={xml_attribute(item['alg'])}>{xml_text(item['content'])}</hash>\n")
    elif isinstance(item, str):
        written.append(f"{indent}<{singular} ref={xml_attribute(item)}/>\n")
    elif plural == "dependencies":
        targets = item.get("dependsOn", ())
        inside = "".join(f"{indent}  <dependency ref={xml_attribute(target)}/>\n" for target in targets)
        written.append(f"{indent}<dependency ref={xml_attribute(item['ref'])}>\n{inside}{indent}</dependency>\n")
    else:
        _write_object(singular, item, written, depth)


def _write_licence(item: dict[str, Any], written: list[str], depth: int) -> None:
    if "license" in item:
        _write_object("license", item["license"], written, depth)
    else:
        attribute = f" acknowledgement={xml_attribute(item['acknowledgement'])}"
        written.append(f"{'  ' * depth}<expression{attribute}>{xml_text(item['expression'])}</expression>\n")


def _write_object(name: str, value: dict[str, Any], written: list[str], depth: int) -> None:
    indent = "  " * depth
    attributes = "".join(f" {key}={xml_attribute(item)}" for key, item in value.items() if key in ATTRIBUTES)
    written.append(f"{indent}<{name}{attributes}>\n")
    for key, item in value.items():
        if key not in ATTRIBUTES:
            _write(key, item, written, depth + 1)
    written.append(f"{indent}</{name}>\n")
