"""What was acknowledged survives the death of every node at once."""

from crash_loop import run_rounds
from harness import EndToEnd, main


class Crashes(EndToEnd):
    def test_no_acknowledged_write_is_lost_when_all_nodes_are_killed_at_once(self):
        acknowledged = run_rounds(self, rounds=8, nodes=4, seed=1)
        self.assertGreater(acknowledged, 10)


if __name__ == "__main__":
    main()
