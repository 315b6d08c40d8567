"""Genesis documents from the command line: made, judged, hashed, shown."""

import json
import re

from harness import EndToEnd, main


class Genesis(EndToEnd):
    def path(self, name):
        return self.folder / "home" / name

    def create(self, *arguments, out="g.yaml", **options):
        return self.hs("genesis", "create", "--out", self.path(out), "--keys-dir",
                       self.path("keys"), *arguments, **options)

    def edited(self, *replacements):
        """The document at g.yaml with pieces of its text replaced, at edited.yaml."""
        text = self.path("g.yaml").read_text()
        for old, new in replacements:
            self.assertIn(old, text)
            text = text.replace(old, new, 1)
        self.path("edited.yaml").write_text(text)
        return self.path("edited.yaml")

    def fault(self, *replacements, code=2):
        """What validate says about the edited document: line, column, sentence."""
        edited = self.edited(*replacements)
        message = self.error("genesis", "validate", edited, code=code)["message"]
        found = re.match(rf"{re.escape(str(edited))}:(\d+):(\d+): (.*)", message)
        self.assertTrue(found, message)
        return int(found[1]), int(found[2]), found[3]

    def test_a_set_that_can_never_change_is_told(self):
        self.assertIn("can never change", self.create("--validators", "4", "--unencrypted").err)
        self.assertRegex(self.hs("genesis", "show", self.path("g.yaml")).out,
                         r"authority +none: the validator set never changes")
        key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        said = self.create("--validators", "4", "--unencrypted", "--authority", key, "--force")
        self.assertNotIn("can never change", said.err)

    def test_four_validators_and_their_keys_from_one_command(self):
        result = self.create("--validators", "4", "--unencrypted")
        self.assertIn("next: hs node init", result.err)
        shown = self.json("genesis", "show", self.path("g.yaml"))
        self.assertEqual(shown["schema"], "hs.genesis/v1")
        self.assertEqual(shown["testnet"], False)
        self.assertIsInstance(shown["chain_id"], str)
        self.assertEqual(shown["params"], {"view_timeout_ms": 1000, "epoch_length": 10,
                                           "reference_peers": False})
        self.assertEqual((shown["total_power"], shown["quorum"]), (4, 3))
        self.assertIsNone(shown["authority"])
        self.assertIn(shown["hash"], result.out)
        keys = self.json("keys", "list", self.path("keys"))["keys"]
        self.assertEqual([(key["name"], key["public_key"]) for key in keys],
                         [(each["name"], each["public_key"]) for each in shown["validators"]])
        self.assertEqual(self.hs("genesis", "hash", self.path("g.yaml")).out.strip(), shown["hash"])
        self.assertEqual(self.json("genesis", "hash", self.path("g.yaml"))["hash"], shown["hash"])
        check = self.json("genesis", "validate", self.path("g.yaml"))
        self.assertEqual((check["ok"], check["hash"], check["warnings"]), (True, shown["hash"], []))

    def test_nothing_is_overwritten(self):
        self.create("--validators", "4", "--unencrypted")
        before = self.path("g.yaml").read_text()
        self.create("--validators", "4", "--unencrypted", code=6)
        self.create("--validators", "4", "--unencrypted", out="other.yaml", code=6)
        self.assertEqual(self.path("g.yaml").read_text(), before)
        self.assertFalse(self.path("other.yaml").exists())

    def test_a_draft_that_fails_leaves_no_files(self):
        self.create("--validators", "4", "--insecure-seed", "s", code=2)  # no --testnet
        self.create("--validators", "4", code=2)  # neither encrypted nor renounced
        self.assertFalse(self.path("g.yaml").exists())
        self.assertFalse(self.path("keys").exists())

    def test_validators_by_public_key_and_by_key_file(self):
        key = self.json("keys", "generate", "--unencrypted", "--out", self.path("a.yaml"))
        other = self.json("keys", "generate", "--unencrypted", "--out", self.path("b.yaml"))
        self.create("--validator", f"ann={self.path('a.yaml')}:6", "--validator",
                    f"bob={other['public_key']}:4", "--chain-id", "7", "--authority",
                    key["public_key"], "--param", "view_timeout=500ms", "--param",
                    "epoch_length=12")
        shown = self.json("genesis", "show", self.path("g.yaml"))
        self.assertEqual(shown["chain_id"], "7")
        self.assertEqual(shown["authority"], key["public_key"])
        self.assertEqual(shown["params"], {"view_timeout_ms": 500, "epoch_length": 12,
                                           "reference_peers": False})
        self.assertEqual({each["name"]: each["power"] for each in shown["validators"]},
                         {"ann": 3, "bob": 2})  # divided by their greatest common divisor

    def test_weak_sets_are_warned_of(self):
        keys = [self.json("keys", "generate", "--unencrypted", "--out", self.path(f"{i}.yaml"))
                for i in range(4)]
        validators = []
        for index, power in enumerate((1, 1, 1, 40)):
            validators += ["--validator", f"v{index}={keys[index]['public_key']}:{power}"]
        result = self.create(*validators)
        self.assertIn("warning: validator v3 holds a third of the power or more", result.err)
        self.assertIn("warning: powers differ by a factor of 40", result.err)
        warnings = self.json("genesis", "validate", self.path("g.yaml"))["warnings"]
        self.assertEqual(len(warnings), 2)

    def test_the_same_seed_gives_the_same_document(self):
        arguments = ["genesis", "create", "--validators", "4", "--testnet", "--insecure-seed", "s",
                     "--chain-id", "7", "--out", "-", "--keys-dir"]
        one = self.hs(*arguments, self.path("k1")).out
        two = self.hs(*arguments, self.path("k2")).out
        self.assertEqual(one, two)
        self.assertIn("test_key: true", one)
        self.path("g.yaml").write_text(one)
        self.hs("genesis", "validate", self.path("g.yaml"))
        self.assertEqual(self.fault(("testnet: true\n", ""))[2].split(";")[0],
                         "validator n0 has a test key, which anybody can compute")

    def test_faults_are_shown_where_they_stand(self):
        self.create("--validators", "4", "--unencrypted", "--chain-id", "7")
        keys = [each["public_key"]
                for each in self.json("genesis", "show", self.path("g.yaml"))["validators"]]
        self.assertEqual(self.fault(("power: 1", "power: 0")),
                         (5, 105, "0 is out of range; expected 1 to 9007199254740991"))
        self.assertEqual(self.fault((keys[1], keys[0])),
                         (6, 5, "validators n0 and n1 have the same key"))
        self.assertEqual(self.fault(("app: kv\n", "app: kv\nchain_id: 8\n")),
                         (4, 1, "'chain_id' stands here a second time; the first is in line 2"))
        self.assertEqual(self.fault(("power: 1", "powr: 1"))[2],
                         "unknown field 'powr'; did you mean power?")
        self.assertEqual(self.fault(("power: 1", "power: 9007199254740991"))[2],
                         "the total power exceeds 2^53 - 1 with validator n1")
        self.assertEqual(self.fault((keys[3], "00" * 32))[2].split(":")[0], "validator n3")
        self.assertEqual(self.fault(("chain_id: 7\n", ""))[2], "the field 'chain_id' is missing")
        self.assertIn("not YAML", self.fault(("validators:", "validators: ["))[2])
        self.fault(("hs.genesis/v1", "hs.genesis/v2"), code=8)

    def test_a_human_error_has_its_lines(self):
        self.create("--validators", "4", "--unencrypted")
        result = self.hs("genesis", "validate", self.edited(("power: 1", "powr: 1")), code=2)
        lines = result.err.splitlines()
        self.assertTrue(lines[0].startswith("error[unknown_field]: "), result.err)
        self.assertTrue(lines[-1].startswith("fix: "), result.err)
        self.assertEqual(result.out, "")

    def test_a_missing_file_points_to_the_command_that_makes_one(self):
        error = self.error("genesis", "validate", "none.yaml", code=3)
        self.assertIn("hs genesis create", error["hint"])

    def test_a_folder_is_no_genesis(self):
        error = self.error("genesis", "validate", self.folder, code=2)
        self.assertIn("name a file", error["hint"])

    def test_bad_arguments_are_refused(self):
        key = "8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394"
        for arguments in ([], ["--validators", "2", "--validator", f"a={key}:1"],
                          ["--validators", "0"], ["--validator", "a"], ["--validator", f"a={key}"],
                          ["--validator", f"a={key}:0"], ["--validator", f"={key}:1"],
                          ["--validator", f"a={key}:1", "--validator", f"b={key}:1"],
                          ["--validator", f"a={key}:1", "--param", "view_timout=1s"],
                          ["--validator", f"a={key}:1", "--param", "epoch_length=0"],
                          ["--validator", f"a={key}:1", "--param", "view_timeout=1ms"],
                          ["--validator", f"a={key}:1", "--authority", "xyz"],
                          ["--validator", f"a={key}:1", "--app", "other"],
                          ["--validator", f"a={key}:1", "--chain-id", "0"]):
            self.create(*arguments, code=2)
        self.create("--validator", "a=missing.yaml:1", code=3)
        self.hs("genesis", "validate", self.path("none.yaml"), code=3)
        self.assertFalse(self.path("g.yaml").exists())

    def test_a_node_judges_by_the_same_code(self):
        self.create("--validators", "1", "--unencrypted")
        broken = self.edited(("power: 1", "power: 0"))
        one = self.error("genesis", "validate", broken, code=2)["message"]
        two = self.error("node", "init", "--home", self.path("n"), "--genesis", broken, "--key",
                         self.path("keys/n0.yaml"), code=2)["message"]
        self.assertIn(one, two)


if __name__ == "__main__":
    main()
