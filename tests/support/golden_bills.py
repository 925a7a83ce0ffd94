"""Golden inputs of bills of materials in their formats."""

import json
from collections.abc import Iterator

from tests.support.golden_case import Case

DEBIAN = "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=arm64&distro=debian-12&upstream=openssl%403.0.11-1~deb12u2"
CYCLONEDX = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "metadata": {"component": {"type": "firmware", "name": "device", "version": "1"}},
    "components": [
        {
            "bom-ref": "a",
            "type": "library",
            "group": "org.example",
            "name": "thing",
            "version": "1.0",
            "purl": "pkg:maven/org.example/thing@1.0",
            "licenses": [{"license": {"id": "MIT"}}, {"license": {"name": "Apache-2.0"}}],
            "components": [{"type": "library", "name": "inner", "version": "2", "scope": "optional"}],
        },
        {"bom-ref": "b", "type": "library", "name": "libssl3", "version": "3.0.11-1~deb12u2", "purl": DEBIAN},
        {"bom-ref": "c", "type": "library", "name": "@scope/x", "version": "3.1.0", "purl": "pkg:npm/%40scope/x@3.1.0"},
        {"type": "library", "name": "absent", "version": "1", "scope": "excluded"},
        {"type": "file", "name": "/bin/sh", "version": "sha256:00"},
        {"type": "library", "name": "made-up", "version": "1", "cpe": "cpe:2.3:a:made-up:made-up:1:*:*:*:*:*:*:*"},
        {"type": "library", "name": "heading"},
    ],
    "dependencies": [{"ref": "a", "dependsOn": ["b", "c"]}],
}
CYCLONEDX_XML = b"""\
<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.4" version="1">
  <components>
    <component type="library" bom-ref="x"><name>busybox</name><version>1.36.1</version>
      <licenses><license><id>GPL-2.0-only</id></license></licenses>
      <purl>pkg:generic/busybox@1.36.1</purl></component>
    <component type="operating-system"><name>linux</name><version>1</version></component>
  </components>
  <dependencies><dependency ref="x"><dependency ref="x"/></dependency></dependencies>
</bom>
"""
SPDX = {
    "spdxVersion": "SPDX-2.3",
    "creationInfo": {"creators": ["Tool: example-1"]},
    "packages": [
        {
            "SPDXID": "SPDXRef-redis",
            "name": "redis",
            "versionInfo": "7.0.5",
            "licenseConcluded": "NOASSERTION",
            "licenseDeclared": "BSD-3-Clause",
            "externalRefs": [
                {"referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:*:redislabs:redis:7.0.5:*:*:*:*:*:*:*"},
                {"referenceType": "purl", "referenceLocator": "pkg:bitnami/redis@7.0.5?arch=arm64"},
            ],
        },
        {"SPDXID": "SPDXRef-lib", "name": "hiredis", "versionInfo": "1.1.0"},
        {"SPDXID": "SPDXRef-src", "name": "redis-src", "versionInfo": "7", "primaryPackagePurpose": "SOURCE"},
        {"SPDXID": "SPDXRef-image", "name": "image", "versionInfo": "NOASSERTION"},
    ],
    "relationships": [
        {"spdxElementId": "SPDXRef-lib", "relationshipType": "DEPENDENCY_OF", "relatedSpdxElement": "SPDXRef-redis"}
    ],
}
VCPKG = SPDX | {"creationInfo": {"creators": ["Tool: vcpkg-2024-01-11"]}}
TAGGED = b"""\
SPDXVersion: SPDX-2.2
DocumentName: image
PackageName: zlib
SPDXID: SPDXRef-zlib
PackageVersion: 1.2.13
PackageLicenseConcluded: Zlib
ExternalRef: PACKAGE-MANAGER purl pkg:conan/zlib@1.2.13
FileName: ./lib/libz.so.1
SPDXID: SPDXRef-file
PackageName: image
SPDXID: SPDXRef-image
"""
SPDX3 = {
    "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
    "@graph": [
        {"type": "CreationInfo", "specVersion": "3.0.1"},
        {
            "type": "software_Package",
            "spdxId": "u:1",
            "name": "requests",
            "software_packageVersion": "2.31.0",
            "software_packageUrl": "pkg:pypi/requests@2.31.0",
            "externalIdentifier": [{"externalIdentifierType": "cpe23", "identifier": "cpe:2.3:a:x:y:1:*:*:*:*:*:*:*"}],
        },
        {"type": "software_Package", "spdxId": "u:2", "name": "idna", "software_packageVersion": "3.6"},
        {
            "type": "simplelicensing_LicenseExpression",
            "spdxId": "u:3",
            "simplelicensing_licenseExpression": "Apache-2.0",
        },
        {"type": "Relationship", "from": "u:1", "to": ["u:2"], "relationshipType": "dependsOn"},
        {"type": "Relationship", "from": "u:1", "to": ["u:3"], "relationshipType": "hasDeclaredLicense"},
    ],
}
SYFT = {
    "artifacts": [
        {
            "name": "busybox",
            "version": "1.36.1-r5",
            "type": "apk",
            "purl": "pkg:apk/alpine/busybox@1.36.1-r5?arch=x86_64&distro=alpine-3.18.4&upstream=busybox",
            "licenses": [{"value": "GPL-2.0-only", "spdxExpression": "GPL-2.0-only"}],
            "cpes": [{"cpe": "cpe:2.3:a:busybox:busybox:1.36.1-r5:*:*:*:*:*:*:*", "source": "syft-generated"}],
        }
    ],
    "artifactRelationships": [],
    "descriptor": {"name": "syft", "version": "1.0"},
}
SWID = b"""\
<?xml version="1.0" encoding="utf-8"?>
<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" name="Example Agent"
    tagId="org.example.agent" version="4.2.1" versionScheme="multipartnumeric">
  <Entity name="Example Inc." regid="example.org" role="tagCreator softwareCreator"/>
</SoftwareIdentity>
"""


def cases() -> Iterator[Case]:
    name = "components/cyclonedx_bills"
    yield Case(f"{name}/json", _json(CYCLONEDX), "components of all kinds, and what is none")
    yield Case(f"{name}/xml", CYCLONEDX_XML, "a document in XML")
    yield Case(f"{name}/other", b'{"bomFormat": "other", "components": []}\n', "a document of another format")
    yield Case(
        f"{name}/code", b'if (document["bomFormat"] === "CycloneDX") { read(); }\n', "a program that reads bills"
    )
    name = "components/spdx_bills"
    yield Case(f"{name}/json", _json(SPDX), "packages with and without package URLs")
    yield Case(f"{name}/tagged", TAGGED, "a document in tag-value form")
    yield Case(f"{name}/graph", _json(SPDX3), "a document of SPDX 3")
    yield Case(f"{name}/vcpkg", _json(VCPKG), "a document of vcpkg, which another unit reads")
    yield Case("components/syft_bills/alpine", _json(SYFT), "a package of Alpine")
    yield Case("components/syft_bills/other", b'{"artifactRelationships": []}\n', "a document without artefacts")
    yield Case("components/swid_tags/agent", SWID, "the tag of an agent")
    patch = SWID.replace(b" tagId=", b' patch="true" tagId=').replace(b"\n    tagId=", b' patch="true" tagId=')
    yield Case("components/swid_tags/patch", patch, "the tag of a patch")


def _json(document: object) -> bytes:
    return json.dumps(document, indent=1).encode() + b"\n"
