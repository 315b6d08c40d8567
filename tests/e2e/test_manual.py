"""The manual pages and the help say the same: every option of a command is in its page and back."""

import os
import pathlib
import re
import unittest

from harness import EndToEnd, main

PAGES = pathlib.Path(os.environ.get("HS_SOURCE_DIR", pathlib.Path(__file__).parents[2])) / "man"


def words(text, title):
    """First words of the lines under a title of a help text."""
    if title not in text:
        return []
    section = text.split(title + "\n")[1].split("\n\n")[0]
    return [line.split()[0] for line in section.splitlines() if re.match(r"  \S", line)]


def options_in_help(text, title):
    if title not in text:
        return set()
    section = text.split(title + "\n")[1].split("\n\n")[0]
    return set(re.findall(r"^ {2,6}(?:-\w, )?(--[a-z0-9-]+)", section, re.MULTILINE))


def options_in_page(text):
    return set(re.findall(r"\*(--[a-z0-9-]+)", text))


class Manual(EndToEnd):
    def commands_under(self, *name):
        """The words and the help of every command whose words begin with these."""
        text = self.hs(*name, "--help").out
        verbs = words(text, "Verbs:")
        if not verbs:
            return [(name, text)]
        return [command for verb in verbs for command in self.commands_under(*name, verb)]

    def test_options_and_pages_agree_both_ways(self):
        root = self.hs("--help").out
        everywhere = options_in_help(root, "Options of every command:") | {"--version"}
        for word in words(root, "Commands:"):
            if word == "help":
                continue
            with self.subTest(page=word):
                page = PAGES / f"hs-{word}.1.scd"
                self.assertTrue(page.exists(), f"{page.name} is missing")
                text = page.read_text()
                known = set()
                for name, help_text in self.commands_under(word):
                    known |= options_in_help(help_text, "Options:")
                    self.assertIn(" ".join(["hs", *name]), text.replace("*|*", f"*|hs {word} "))
                self.assertEqual(known - options_in_page(text), set(), "not in the page")
                self.assertEqual(options_in_page(text) - known - everywhere, set(), "not in hs")

    def test_the_first_page_names_every_group_and_option(self):
        text = (PAGES / "hs.1.scd").read_text()
        root = self.hs("--help").out
        for word in words(root, "Commands:"):
            self.assertIn(f"*{word}*", text)
        self.assertEqual(options_in_help(root, "Options of every command:") -
                         options_in_page(text), set())


if __name__ == "__main__":
    main()
