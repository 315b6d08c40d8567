"""Key files by command: made privately, shown without their secret, refused when unsafe."""

import json
import os
import pty
import re
import stat
import subprocess

from harness import EndToEnd, binary, main


def mode(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


class Keys(EndToEnd):
    def path(self, name):
        return self.folder / "home" / name

    def generate(self, name, *arguments, **options):
        return self.hs("keys", "generate", "--unencrypted", "--out", self.path(name), *arguments,
                       **options)

    def secret(self, name):
        return re.search(r'secret_key: "([0-9a-f]{64})"', self.path(name).read_text()).group(1)

    def test_a_key_is_made_privately_and_shown_without_its_secret(self):
        made = self.generate("safe/k.yaml", "--name", "alice")
        self.assertEqual(mode(self.path("safe")), 0o700)
        self.assertEqual(mode(self.path("safe/k.yaml")), 0o600)
        self.assertIn("next: hs genesis create", made.err)
        key = self.json("keys", "show", self.path("safe/k.yaml"))
        self.assertEqual(list(key)[0], "schema")
        self.assertEqual(key["schema"], "hs.key/v1")
        self.assertEqual(key["name"], "alice")
        self.assertEqual(key["encrypted"], False)
        self.assertEqual(key["test"], False)
        self.assertEqual(key["path"], str(self.path("safe/k.yaml")))
        self.assertRegex(key["public_key"], "^[0-9a-f]{64}$")
        secret = self.secret("safe/k.yaml")
        shown = self.hs("keys", "show", self.path("safe/k.yaml"))
        for text in (made.out, made.err, shown.out, json.dumps(key)):
            self.assertNotIn(secret, text)

    def test_json_at_creation_is_that_of_show(self):
        made = self.json("keys", "generate", "--unencrypted", "--out", self.path("k.yaml"))
        self.assertEqual(made, self.json("keys", "show", self.path("k.yaml")))

    def test_encryption_is_asked_for_unless_renounced(self):
        error = self.error("keys", "generate", "--out", self.path("k.yaml"), code=2)
        self.assertEqual(error["code"], "encryption_unavailable")
        self.assertIn("--unencrypted", error["hint"])
        self.assertFalse(self.path("k.yaml").exists())

    def test_an_existing_file_is_refused_before_anything_else(self):
        self.generate("k.yaml")
        before = self.path("k.yaml").read_bytes()
        error = self.error("keys", "generate", "--out", self.path("k.yaml"), code=6)
        self.assertEqual(error["code"], "exists")
        self.generate("k.yaml", code=6)
        self.assertEqual(self.path("k.yaml").read_bytes(), before)
        self.generate("k.yaml", "--force")
        self.assertNotEqual(self.path("k.yaml").read_bytes(), before)

    def test_a_dangling_link_is_not_written_through(self):
        os.symlink(self.path("elsewhere"), self.path("k.yaml"))
        self.generate("k.yaml", code=6)
        self.assertFalse(self.path("elsewhere").exists())

    def test_several_keys_are_named_in_the_order_of_their_public_keys(self):
        made = self.json("keys", "generate", "--unencrypted", "--count", "5", "--out",
                         self.path("keys"))
        self.assertEqual(made["schema"], "hs.keys/v1")
        self.assertEqual([key["name"] for key in made["keys"]], ["n0", "n1", "n2", "n3", "n4"])
        public = [key["public_key"] for key in made["keys"]]
        self.assertEqual(public, sorted(public))
        listed = self.json("keys", "list", self.path("keys"))
        self.assertEqual(listed, made)
        lines = self.hs("keys", "list", self.path("keys"), "-o", "jsonl").out.splitlines()
        self.assertEqual([json.loads(line) for line in lines], made["keys"])
        plain = self.hs("keys", "list", self.path("keys"), "-o", "plain").out.splitlines()
        self.assertEqual([line.split("\t")[0] for line in plain], ["n0", "n1", "n2", "n3", "n4"])

    def test_insecure_keys_follow_from_their_seed_and_are_marked(self):
        def make(name, seed):
            return self.json("keys", "generate", "--insecure-seed", seed, "--name", "a", "--out",
                             self.path(name))

        one, same, other = make("1.yaml", "s"), make("2.yaml", "s"), make("3.yaml", "t")
        self.assertTrue(one["test"])
        self.assertEqual(one["public_key"], same["public_key"])
        self.assertNotEqual(one["public_key"], other["public_key"])

    def test_a_file_that_others_can_read_is_refused_by_every_command(self):
        self.generate("k.yaml")
        self.path("k.yaml").chmod(0o640)
        error = self.error("keys", "show", self.path("k.yaml"), code=7)
        self.assertEqual(error["code"], "unsafe_key_file")
        self.assertEqual(error["hint"], f"chmod 600 {self.path('k.yaml')}")
        self.hs("keys", "list", self.path(""), code=7)
        self.hs("genesis", "create", "--validator", f"a={self.path('k.yaml')}:1", "--out",
                self.path("g.yaml"), code=7)
        subprocess.run(error["hint"].split(), check=True)
        self.hs("keys", "show", self.path("k.yaml"))

    def test_a_list_shows_the_good_keys_beside_the_bad(self):
        self.generate("a.yaml", "--name", "a")
        self.generate("b.yaml", "--name", "b")
        self.path("a.yaml").chmod(0o644)
        result = self.hs("keys", "list", self.path(""), "--json", code=7)
        self.assertEqual([key["name"] for key in json.loads(result.out)["keys"]], ["b"])

    def test_damage_is_told_from_absence(self):
        missing = self.error("keys", "show", self.path("k.yaml"), code=3)
        self.assertEqual(missing["code"], "not_found")
        self.assertIn("hs keys generate", missing["hint"])
        self.assertIn("hs keys list", self.error("keys", "show", self.path(""), code=7)["hint"])
        self.generate("k.yaml")
        text = self.path("k.yaml").read_text()
        for damaged in (text[: len(text) // 2], text.replace('name: "key"', 'name: "kez"'), ""):
            self.path("k.yaml").write_text(damaged)
            self.error("keys", "show", self.path("k.yaml"), code=8)
            self.assertNotIn(re.search(r'secret_key: "(.*)"', text).group(1),
                             self.hs("keys", "show", self.path("k.yaml"), code=8).err)

    def test_bad_arguments_are_refused(self):
        for arguments in (["--name", "../x"], ["--count", "0"], ["--count", "x"],
                          ["--count", "2", "--out", "-"]):
            self.hs("keys", "generate", "--unencrypted", *arguments, code=2)
        self.hs("keys", "show", code=2)
        self.hs("keys", "list", self.path("none"), code=3)

    def test_a_secret_goes_to_a_pipe_but_not_onto_a_screen(self):
        piped = self.hs("keys", "generate", "--unencrypted", "--out", "-")
        self.path("k.yaml").write_text(piped.out)
        self.path("k.yaml").chmod(0o600)
        self.hs("keys", "show", self.path("k.yaml"))
        leader, follower = pty.openpty()
        done = subprocess.run([binary(), "keys", "generate", "--unencrypted", "--out", "-"],
                              stdout=follower, stderr=subprocess.PIPE, env=self.environment)
        os.close(follower)
        os.close(leader)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"terminal", done.stderr)

    def test_a_full_disk_is_no_success(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([binary(), "keys", "generate", "--unencrypted", "--out", "-"],
                                  stdout=full, stderr=subprocess.PIPE, env=self.environment)
        self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    main()
