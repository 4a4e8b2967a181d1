"""Configuration files: all that is wrong in one is named at once, and what comes of them can be seen."""

import json
import os
import tempfile
import tomllib
import unittest

from harness import ROOT, main, rozaneh

LINK = "rozaneh://192.0.2.1:1/obfs4?cert=" + "A" * 70 + "&iat-mode=0"
NOT_OURS = "192.0.2.77"  # of a network for examples


class Box(unittest.TestCase):
    def setUp(self):
        box = tempfile.TemporaryDirectory(prefix="rozaneh-e2e-")
        self.addCleanup(box.cleanup)
        self.box = box.name

    def write(self, name, text):
        path = os.path.join(self.box, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def events(self, *words):
        """Exit code, and what it said as JSON."""
        code, said = rozaneh(*words, "--json")
        return code, [json.loads(line) for line in said.splitlines() if line.startswith("{")]

    def problems(self, path, *words):
        """(line, key) of each, in the order in which they are told."""
        code, events = self.events("config", "check", path, *words)
        found = [(event["line"], event["key"]) for event in events if event["event"] == "problem"]
        self.assertEqual(code, 2 if found else 0, events)
        self.assertEqual(events[-1]["problems"], len(found))
        return found


class Check(Box):
    def test_names_all_that_is_wrong_and_not_only_the_first(self):
        path = self.write(
            "bridge.toml",
            f"""
egress = "everywhere"
listen-on = 5
max-connections = "many"
handshake-limit = 0
no-tunnel = 3
users = "{self.box}/nobody"
listen = ["obfs4={NOT_OURS}:4433", "obfs9=:1"]
address = ["here"]
log-level = "loud"
""",
        )
        keys = "egress listen-on max-connections handshake-limit no-tunnel users listen listen address log-level"
        lines = [2, 3, 4, 5, 6, 7, 8, 8, 9, 10]
        self.assertEqual(self.problems(path), list(zip(lines, keys.split())))
        code, said = rozaneh("config", "check", path)
        self.assertEqual(code, 2)
        for line, words in (
            (3, "unknown key 'listen-on'; valid: listen, egress"),
            (4, "'max-connections' takes a whole number, not 'many'"),
            (5, "1 - 3600"),
            (6, "true or false"),
            (8, f"{NOT_OURS} is no address of this machine; valid: "),
            (8, "no such transport; there are: obfs4"),
            (10, "debug, info, warn and error"),
        ):
            self.assertRegex(said, f"(?m)^{path}:{line}: .*{words}")

    def test_finds_what_does_not_fit_together(self):
        for name, text, expected in (
            ("bridge.toml", 'name = "x"\n', [(0, "egress")]),
            ("bridge.toml", 'egress = "open"\n\nforward = "127.0.0.1:1"\n', [(3, "forward")]),
            ("bridge.toml", 'egress = "open"\nset = ["obfs4.iat-mode=7"]\n', [(2, "set")]),
            ("bridge.toml", 'egress = "open"\nset = ["obfs3.x=7"]\n', [(2, "set")]),
            ("bridge.toml", 'egress = "open"\nno-tunnel = true\nlisten = ["obfs3=:0"]\n', [(3, "listen")]),
            ("client.toml", 'policy = "none"\nlink = ["rozaneh://nowhere"]\n', [(1, "policy"), (2, "link")]),
            ("client.toml", f'listen = "{NOT_OURS}:1"\nlink = ["{LINK}"]\n', [(1, "listen")]),
            ("signal.toml", 'domain = "a.example"\ncert = ["/no/such/file"]\nkey = ["/nor/this"]\n', [(2, "cert")]),
            ("signal.toml", 'domain = "a.example"\nsite = "/no/such"\nself-signed = true\n', [(2, "site")]),
            ("signal.toml", 'domain = "a.example"\nhidden = true\n', [(0, "challenge")]),
            ("by-name.toml", 'domain = "a.example"\nself-signed = true\n', [(0, "names")]),
        ):
            with self.subTest(text):
                self.assertEqual(self.problems(self.write(name, text)), expected)

    def test_takes_what_the_package_brings_but_for_what_only_its_owner_knows(self):
        for name, expected in (
            ("bridge", []),
            ("client", [(0, "link")]),
            ("signal", [(0, "domain")]),
        ):
            path = os.path.join(ROOT, "packaging", "config", f"{name}.toml")
            self.assertEqual(self.problems(path), expected)

    def test_finds_whose_file_it_is(self):
        bridge = 'egress = "open"\nrefuse-port = [25]\n'
        self.assertEqual(self.problems(self.write("own.toml", bridge)), [])
        self.assertEqual(self.problems(self.write("own.toml", bridge + "color = 1\n")), [(3, "color")])
        self.assertIn((1, "egress"), self.problems(self.write("own.toml", bridge), "--for", "client"))
        code, said = rozaneh("config", "check", self.write("own.toml", "threads = 1\n"))
        self.assertEqual(code, 2)
        self.assertIn("--for (bridge, by-name, client, signal, certificate)", said)

    def test_says_what_cannot_be_read(self):
        self.assertEqual(self.problems(os.path.join(self.box, "none.toml")), [(0, "")])
        self.assertEqual(self.problems(self.write("bridge.toml", 'egress = "open"\nname = "x\n')), [(2, "")])


class Show(Box):
    def shown(self, *words):
        code, said = rozaneh("config", "show", *words)
        self.assertEqual(code, 0, said)
        return said

    def test_says_where_each_setting_comes_from(self):
        path = self.write("bridge.toml", '# mine\negress = "open"\nmax-connections = 7\nname = "of the \\"file\\""\n')
        said = self.shown("--effective", "bridge", "--config", path, "--name", "given", "--no-qr")
        self.assertRegex(said, rf'(?m)^egress = "open" +# {path}:2$')
        self.assertRegex(said, rf"(?m)^max-connections = 7 +# {path}:3$")
        self.assertRegex(said, r'(?m)^name = "given" +# command line$')
        self.assertRegex(said, r"(?m)^no-qr = true +# command line$")
        self.assertRegex(said, r"(?m)^refuse-port = \[25\] +# default$")
        self.assertRegex(said, r"(?m)^# forward = +# default$")

    def test_leaves_defaults_out_unless_told(self):
        self.assertEqual(len(self.shown("bridge", "--egress", "open").splitlines()), 2)

    def test_gives_a_file_that_says_the_same(self):
        words = ["signal", "--domain", "a.example", "--self-signed", "--listen", ":1", "--names", "it's a \"file\""]
        first = self.shown("--effective", *words)
        self.assertEqual(tomllib.loads(first)["names"], 'it\'s a "file"')
        path = self.write("signal.toml", first)
        again = self.shown("--effective", "signal", "--config", path)
        self.assertEqual(tomllib.loads(first), tomllib.loads(again))

    def test_keeps_secrets(self):
        link = f"{LINK},/scramblesuit?password=hidden"
        line = "obfs4 192.0.2.1:1 cert=hidden iat-mode=0"
        proxy = "socks5://me:hidden@127.0.0.1:1"
        said = self.shown("client", link, line, "--upstream-proxy", proxy, "--set", "obfs4.cover-policy=hidden")
        self.assertNotIn("hidden", said)
        self.assertNotIn("AAAA", said)
        self.assertIn("socks5://…@127.0.0.1:1", said)
        self.assertNotIn("secret1", self.shown("signal", "--domain", "a.example", "--hidden-label", "secret1"))

    def test_refuses_what_has_no_settings(self):
        for words in (["status"], ["nonsense"], ["bridge", "--nonsense"]):
            self.assertEqual(rozaneh("config", "show", *words)[0], 2)
        path = self.write("bridge.toml", "color = 1\n")
        code, said = rozaneh("config", "show", "bridge", "--config", path)
        self.assertEqual(code, 2)
        self.assertIn(f"{path}:1: unknown key", said)


if __name__ == "__main__":
    main()
