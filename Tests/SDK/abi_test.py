#!/usr/bin/env python3
"""sdk/abi/check itself: which changes to the header it lets pass, and what it says of the others."""

import pathlib
import re
import subprocess
import tempfile
import unittest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
CHECK = REPOSITORY / "sdk/abi/check"
HEADER = REPOSITORY / "sdk/include/tuned/plugin.h"
FIRST = REPOSITORY / "Tests/Plugins/abi/v1.0/tuned/plugin.h"


def check(*arguments):
    done = subprocess.run([CHECK, *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class ABICheckTests(unittest.TestCase):
    def edited(self, old, new, *arguments):
        """What the check says of the header with one edit."""
        text = HEADER.read_text()
        self.assertEqual(text.count(old), 1, f"the edit does not fit the header: {old}")
        with tempfile.TemporaryDirectory() as folder:
            header = pathlib.Path(folder) / "plugin.h"
            header.write_text(text.replace(old, new))
            return check("--header", header, *arguments)

    def assert_breaks(self, old, new, *words):
        code, said = self.edited(old, new)
        self.assertEqual(code, 1, said)
        for word in words:
            self.assertIn(word, said)

    def test_header_agrees_with_its_own_minor_exactly(self):
        self.assertEqual(check("--exact")[0], 0)

    def test_recorded_first_minor_is_that_of_the_header_kept_for_tests(self):
        code, said = check("--header", FIRST, "--print")
        self.assertEqual(code, 0)
        self.assertEqual(said, (REPOSITORY / "sdk/abi/1.0.txt").read_text())

    def test_moved_field(self):
        fields = re.search(r"    uint32_t value_count;\n    uint32_t value_size; .*\n", HEADER.read_text()).group(0)
        first, second, _ = fields.split("\n")
        self.assert_breaks(fields, f"{second}\n{first}\n", "1.0.txt", "1.1.txt", "tuned_trial", "value_size")

    def test_changed_type(self):
        self.assert_breaks("    double budget; ", "    float budget; ", "tuned_trial", "double budget", "float budget")

    def test_changed_type_of_the_same_size(self):
        self.assert_breaks("    uint64_t seed; ", "    int64_t seed; ", "uint64_t seed")

    def test_changed_signature(self):
        self.assert_breaks(
            "uint32_t metric, int64_t step, double value);", "uint32_t metric, int32_t step, double value);", "tuned_host", "report")

    def test_removed_field(self):
        text = re.search(r"    const char \*json; .*\n", HEADER.read_text()).group(0)
        self.assert_breaks(text, "", "tuned_config", "const char *json", "nothing")

    def test_field_in_the_middle(self):
        self.assert_breaks("    const char *data_path; ", "    const char *home;\n    const char *data_path; ", "tuned_config", "home")

    def test_removed_struct(self):
        text = re.search(r"typedef struct tuned_resources_extension \{.*?\} tuned_resources_extension;", HEADER.read_text(), re.S)
        self.assert_breaks(text.group(0), "struct tuned_resources_extension;", "tuned_resources_extension is gone")

    def test_changed_constant(self):
        self.assert_breaks("#define TUNED_INFEASIBLE 3 ", "#define TUNED_INFEASIBLE 5 ", "TUNED_INFEASIBLE", "now it is 5")

    def test_changed_extension_id(self):
        self.assert_breaks('"tuned.data/1"\n', '"tuned.data/2"\n', "TUNED_DATA")

    def test_appended_field_passes_and_is_told(self):
        text = re.search(r"    const char \*json; .*\n", HEADER.read_text()).group(0)
        code, said = self.edited(text, text + "    const char *home;\n")
        self.assertEqual(code, 0, said)
        self.assertIn("tuned_config has a new field: 40 8 const char *home", said)
        self.assertEqual(self.edited(text, text + "    const char *home;\n", "--exact")[0], 1)

    def test_new_extension_passes(self):
        code, said = self.edited(
            "/* ---- Helpers. ", '#define TUNED_NEW "tuned.new/1"\ntypedef struct tuned_new {\n    uint32_t size;\n} tuned_new;\n/* ---- Helpers. ')
        self.assertEqual(code, 0, said)
        self.assertIn("tuned_new is new", said)

    def test_minor_without_a_record(self):
        code, said = self.edited("#define TUNED_ABI_MINOR 1", "#define TUNED_ABI_MINOR 2")
        self.assertEqual(code, 1)
        self.assertIn("there is no 1.2.txt", said)

    def test_header_that_does_not_compile(self):
        code, said = self.edited("typedef struct tuned_config {", "typedef struct tuned_config { unknown_t x;")
        self.assertEqual(code, 1)
        self.assertIn("does not compile", said)


if __name__ == "__main__":
    unittest.main()
