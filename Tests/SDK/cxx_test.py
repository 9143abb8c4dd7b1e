#!/usr/bin/env python3
"""What plugin.hpp says at compile time and at load: its schemas are JSON, and a class or space that cannot be is told so."""

import json
import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import unittest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = f"-I{REPOSITORY / 'sdk/include'}"
CXX = [*shlex.split(os.environ.get("CXX", "c++")), "-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", INCLUDE]
CC = [*shlex.split(os.environ.get("CC", "cc")), "-std=c11", INCLUDE]

SPACE = """#include <tuned/plugin.hpp>
struct Space : tuned::Schema { Space() : Schema("one") {} tuned::Metric error = minimize("error"); %s };
"""


def plugin(body, space=""):
    return SPACE % space + body + '\nTUNED_EXPORT_PLUGIN("p", "1", T)\n'


class CXXTests(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def schemas(self, source):
        """The lines that schema_of prints, and its exit status."""
        subprocess.run([*CXX, "-shared", "-fPIC", "-o", self.path / "p.so", source], check=True)
        subprocess.run([*CC, "-o", self.path / "schema_of", REPOSITORY / "Tests/SDK/schema_of.c", "-ldl"], check=True)
        done = subprocess.run([self.path / "schema_of", self.path / "p.so"], capture_output=True, text=True)
        return done.stdout.splitlines(), done.returncode

    def written(self, text):
        (self.path / "p.cpp").write_text(text)
        return self.path / "p.cpp"

    def test_schema_is_json_with_every_text_escaped(self):
        lines, status = self.schemas(REPOSITORY / "Tests/Plugins/sdk/cxx.cpp")
        self.assertEqual((status, len(lines)), (0, 5))
        schema = json.loads(lines[0])
        self.assertEqual(schema["description"], 'Text with "quotes", a back\\slash,\na new line, a \x01 and é')
        parameters = {parameter["name"]: parameter for parameter in schema["parameters"]}
        self.assertEqual(list(parameters), ["ratio", "count", "how", "size", "share", "grade", "flag", "depth", "last"])
        self.assertEqual(parameters["ratio"], {"name": "ratio", "type": "float", "low": -1.5, "high": 1e15, "step": 0.25, "default": 0})
        self.assertEqual(parameters["count"], {"name": "count", "type": "int", "low": -3, "high": 2**53, "default": 2})
        self.assertEqual(parameters["how"]["choices"][-1], 'a "b"')
        self.assertEqual(parameters["size"]["when"], {"how": ["well", 'a "b"']})
        self.assertEqual(parameters["share"], {"name": "share", "type": "categorical", "choices": [0.5, 0.25], "when": {"size": [16, 64]}})
        self.assertEqual(parameters["depth"]["when"], {"flag": [True], "grade": ["high"]})
        self.assertEqual((parameters["depth"]["log"], parameters["depth"]["step"]), (True, 1))
        self.assertEqual(parameters["last"]["when"], {"flag": [False]})
        self.assertEqual([name for name in parameters if parameters[name].get("mutable")], ["last"])
        self.assertEqual(schema["metrics"][1], {"name": "score", "goal": "maximize"})
        self.assertEqual(schema["fidelity"], {"name": "epochs", "low": 1, "high": 50, "description": "passes"})
        self.assertEqual(schema["config"][0], {"name": "target", "required": True, "description": "a column"})

    def test_examples_declare_the_same_space(self):
        cxx = json.loads(self.schemas(REPOSITORY / "sdk/examples/cpp/descent.cpp")[0][0])
        subprocess.run(
            [*CC, "-shared", "-fPIC", "-o", self.path / "c.so", REPOSITORY / "sdk/examples/c/descent.c", "-lm"], check=True)
        done = subprocess.run([self.path / "schema_of", self.path / "c.so"], capture_output=True, text=True, check=True)
        c = json.loads(done.stdout)
        cxx.pop("description")
        for parameter in c["parameters"]:
            parameter["when"] = {name: [value] for name, value in parameter.get("when", {}).items()}
        for parameter in cxx["parameters"]:
            parameter.setdefault("when", {})
        self.assertEqual(c, cxx)

    def test_space_that_cannot_be_is_told_at_load(self):
        evaluate = "struct T : tuned::Trainable<Space> { void evaluate(tuned::Trial &) override {} };"
        lines, status = self.schemas(self.written(plugin(evaluate, 'tuned::Float rate = floating("rate", 0, 1).log();')))
        self.assertEqual((lines, status), (['failed: parameter "rate": a logarithmic scale needs low above 0, found 0'], 1))

    def test_two_trainables_of_one_id(self):
        body = "struct T { using Space = ::Space; void evaluate(tuned::Trial &) {} };\nstruct U : T {};"
        lines, status = self.schemas(self.written(plugin(body).replace('"1", T)', '"1", T, U)')))
        self.assertEqual((lines, status), (['failed: two trainables have the id "one"'], 1))

    def test_stepwise_without_fidelity(self):
        body = "struct T { using Space = ::Space; void begin(tuned::Trial &) {} void step(tuned::Trial &, int64_t) {}\n" \
            "void evaluate(tuned::Trial &) {} };"
        lines, status = self.schemas(self.written(plugin(body)))
        self.assertEqual(status, 1)
        self.assertIn("stepwise training needs a fidelity", lines[0])

    def test_guide_compiles_as_printed(self):
        guide = (REPOSITORY / "sdk/README.md").read_text()
        source = re.search(r"^```cpp\n(.*?)^```", guide, re.S | re.M).group(1)
        around = """#include <tuned/plugin.hpp>
        struct Model {};
        struct Table {
            Table(std::string, std::string) {}
            size_t rows() const { return 0; }
            const std::vector<int32_t> &labels() const { return labels_; }
            bool is_large() const { return false; }
            std::vector<int32_t> labels_;
        };
        inline Model fit(const Table &, tuned::Span<const uint32_t>, double, uint64_t) { return {}; }
        inline double score(const Model &, const Table &, tuned::Span<const uint32_t>) { return 0; }
        """
        self.assertIn("    // ...\n", source)
        lines, status = self.schemas(self.written(around + source.replace("    // ...\n", "    Table table_;\n    Model model_;\n")))
        self.assertEqual(status, 0)
        self.assertEqual(len(json.loads(lines[0])["parameters"]), 5)

    def test_class_that_is_no_trainable_does_not_compile(self):
        evaluate = "void evaluate(tuned::Trial &) {}"
        cases = {
            "nested type Space": "struct T { %s };" % evaluate,
            "constructor that takes a const tuned::Config &": "struct T { using Space = ::Space; T(int) {} %s };" % evaluate,
            "void evaluate(tuned::Trial &)": "struct T { using Space = ::Space; void evaluate() {} };",
            "train must be callable as": "struct T { using Space = ::Space; void train(int) {} %s };" % evaluate,
            "needs both begin and step": "struct T { using Space = ::Space; void begin(tuned::Trial &) {} %s };" % evaluate,
            "step must be callable as": "struct T { using Space = ::Space; void begin(tuned::Trial &) {} void step(int) {} %s };" % evaluate,
            "a checkpoint holds numbers, plain structs without pointers": "struct T { using Space = ::Space;"
            " void evaluate(tuned::Trial &t) { auto out = t.checkpoint(1); out.write(this); } };",
        }
        for words, body in cases.items():
            with self.subTest(words):
                done = subprocess.run([*CXX, "-fsyntax-only", self.written(plugin(body))], capture_output=True, text=True)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
