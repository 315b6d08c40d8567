"""hs debug decode: every kind of bytes is told apart, and what is wrong with them said."""

import hashlib
import json
import os
import pathlib
import struct

from harness import EndToEnd, main

SIGNATURE = "ab" * 64


def u32(value):
    return struct.pack("<I", value).hex()


def u64(value):
    return struct.pack("<Q", value).hex()


def text(value):
    return u32(len(value)) + value.encode().hex()


# chain 7, view 5, a block, phase generic, slots: signed, empty
PC = u64(7) + u64(5) + "11" * 32 + "00" + u32(2) + "01" + SIGNATURE + "00"
TC = u64(7) + u64(5) + u32(1) + "00"
TRANSACTION = u64(7) + "22" * 16 + u64(1) + u64(500) + "00" + text("hello") + text("world")
GENESIS_PC = u64(0) + u64(0) + "00" * 32 + "00" + u32(0)


def block(transactions):
    data = u32(0)
    if transactions:
        datum = u32(len(transactions))
        datum += "".join(u32(len(each) // 2) + each for each in transactions)
        data = u32(1) + u32(len(datum) // 2) + datum
    data_hash = hashlib.sha256(bytes.fromhex(data)).hexdigest()
    name = hashlib.sha256(bytes.fromhex(u64(0) + GENESIS_PC + data_hash)).hexdigest()
    return u64(0) + name + GENESIS_PC + data_hash + data


def proposal(transactions):
    return "000000" + u64(7) + u64(1) + block(transactions)


class Decode(EndToEnd):
    def decoded(self, hex_digits, *arguments):
        result = self.json("debug", "decode", hex_digits, *arguments)
        self.assertEqual(result["schema"], "hs.decoded/v1")
        self.assertEqual(result["bytes"], len(hex_digits) // 2)
        return result["kind"], result["value"]

    def test_a_proposal_is_shown_down_to_its_transactions(self):
        kind, value = self.decoded(proposal([TRANSACTION]))
        self.assertEqual((kind, value["view"]), ("Proposal", 1))
        self.assertTrue(value["block"]["hash_fits"])
        self.assertTrue(value["block"]["justify"]["genesis"])
        transaction = value["block"]["data"]["transactions"][0]
        self.assertEqual((transaction["kind"], transaction["key"], transaction["value"]),
                         ("put", "hello", "world"))
        self.assertEqual(transaction["id"], hashlib.sha256(bytes.fromhex(TRANSACTION)).hexdigest())

    def test_a_block_whose_hash_does_not_fit_is_marked(self):
        wrong = block([])
        wrong = wrong[:16] + "ff" * 32 + wrong[16 + 64:]
        self.assertFalse(self.decoded(wrong)[1]["hash_fits"])

    def test_certificates_and_transactions_are_told_apart(self):
        kind, value = self.decoded(PC)
        self.assertEqual((kind, value["view"], value["phase"], value["signer_bits"]),
                         ("PhaseCertificate", 5, "generic", "10"))
        self.assertEqual(value["signatures"], [SIGNATURE, None])
        self.assertEqual(self.decoded(TC)[0], "TimeoutCertificate")
        self.assertEqual(self.decoded(TRANSACTION)[0], "Transaction")
        self.assertEqual(self.decoded(block([TRANSACTION]))[0], "Block")

    def test_a_frame_is_opened(self):
        body = proposal([])
        kind, value = self.decoded(u32(len(body) // 2 + 1) + "01" + body)
        self.assertEqual((kind, value["channel"], value["kind"]), ("Frame", 1, "Proposal"))

    def test_every_message_of_the_vectors_is_told_by_its_name(self):
        folder = pathlib.Path(os.environ.get(
            "HS_VECTORS", pathlib.Path(os.environ["HS_SOURCE_DIR"]) / "tests/golden/vectors"))
        kinds = set()
        for row in json.loads((folder / "encodings.json").read_text())["rows"]:
            if row.get("type") != "Message":
                continue
            answer = self.hs("debug", "decode", "--as", "message", row["hex"], "--json", code=None)
            if answer.code == 0:
                kinds.add(json.loads(answer.out)["kind"])
            else:  # numbers that no replica takes, so that adding 1 can never wrap
                self.assertIn("above the limit", answer.err)
        self.assertGreaterEqual(len(kinds), 5)

    def test_hex_and_raw_bytes_come_from_files_and_pipes(self):
        raw = self.folder / "raw"
        raw.write_bytes(bytes.fromhex(PC))
        spaced = self.folder / "spaced"
        spaced.write_text("0x" + PC[:40] + "\n  " + PC[40:] + "\n")
        for path in (raw, spaced):
            self.assertEqual(self.json("debug", "decode", path)["kind"], "PhaseCertificate")
        self.assertEqual(self.json("debug", "decode", "-", input=PC)["kind"], "PhaseCertificate")

    def test_the_tree_for_people_names_everything(self):
        out = self.hs("debug", "decode", proposal([TRANSACTION])).out
        self.assertTrue(out.startswith("Proposal  ("), out)
        self.assertIn("key: hello", out)
        self.assertNotIn("\x1b", out)

    def test_a_value_cannot_play_with_the_terminal(self):
        evil = u64(7) + "22" * 16 + u64(1) + u64(500) + "00" + text("k") + text("\x1b[2Jx")
        self.assertNotIn("\x1b", self.hs("debug", "decode", evil).out)

    def test_what_is_nothing_is_refused_with_a_reason(self):
        self.assertIn("nothing that the protocol sends",
                      self.error("debug", "decode", "0001", code=2)["message"])
        message = self.error("debug", "decode", PC + "00", "--as", "pc", code=2)["message"]
        self.assertIn("not a pc: input goes on", message)
        self.error("debug", "decode", PC[:-2], "--as", "pc", code=2)
        self.error("debug", "decode", "no such file", code=2)
        self.error("debug", "decode", "-", code=2, input="")
        self.hs("debug", "decode", PC, "--as", "nonsense", code=2)


if __name__ == "__main__":
    main()
