"""What scripts/campaign does again, what it does not, and what it tells of it."""

import contextlib
import importlib.machinery
import importlib.util
import io
import json
import pathlib
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "campaign"


def load():
    loader = importlib.machinery.SourceFileLoader("campaign", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("campaign", loader))
    loader.exec_module(module)
    return module


campaign = load()


class Steps:
    """A part whose steps are remembered; those in `bad` fail."""

    def __init__(self, bad=(), facts=None):
        self.done, self.bad, self.facts = [], set(bad), facts or {}

    def __call__(self, first, count):
        self.done.append((first, count))
        return first not in self.bad, dict(self.facts)


class Campaign(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.record = self.folder / "campaign.json"
        self.sources = "aaaa"
        self.addCleanup(setattr, campaign, "fingerprint", campaign.fingerprint)
        campaign.fingerprint = lambda paths: self.sources

    def part(self, steps, count=50, step=20, judge=None):
        return campaign.Part("demo", "demonstrations", count, step, 5, steps, [], judge)

    def progress(self, part):
        row = campaign.read_record(self.record).get("demo")
        return campaign.Progress(part, self.folder, "c0ffee", self.sources, row)

    def run_part(self, part, minutes=5):
        with contextlib.redirect_stdout(io.StringIO()) as said:
            good = campaign.run_part(part, self.progress(part), part.count, minutes)
        self.said = said.getvalue()
        return good

    def row(self, part):
        campaign.write_record(self.record, [part], self.folder)
        return json.loads(self.record.read_text())["parts"][0]

    def test_each_step_is_done_once(self):
        steps = Steps()
        self.assertTrue(self.run_part(self.part(steps)))
        self.assertEqual(steps.done, [(1, 20), (21, 20), (41, 10)])
        self.assertTrue(self.run_part(self.part(steps)))
        self.assertEqual(len(steps.done), 3)

    def test_a_failed_step_ends_the_part_and_is_done_again(self):
        self.assertFalse(self.run_part(self.part(Steps(bad=[21]))))
        self.assertIn("FAILED in the step of 21", self.said)
        steps = Steps()
        self.assertTrue(self.run_part(self.part(steps)))
        self.assertEqual(steps.done, [(21, 20), (41, 10)])

    def test_other_sources_begin_anew(self):
        self.run_part(self.part(Steps()))
        self.sources = "bbbb"
        steps = Steps()
        self.run_part(self.part(steps))
        self.assertEqual(len(steps.done), 3)

    def test_when_time_is_up_the_rest_is_no_failure(self):
        steps = Steps()
        self.assertTrue(self.run_part(self.part(steps), minutes=-1))
        self.assertEqual(steps.done, [])
        self.assertIn("time is up at 0 of 50", self.said)

    def test_the_record_is_gone_on_from_without_the_results(self):
        part = self.part(Steps(facts={"views": 7, "failures": [], "marks": {"a": 1, "b": 0}}))
        self.run_part(part)
        row = self.row(part)
        self.assertEqual((row["done"], row["goal"], row["ranges"]), (50, 50, [[1, 50]]))
        self.assertEqual((row["views"], row["failures"], row["marks"]), (21, 0, {"a": 3, "b": 0}))
        self.assertEqual(row["commits"], ["c0ffee"])
        (self.folder / "demo.jsonl").unlink()
        steps = Steps(facts={"views": 7, "failures": [], "marks": {"a": 1, "b": 2}})
        longer = self.part(steps, count=70, step=10)
        self.run_part(longer)
        self.assertEqual(steps.done, [(51, 10), (61, 10)])
        row = self.row(longer)
        self.assertEqual((row["ranges"], row["views"]), ([[1, 70]], 35))
        self.assertEqual(row["marks"], {"a": 5, "b": 4})

    def test_a_record_is_written_twice_and_counts_once(self):
        part = self.part(Steps(facts={"views": 7}))
        self.run_part(part)
        self.assertEqual(self.row(part), self.row(part))
        self.assertEqual(self.row(part)["views"], 21)

    def test_the_row_of_other_sources_stays_until_it_is_replaced(self):
        part = self.part(Steps())
        self.run_part(part)
        old = self.row(part)
        self.sources = "bbbb"
        self.assertEqual(self.row(part), old)
        self.run_part(self.part(Steps()), minutes=-1)
        self.assertEqual(self.row(part), old)
        self.run_part(self.part(Steps()))
        self.assertEqual(self.row(part)["sources"], "bbbb")

    def test_the_judge_has_the_whole_part_and_only_when_nothing_is_left(self):
        judged = []

        def judge(row):
            judged.append(row["marks"])
            return all(row["marks"].values())

        part = self.part(Steps(facts={"marks": {"a": 1, "never": 0}}), judge=judge)
        self.assertTrue(self.run_part(part, minutes=-1))
        self.assertEqual(judged, [])
        self.assertFalse(self.run_part(part))
        self.assertEqual(judged, [{"a": 3, "never": 0}])

    def test_a_line_that_was_cut_off_is_told_of_and_its_step_done_again(self):
        self.run_part(self.part(Steps()))
        path = self.folder / "demo.jsonl"
        path.write_text(path.read_text()[:-20])
        steps = Steps()
        with contextlib.redirect_stderr(io.StringIO()) as said:
            self.run_part(self.part(steps))
        self.assertEqual(steps.done, [(41, 10)])
        self.assertIn("demo.jsonl:3", said.getvalue())

    def test_the_marks_of_all_parts_are_added_and_the_rare_ones_told(self):
        record = {"one": {"marks": {"often": 600, "rare": 3}}, "two": {"marks": {"often": 400}},
                  "three": {"done": 1}}
        with contextlib.redirect_stdout(io.StringIO()) as said:
            self.assertTrue(campaign.tell_marks(record))
            self.assertFalse(campaign.tell_marks({"one": {"marks": {"never": 0}}}))
        self.assertIn("     3  rare\n2 marks, 1 of them 1000 times or more\n", said.getvalue())
        self.assertNotIn("often", said.getvalue())


if __name__ == "__main__":
    unittest.main(verbosity=2)
