"""All objectives by name, each made when it is first asked for, and their sets."""
import fronts
import functions
import shifted
import structured
import tables
import variants

SETS = ("synthetic", "tables", "downloaded", "corner", "noisy", "wide", "conditional", "fronts", "bbob")


def names(of):
    """The names in a set; the "public" ones are those that the goals of quality are about."""
    if of == "public":
        return names("synthetic") + names("tables") + names("downloaded")
    if of == "real":
        return names("tables") + names("downloaded")
    if of == "bbob":
        import bbob
        return bbob.names()
    return {
        "synthetic": list(functions.NAMES),
        "tables": [f"tab:{name}" for name in tables.local_names()],
        "downloaded": [f"hpo:{task}" for task in tables.DOWNLOADED],
        "corner": [f"corner:{name}" for name in functions.NAMES],
        "noisy": [f"noisy:{name}" for name in variants.NOISE],
        "wide": [f"wide:{name}" for name in variants.WIDE],
        "conditional": [f"tree:{name}" for name in structured.NAMES],
        "fronts": [f"front:{name}" for name in fronts.NAMES],
    }[of]


class Catalogue:
    def __init__(self, library_path):
        self.path, self.library, self.made = library_path, None, {}

    def __getitem__(self, name):
        if name not in self.made:
            self.made[name] = self.make(name)
        return self.made[name]

    def make(self, name):
        kind, _, rest = name.partition(":")
        if kind == "tab":
            return tables.local(rest)
        if kind == "hpo":
            return tables.downloaded(rest)
        if kind == "tree":
            return structured.make(rest)
        if kind == "front":
            return fronts.make(rest)
        if kind == "bbob":
            import bbob
            return bbob.Problem(name)
        if self.library is None:
            self.library = functions.Library(self.path)
        if kind == "wide":
            return variants.wide(rest, self.library)
        if kind == "corner":
            return shifted.Shifted(self[rest])
        if kind == "noisy":
            return variants.Noisy(self[rest])
        return functions.Synthetic(self.library, name)
