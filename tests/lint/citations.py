#!/usr/bin/env python3
"""Every rule that the tree cites stands in man/hs-protocol.7.scd, every section of a page in docs/.

usage: citations.py SOURCE_ROOT

Cited are remedies (S01), invariants (I01) and sections ("PROTOCOL 3.7, 6.5", "3A.5",
"ARCHITECTURE 5").
"""
import pathlib
import re
import sys

PAGE = "man/hs-protocol.7.scd"
TOPS = "lib cli keys genesis testnet tests docs man cmake scripts".split()
NUMBERED = re.compile(r"\b[SI][0-9]{2}a?\b")
SECTIONS = re.compile(r"\bPROTOCOL ((?:(?:and |, )*[0-9]+A?(?:\.[0-9]+)?)+)|\b(3A\.[0-9]+)")
SECTION = re.compile(r"[0-9]+A?(?:\.[0-9]+)?")
DOCS = re.compile(r"\b(ARCHITECTURE|RELIABILITY) ([0-9])(?: and ([0-9]))?")
ABSENT = re.compile(r"\b(CLI\.md|STYLE\.md|DEPENDENCIES [A-Z0-9])")


def rules(text):
    """What the page defines: numbered entries and section numbers."""
    entries = set(re.findall(r"^(?:- )?\*([SI][0-9]{2}a?)\b", text, re.M))
    sections = set(re.findall(r"^#+ ([0-9]+A?(?:\.[0-9]+)?) ", text, re.M))
    return entries, sections


def doc_sections(root):
    for page in ("ARCHITECTURE", "RELIABILITY"):
        text = (root / "docs" / f"{page}.md").read_text(encoding="utf-8")
        yield from ((page, number) for number in re.findall(r"^## ([0-9])\. ", text, re.M))


def check(path, name, entries, sections):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for rule in NUMBERED.findall(line):
            if rule not in entries:
                yield f"{name}:{number}: {rule} is no rule of {PAGE}"
        for match in SECTIONS.finditer(line):
            for section in SECTION.findall(match.group(1) or match.group(2)):
                if section not in sections:
                    yield f"{name}:{number}: {section} is no section of {PAGE}"
        for match in DOCS.finditer(line):
            page, *cited = match.groups()
            for section in filter(None, cited):
                if (page, section) not in sections:
                    yield f"{name}:{number}: docs/{page}.md has no section {section}"
        if absent := ABSENT.search(line):
            yield f"{name}:{number}: no page of this project is called {absent.group(1)}"


def main():
    root = pathlib.Path(sys.argv[1])
    entries, sections = rules((root / PAGE).read_text(encoding="utf-8"))
    sections |= set(doc_sections(root))
    paths = [p for top in TOPS for p in sorted((root / top).rglob("*"))
             if p.suffix in (".h", ".cpp", ".py", ".md", ".scd") and p.name != "citations.py"]
    errors = [e for p in paths for e in check(p, p.relative_to(root).as_posix(), entries, sections)]
    errors.append(f"{len(entries)} rules, {len(sections)} sections, {len(errors)} lost citations")
    print("\n".join(errors))
    return 1 if len(errors) > 1 or len(entries) < 90 else 0


if __name__ == "__main__":
    sys.exit(main())
