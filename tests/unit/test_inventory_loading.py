"""Who loads whom: resolved inside the image as its own loaders and interpreters would."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.support.placed import LIBC, SYSTEM, at, library, places, program, script

from pellucid.domain.component import Component, ComponentKind
from pellucid.domain.link import LinkKind
from pellucid.pipeline.inventory.file_tree import FileTree
from pellucid.pipeline.inventory.loading import Loading, by_path


def links(files: Mapping[str, str], components: Sequence[Component]) -> set[tuple[str, str, LinkKind]]:
    found = Loading(FileTree(places(files)), by_path(components)).links()
    short = len(at(""))
    return {(link.source[short:], link.target[short:], link.kind) for link in found}


def loads(files: Mapping[str, str], *components: Component) -> set[tuple[str, str]]:
    return {(source, target) for source, target, kind in links(files, components) if kind is LinkKind.LOADS}


def test_a_library_is_found_through_links_of_folders_and_files() -> None:
    tool = program("opt/tool", needed=("libc.so.6", "libgone.so.1"), interpreter="/lib/ld-linux.so.3")
    assert links(SYSTEM | {"opt/tool": ""}, [tool, *LIBC]) == {
        ("opt/tool", "usr/lib/libc-2.36.so", LinkKind.LOADS),
        ("opt/tool", "usr/lib/ld-linux.so.3", LinkKind.RUNS_IN),
    }


def test_runpath_comes_first_and_hides_rpath() -> None:
    files = SYSTEM | {"opt/a/libx.so": "", "opt/b/libx.so": "", "usr/lib/libx.so": "", "opt/bin/tool": ""}
    copies = [library(name) for name in ("opt/a/libx.so", "opt/b/libx.so", "usr/lib/libx.so")]
    for rpath, runpath, wanted in (
        ((), (), "usr/lib/libx.so"),
        (("/opt/a",), (), "opt/a/libx.so"),
        (("/opt/a",), ("$ORIGIN/../b",), "opt/b/libx.so"),
        ((), ("/gone", "${ORIGIN}/../a"), "opt/a/libx.so"),
    ):
        tool = program("opt/bin/tool", needed=("libx.so",), rpath=rpath, runpath=runpath)
        assert loads(files, tool, *copies) == {("opt/bin/tool", wanted)}


def test_a_library_of_another_machine_is_not_taken() -> None:
    files = SYSTEM | {"usr/lib/libx.so": "", "usr/lib/x86_64-linux-gnu/libx.so": "", "tool": ""}
    other = library("usr/lib/libx.so", architecture="mips")
    own = library("usr/lib/x86_64-linux-gnu/libx.so")
    assert loads(files, program("tool", needed=("libx.so",)), other, own) == {
        ("tool", "usr/lib/x86_64-linux-gnu/libx.so")
    }
    assert loads(files, program("tool", needed=("libx.so",)), other) == set()


def test_of_several_in_unknown_folders_none_is_guessed() -> None:
    files = SYSTEM | {"opt/a/libx.so": "", "opt/b/libx.so": "", "opt/b/tool": "", "srv/tool": ""}
    copies = [library("opt/a/libx.so"), library("opt/b/libx.so")]
    beside, apart = (program(name, needed=("libx.so",)) for name in ("opt/b/tool", "srv/tool"))
    assert loads(files, beside, apart, *copies) == {("opt/b/tool", "opt/b/libx.so")}


def test_each_root_of_an_image_resolves_in_itself() -> None:
    roots = {f"{root}/{name}": target for root in ("first", "second") for name, target in SYSTEM.items()}
    files = roots | {"first/bin2/tool": "", "second/bin2/tool": ""}
    software = [library(f"{root}/usr/lib/libc-2.36.so") for root in ("first", "second")]
    tools = [program(f"{root}/bin2/tool", needed=("libc.so.6",)) for root in ("first", "second")]
    assert loads(files, *software, *tools) == {
        ("first/bin2/tool", "first/usr/lib/libc-2.36.so"),
        ("second/bin2/tool", "second/usr/lib/libc-2.36.so"),
    }


def test_links_that_lead_out_or_in_circles_end() -> None:
    files = SYSTEM | {"a": "-> b", "b": "-> a", "up": "-> ../../../../etc/inittab", "tool": ""}
    tool = script("tool", interpreter="/a", calls=("/b", "/up", "/../../etc/inittab"))
    found = links(files, [tool])
    assert found == {("tool", "etc/inittab", LinkKind.CALLS)}


def test_a_script_runs_in_its_interpreter_and_calls_programs_by_name() -> None:
    files = SYSTEM | {"etc/init.d/S50x": "", "usr/sbin/xd": ""}
    start = script("etc/init.d/S50x", interpreter="/bin/sh", calls=("xd", "/usr/sbin/xd", "nothing"))
    assert links(files, [start, program("usr/sbin/xd"), program("usr/bin/busybox")]) == {
        ("etc/init.d/S50x", "usr/bin/busybox", LinkKind.RUNS_IN),
        ("etc/init.d/S50x", "usr/sbin/xd", LinkKind.CALLS),
    }


def python(file: str, *needed: str, interpreter: str = "/usr/bin/python3") -> Component:
    return program(
        file,
        kind=ComponentKind.SCRIPT,
        format="python",
        architecture="",
        bits=0,
        needed=needed,
        interpreter=interpreter,
    )


def test_a_python_script_imports_what_lies_beside_it_and_what_its_interpreter_finds() -> None:
    files = {
        "usr/bin/python3": "-> python3.11",
        "usr/bin/python3.11": "",
        "usr/lib/python3.9/json/__init__.py": "",
        "usr/lib/python3.11/json/__init__.py": "",
        "usr/lib/python3.11/os.py": "",
        "usr/lib/python3/dist-packages/yaml/__init__.py": "",
        "usr/local/lib/python3.11/site-packages/six.pyc": "",
        "opt/tool/os.py": "",
        "opt/tool/main": "",
        "etc/x": "",
        "bin": "-> usr/bin",
    }
    main = python("opt/tool/main", "json", "os", "yaml", "six", "gone", "..")
    assert loads(files, main) == {
        ("opt/tool/main", "usr/lib/python3.11/json/__init__.py"),
        ("opt/tool/main", "opt/tool/os.py"),
        ("opt/tool/main", "usr/lib/python3/dist-packages/yaml/__init__.py"),
        ("opt/tool/main", "usr/local/lib/python3.11/site-packages/six.pyc"),
    }
    old = python("opt/tool/main", "json", interpreter="/usr/bin/python3.9")
    assert loads(files | {"usr/bin/python3.9": ""}, old) == {("opt/tool/main", "usr/lib/python3.9/json/__init__.py")}


def windows(file: str, *needed: str, architecture: str = "x86_64") -> Component:
    return library(file, format="pe", architecture=architecture, needed=needed)


def test_windows_looks_beside_the_program_then_in_its_own_folders_whatever_the_case() -> None:
    files = {
        "App/tool.exe": "",
        "App/Zlib1.dll": "",
        "Windows/System32/ZLIB1.DLL": "",
        "Windows/System32/KERNEL32.dll": "",
        "Windows/SysWOW64/kernel32.dll": "",
        "Other/own.dll": "",
        "App/System.Text.dll": "",
    }
    tool = windows("App/tool.exe", "zlib1.DLL", "kernel32.dll", "own.dll", "System.Text")
    found = [
        windows("App/Zlib1.dll"),
        windows("Windows/System32/ZLIB1.DLL"),
        windows("Windows/System32/KERNEL32.dll"),
        windows("Windows/SysWOW64/kernel32.dll", architecture="i386"),
        windows("Other/own.dll"),
        windows("App/System.Text.dll", architecture="i386"),
    ]
    assert loads(files, tool, *found) == {
        ("App/tool.exe", "App/Zlib1.dll"),
        ("App/tool.exe", "Windows/System32/KERNEL32.dll"),
        ("App/tool.exe", "App/System.Text.dll"),
    }


def mach(file: str, *needed: str, **values: Any) -> Component:
    return program(file, **{"format": "macho", "architecture": "arm64", "bits": 64, "needed": needed} | values)


def test_dyld_expands_what_paths_are_relative_to() -> None:
    app = "Applications/X.app/Contents"
    names = (f"{app}/Frameworks/liba.dylib", f"{app}/Frameworks/sub/libb.dylib", f"{app}/MacOS/libc.dylib")
    files = dict.fromkeys(
        (*names, f"{app}/MacOS/X", "usr/lib/libSystem.B.dylib", "bin/a", "var/b", "opt/d/libd.dylib"), ""
    )
    main = mach(
        f"{app}/MacOS/X",
        "/usr/lib/libSystem.B.dylib",
        "@rpath/liba.dylib",
        "@executable_path/../Frameworks/sub/libb.dylib",
        "@rpath/libd.dylib",
        "@rpath/libgone.dylib",
        rpath=("@loader_path/../Frameworks", "@executable_path"),
    )
    inner = mach(names[0], "@loader_path/sub/libb.dylib", "@executable_path/libc.dylib", kind=ComponentKind.LIBRARY)
    others = [mach(name) for name in (*names[1:], "usr/lib/libSystem.B.dylib", "opt/d/libd.dylib")]
    assert loads(files, main, inner, *others) == {
        (f"{app}/MacOS/X", "usr/lib/libSystem.B.dylib"),
        (f"{app}/MacOS/X", names[0]),
        (f"{app}/MacOS/X", names[1]),
        (f"{app}/MacOS/X", "opt/d/libd.dylib"),
        (names[0], names[1]),
        (names[0], names[2]),
    }


def test_a_kernel_module_loads_those_of_its_own_release_also_compressed_ones() -> None:
    first, second = ("lib/modules/5.10.0/kernel/fs", "lib/modules/6.1.0/kernel/fs")
    files = {
        f"{first}/ext4.ko": "",
        "lib/modules/5.10.0/kernel/lib/crc32c-generic.ko": "( signature.p7s",
        f"{second}/ext4.ko.xz": "( ext4.ko",
        "lib/modules/6.1.0/kernel/lib/crc32c_generic.ko.zst": "( crc32c_generic.ko",
        "etc/x": "",
        "bin/x": "",
    }
    inside = f"{second}/ext4.ko.xz!ext4.ko"
    modules = [
        program(name, kind=ComponentKind.MODULE, needed=("crc32c_generic", "gone"))
        for name in (f"{first}/ext4.ko", inside)
    ]
    assert loads(files, *modules) == {
        (f"{first}/ext4.ko", "lib/modules/5.10.0/kernel/lib/crc32c-generic.ko"),
        (inside, "lib/modules/6.1.0/kernel/lib/crc32c_generic.ko.zst!crc32c_generic.ko"),
    }


def test_roots_that_begin_with_links_to_themselves_are_seen_through() -> None:
    files = SYSTEM | {"tool": "", "here": "-> .", "all": "-> /", "usr/lib/libx.so": ""}
    tool = program("tool", needed=("libx.so",), runpath=("/here/usr/lib",))
    other = program("tool", needed=("/all/here/usr/lib/libx.so",))
    for one in (tool, other):
        assert loads(files, one, library("usr/lib/libx.so")) == {("tool", "usr/lib/libx.so")}
