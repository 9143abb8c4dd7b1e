"""What is searched: parameters, in a form that every peer can be told in its own words."""
import dataclasses
import math

# Just under 1, so that the last category and the last integer have their share and no more.
BELOW_ONE = 1 - 1e-12


@dataclasses.dataclass(frozen=True)
class Parameter:
    """A number between two bounds, or one of several choices. A point holds a choice by its place, and None where the parameter is
    not active: `when` names another one, before it, and the places of those of its choices with which it is."""
    name: str
    kind: str  # float, int or categorical
    low: float = 0
    high: float = 1
    log: bool = False
    choices: tuple = ()
    when: tuple = ()

    @property
    def is_categorical(self):
        return self.kind == "categorical"

    def at(self, u):
        """The value at `u` in [0, 1): even on the parameter's scale, an equal share for each integer and choice."""
        u = min(max(u, 0.0), BELOW_ONE)
        if self.is_categorical:
            return float(int(u * len(self.choices)))
        if self.kind == "int" and self.log:
            low, high = math.log(self.low - 0.5), math.log(self.high + 0.5)
            return float(min(self.high, max(self.low, round(math.exp(low + u * (high - low))))))
        if self.kind == "int":
            return float(min(self.high, self.low + int(u * (self.high - self.low + 1))))
        if self.log:
            return min(self.high, max(self.low, math.exp(math.log(self.low) + u * math.log(self.high / self.low))))
        return self.low + u * (self.high - self.low)

    def place(self, value):
        """Where a number lies between its bounds, 0 to 1; beyond them outside of that."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def moved(self, value, by):
        """The number that lies so much further, as a share of the range."""
        if self.log:
            return value * math.exp(by * math.log(self.high / self.low))
        return value + by * (self.high - self.low)

    def declared(self):
        """As the project's schemas declare it. A category is told by its place, so that any choice can be one."""
        fields = {"name": self.name, "type": self.kind}
        if self.when:
            fields["when"] = {self.when[0]: list(self.when[1])}
        if self.is_categorical:
            return {**fields, "choices": list(range(len(self.choices)))}
        number = int if self.kind == "int" else float
        return {**fields, "low": number(self.low), "high": number(self.high), "log": self.log}

    def is_active(self, values):
        """Whether it is with those values by name, among them all of the parameters before it that are active."""
        return not self.when or values.get(self.when[0]) in self.when[1]


def floats(count, low, high):
    return [Parameter(f"x{i}", "float", low, high) for i in range(count)]


def read(declaration):
    """A parameter of a schema."""
    kind = declaration["type"]
    if kind == "bool":
        return Parameter(declaration["name"], "categorical", choices=(False, True))
    if kind == "categorical":
        return Parameter(declaration["name"], kind, choices=tuple(declaration["choices"]))
    return Parameter(declaration["name"], kind, declaration["low"], declaration["high"], declaration.get("log", False))


def declare(space):
    return [parameter.declared() for parameter in space]


def point_of(space, values):
    """A point from values by name."""
    return [float(values[parameter.name]) if parameter.name in values else None for parameter in space]


def draw(space, choose):
    """A point; `choose` is asked for the value of each active parameter."""
    values = {}
    for parameter in space:
        if parameter.is_active(values):
            values[parameter.name] = choose(parameter)
    return point_of(space, values)
