"""Faults of many kinds at a time, at real processes under load."""

from harness import EndToEnd, main
from nemesis import Nemesis

KINDS_LEAST = 8


class ManyFaults(EndToEnd):
    def test_the_others_go_on_and_nothing_acknowledged_is_lost(self):
        nemesis = Nemesis(self, seed=1, say=lambda text: print(text, flush=True))
        acknowledged = nemesis.run(rounds=5)
        self.assertGreater(acknowledged, 10)
        self.assertGreaterEqual(len(nemesis.seen), KINDS_LEAST, nemesis.seen)


if __name__ == "__main__":
    main()
