"""Golden inputs of the units that read what package managers of Ruby, PHP, Lua, R and Perl leave."""

import json
from collections.abc import Iterator

from tests.support.golden_case import Case

GEM = b"""\
# -*- encoding: utf-8 -*-
# stub: nokogiri 1.15.4 x86_64-linux lib

Gem::Specification.new do |s|
  s.name = "nokogiri".freeze
  s.version = "1.15.4"
  s.platform = "x86_64-linux".freeze

  s.required_rubygems_version = Gem::Requirement.new(">= 0".freeze) if s.respond_to? :required_rubygems_version=
  s.licenses = ["MIT".freeze]
  s.summary = "A parser".freeze

  if s.respond_to? :add_runtime_dependency then
    s.add_runtime_dependency(%q<racc>.freeze, ["~> 1.4"])
    s.add_development_dependency(%q<minitest>.freeze, ["~> 5.0"])
  else
    s.add_dependency(%q<racc>.freeze, ["~> 1.4"])
    s.add_dependency(%q<minitest>.freeze, ["~> 5.0"])
  end
end
"""
GEM_SOURCE = b"""\
require_relative "lib/tool/version"

Gem::Specification.new do |spec|
  spec.name = "tool"
  spec.version = Tool::VERSION
end
"""
GEMFILE = b"""\
GIT
  remote: https://example.org/rack.git
  revision: 0000000000000000000000000000000000000000
  specs:
    rack (3.1.0.alpha)

PATH
  remote: .
  specs:
    mine (0.1.0)
      rack

GEM
  remote: https://gems.example/
  specs:
    nokogiri (1.15.4-x86_64-linux)
      racc (~> 1.4)
    racc (1.7.1)

PLATFORMS
  x86_64-linux

DEPENDENCIES
  nokogiri
  rack!

BUNDLED WITH
   2.4.10
"""
MONOLOG = {
    "name": "monolog/monolog",
    "version": "2.9.1",
    "version_normalized": "2.9.1.0",
    "require": {"php": ">=7.2", "psr/log": "^1.0.1 || ^2.0 || ^3.0"},
    "license": ["MIT"],
}
CONSOLE = {"name": "Symfony/Console", "version": "v5.4.1", "license": ["MIT", "GPL-2.0-only"]}
BRANCH = {"name": "acme/branch", "version": "dev-main"}
INSTALLED_PHP = b"""\
<?php return array(
    'root' => array(
        'name' => 'acme/app',
        'pretty_version' => '1.0.0+no-version-set',
        'version' => '1.0.0.0',
    ),
    'versions' => array(
        'acme/app' => array(
            'pretty_version' => '1.0.0+no-version-set',
            'version' => '1.0.0.0',
        ),
        'psr/log-implementation' => array(
            'dev_requirement' => false,
            'provided' => array(
                0 => '3.0.0',
            ),
        ),
        'Symfony/console' => array(
            'pretty_version' => 'v5.4.1',
            'version' => '5.4.1.0',
            'aliases' => array(),
            'dev_requirement' => false,
        ),
    ),
);
"""
PEAR = (
    b'a:24:{s:7:"attribs";a:1:{s:7:"version";s:3:"2.0";}s:4:"name";s:11:"Archive_Tar";s:7:"channel";s:12:"pear.php.net";'
    b's:7:"summary";s:4:"tars";s:7:"version";a:2:{s:7:"release";s:6:"1.4.14";s:3:"api";s:5:"1.4.0";}'
    b's:7:"license";a:2:{s:7:"attribs";a:0:{}s:8:"_content";s:12:"BSD-3-Clause";}'
    b's:8:"filelist";a:1:{s:15:"Archive/Tar.php";a:1:{s:11:"installedas";s:30:"/usr/share/php/Archive/Tar.php";}}}'
)
CHANNEL = b'a:5:{s:14:"suggestedalias";s:4:"pear";s:4:"name";s:12:"pear.php.net";s:7:"channel";s:1:"x";}'
ROCKSPEC = b"""\
package = "lpeg"
version = "1.0.2-1"
source = {
   url = "http://example.org/lpeg-1.0.2.tar.gz",
}
description = {
   summary = "Parsing Expression Grammars",
   license = "MIT/X11"
}
dependencies = {
   "lua >= 5.1",
   "luafilesystem ~> 1.8"
}
build = {
   type = "builtin"
}
"""
MANIFEST = b"""\
commands = {}
dependencies = {
   lpeg = {
      ["1.0.2-1"] = {
         {
            name = "lua"
         }
      }
   }
}
repository = {
   ["lua-cjson"] = {
      ["2.1.0.10-1"] = {
         {
            arch = "installed"
         }
      }
   },
   lpeg = {
      ["1.0.2-1"] = {
         {
            arch = "installed"
         }
      }
   }
}
"""
R_PACKAGE = b"""\
Package: ggplot2
Version: 3.4.1
Title: Create Graphics
Authors@R: c(
    person("A", "B", role = "aut"))
License: GPL (>= 2)
Depends: R (>= 3.3)
Imports: cli, glue, gtable (>= 0.1.1), scales (>=
        1.2.0)
Built: R 4.2.2; ; 2023-02-10 17:50:05 UTC; unix
"""
PERL_META = {
    "abstract": "x",
    "dynamic_config": 0,
    "generated_by": "a tool",
    "license": ["perl_5"],
    "meta-spec": {"url": "http://example.org", "version": 2},
    "name": "JSON-XS",
    "prereqs": {"runtime": {"requires": {"Types::Serialiser": "0", "perl": "5.008"}}},
    "version": "4.03",
}
PERL_YAML = b"""\
---
abstract: 'a module'
build_requires:
  Test::More: '0'
dynamic_config: 1
generated_by: 'a tool, version 6'
license: perl
meta-spec:
  url: http://example.org/META-spec.html
  version: '1.4'
name: Try-Tiny
requires:
  Exporter: '5.57'
  perl: '5.006'
version: '0.31'
"""


def _json(document: object) -> bytes:
    return json.dumps(document, indent=4).encode()


def cases() -> Iterator[Case]:
    yield Case("components/gem_specifications/installed", GEM, "the specification of an installed gem")
    yield Case("components/gem_specifications/source", GEM_SOURCE, "a specification that computes its version")
    yield Case("components/gemfile_locks/lock", GEMFILE, "a lock file of Bundler")
    yield Case(
        "components/gemfile_locks/empty", b"GEM\n  remote: https://gems.example/\n  specs:\n\n", "nothing pinned"
    )
    yield from _php()
    yield Case("components/lua_rocks/rockspec", ROCKSPEC, "the rockspec of an installed rock")
    yield Case("components/lua_rocks/manifest", MANIFEST, "the manifest of a tree of rocks")
    yield Case("components/lua_rocks/script", b'source = {\n   package = "x"\n}\n', "a script with a table")
    yield Case("components/r_packages/installed", R_PACKAGE, "the DESCRIPTION of an installed package")
    base = b"Package: base\nVersion: 4.2.2\nPriority: base\nBuilt: R 4.2.2; ; 2023-01-20; unix\n"
    yield Case("components/r_packages/base", base, "the DESCRIPTION of R itself")
    part = base.replace(b"Package: base", b"Package: stats")
    yield Case("components/r_packages/part", part, "the DESCRIPTION of a part of R")
    yield Case("components/perl_distributions/json", _json(PERL_META), "META.json")
    yield Case("components/perl_distributions/yaml", PERL_YAML, "META.yml")
    yield Case("components/perl_distributions/other", b"x: 1\nmeta-spec:\n  version: 2\n", "another YAML file")
    files = b"/usr/share/perl5/Try/Tiny.pm type=file\n/usr/share/man/man3/Try::Tiny.3pm\n"
    yield Case("components/perl_packlists/list", files, "a .packlist with and without attributes")
    yield Case("components/perl_packlists/code", b"/* a comment */\nint x;\n", "a program")


def _php() -> Iterator[Case]:
    name = "components/composer_packages"
    second = {"packages": [MONOLOG, CONSOLE, BRANCH], "dev": True, "dev-package-names": []}
    yield Case(f"{name}/installed", _json(second), "installed.json of Composer 2")
    yield Case(f"{name}/older", _json([MONOLOG]), "installed.json of Composer 1")
    lock = {"_readme": [], "content-hash": "00", "packages": [CONSOLE], "packages-dev": [MONOLOG]}
    yield Case(f"{name}/lock", _json(lock), "composer.lock")
    yield Case(f"{name}/odd", b'{"content-hash": 1, "packages": {"a": 1}}', "a lock file with other types")
    yield Case("components/composer_installed/table", INSTALLED_PHP, "installed.php")
    code = b"<?php\n/** array('a/b' => array(\n'pretty_version' => '1.0',\n) */ class X {}\n"
    yield Case("components/composer_installed/code", code, "code that reads the table")
    yield Case("components/pear_packages/package", PEAR, "the registry entry of a package")
    yield Case("components/pear_packages/channel", CHANNEL, "the registry entry of a channel")
