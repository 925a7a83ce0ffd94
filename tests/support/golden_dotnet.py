"""Golden inputs of .NET, of Windows and of macOS: images, assemblies, and the files that list packages."""

import json
import struct
from collections.abc import Iterator

from tests.support.assemblies import assembly, library
from tests.support.golden_case import Case
from tests.support.golden_rust import macho

JSON_NET = {
    "CompanyName": "Newtonsoft",
    "ProductName": "Json.NET",
    "ProductVersion": "13.0.1+ae9fe44e1323e91bcbd185ca1a14099fba7c021f",
    "FileVersion": "13.0.1.25517",
}
OPENSSL = {
    "CompanyName": "The OpenSSL Project, https://www.openssl.org/",
    "ProductName": "The OpenSSL Toolkit",
    "ProductVersion": "1.1.1w",
}
MONO = {"ProductName": "Mono Common Language Infrastructure", "ProductVersion": "4.6.57.0"}
REFERENCES = {"System.Runtime": (6, 0, 0, 0), "System.Xml": (4, 0, 0, 0)}
DEPS = {
    "runtimeTarget": {"name": ".NETCoreApp,Version=v6.0/linux-arm64"},
    "targets": {
        ".NETCoreApp,Version=v6.0": {},
        ".NETCoreApp,Version=v6.0/linux-arm64": {
            "App/1.0.0": {"dependencies": {"Newtonsoft.Json": "13.0.1"}, "runtime": {"App.dll": {}}},
            "Newtonsoft.Json/13.0.1": {"runtime": {"lib/netstandard2.0/Newtonsoft.Json.dll": {}}},
            "runtimepack.Microsoft.NETCore.App.Runtime.linux-arm64/6.0.25": {"native": {"libcoreclr.so": {}}},
            "NETStandard.Library/2.0.3": {"dependencies": {"Microsoft.NETCore.Platforms": "1.1.0"}},
            "Placeholder/1.0.1": {"runtime": {"lib/netstandard1.0/_._": {}}},
        },
    },
    "libraries": {
        "App/1.0.0": {"type": "project"},
        "Newtonsoft.Json/13.0.1": {"type": "package"},
        "runtimepack.Microsoft.NETCore.App.Runtime.linux-arm64/6.0.25": {"type": "runtimepack"},
        "NETStandard.Library/2.0.3": {"type": "package"},
        "Placeholder/1.0.1": {"type": "package"},
    },
}
CONTAINED = {"runtimeOptions": {"includedFrameworks": [{"name": "Microsoft.NETCore.App", "version": "6.0.25"}]}}
ASKED = {
    "runtimeOptions": {"framework": {"name": "Microsoft.NETCore.App", "version": "6.0.0"}, "x": '"includedFrameworks"'}
}
LOCK = {
    "version": 1,
    "dependencies": {
        "net6.0": {
            "Newtonsoft.Json": {"type": "Direct", "requested": "[13.0.1, )", "resolved": "13.0.1", "contentHash": "x"},
            "Serilog": {"type": "Transitive", "resolved": "2.12.0", "dependencies": {"System.Memory": "4.5.4"}},
            "app.common": {"type": "Project"},
        }
    },
}
ASSETS = {
    "version": 3,
    "targets": {
        "net6.0": {"Newtonsoft.Json/13.0.1": {"type": "package", "dependencies": {"NETStandard.Library": "2"}}}
    },
    "libraries": {"Newtonsoft.Json/13.0.1": {"type": "package"}, "common/1.0.0": {"type": "project"}},
    "projectFileDependencyGroups": {"net6.0": ["Newtonsoft.Json >= 13.0.1"]},
}
NUSPEC = b"""\
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata minClientVersion="2.12">
    <id>Newtonsoft.Json</id>
    <version>13.0.1</version>
    <license type="expression">MIT</license>
    <dependencies><group targetFramework=".NETStandard1.0"><dependency id="Microsoft.CSharp" version="4.3.0" />
    </group></dependencies>
  </metadata>
</package>
"""
TEMPLATE = b"<package><metadata><id>$id$</id><version>$version$</version></metadata></package>\n"
CONFIG = b"""\
<?xml version="1.0" encoding="utf-8"?>
<packages>
  <package id="log4net" version="2.0.8" targetFramework="net45" />
  <package id="NUnit" version="3.12.0" targetFramework="net45" developmentDependency="true" />
</packages>
"""


def cases() -> Iterator[Case]:
    yield from _images()
    name = "components/dotnet_deps"
    yield Case(f"{name}/contained", _json(DEPS), "an application that brings its runtime")
    yield Case(f"{name}/other", b'{"runtimeTarget": {"name": "x"}}\n', "a file without packages")
    name = "components/dotnet_runtime_configs"
    yield Case(f"{name}/contained", _json(CONTAINED), "an application that brings its runtime")
    yield Case(f"{name}/asked", _json(ASKED), "an application that asks for a runtime")
    name = "components/nuget_locks"
    yield Case(f"{name}/lock", _json(LOCK), "a lock file")
    yield Case(f"{name}/assets", _json(ASSETS), "the assets of a restored project")
    yield Case(f"{name}/other", b'{"contentHash": "x", "dependencies": ["a"]}\n', "a file of something else")
    name = "components/nuget_specs"
    yield Case(f"{name}/package", NUSPEC, "the description in a package")
    yield Case(f"{name}/config", CONFIG, "a packages.config")
    yield Case(f"{name}/template", TEMPLATE, "a description that is filled in when it is packed")


def _images() -> Iterator[Case]:
    newtonsoft = assembly("Newtonsoft.Json", (13, 0, 0, 0), references=REFERENCES, texts=JSON_NET)
    plain = assembly("Acme.Tool", (2, 5, 1, 0), texts={})
    name = "components/dotnet_assemblies"
    yield Case(f"{name}/package", newtonsoft, "an assembly with the version of its package")
    yield Case(f"{name}/own", assembly("Acme.Tool", (2, 5, 1, 0)), "an assembly with no version but its own")
    yield Case(f"{name}/mono", assembly("System.Core", (4, 0, 0, 0), texts=MONO), "an assembly of Mono")
    yield Case(f"{name}/unstated", assembly("Acme.Tool", (1, 0, 0, 0)), "an assembly that nobody gave a version")
    yield Case(f"{name}/satellite", assembly("Acme.resources", (2, 0, 0, 0), culture="de"), "a translation")
    yield Case(f"{name}/native", library("BSJB.dll", ["KERNEL32.dll"]), "a library of Windows")
    name = "components/pe_components"
    openssl = library("libcrypto-1_1.dll", ["WS2_32.dll", "KERNEL32.dll"], OPENSSL)
    yield Case(f"{name}/library", openssl, "a library of Windows with a version resource")
    yield Case(f"{name}/assembly", newtonsoft, "an assembly of .NET")
    yield Case(f"{name}/dos", b"MZ" + bytes(200), "a program for DOS")
    name = "components/pe_products"
    yield Case(f"{name}/openssl", openssl, "a library of OpenSSL")
    yield Case(f"{name}/unknown", plain, "an image of nobody known")
    name = "components/macho_components"
    program = macho(b"content")
    slices = struct.pack(">4sI", b"\xca\xfe\xba\xbe", 1) + struct.pack(">5I", 0x100000C, 0, 64, len(program), 6)
    yield Case(f"{name}/program", program, "a program for Apple's machines")
    yield Case(f"{name}/universal", slices.ljust(64, b"\0") + program, "a universal file with one part")
    yield Case(f"{name}/class", b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(40), "a class of Java, whose magic is the same")


def _json(document: object) -> bytes:
    return json.dumps(document, indent=2).encode() + b"\n"
