"""Several objectives: problems whose best trade-offs are known, and how much of them an optimizer has found.

The regret of a set of values is the share of the hypervolume between the true front and the reference that it leaves out.
"""
import math

from spaces import Parameter, floats


class Front:
    """`values` of a point; `front` is a fine sample of the best trade-offs; what is not below the reference counts nothing."""
    optimum = 0.0

    def __init__(self, name, space, values, front, reference):
        self.name, self.space, self.values, self.reference = "front:" + name, space, values, reference
        self.objectives, self.most = len(reference), hypervolume(front, reference)

    def __call__(self, point):
        return self.values(point)


def hypervolume(points, reference):
    """Of two or three minimised objectives: over slices of the last, the area under the staircase of the others."""
    points = sorted({tuple(p) for p in points if all(a < b for a, b in zip(p, reference))}, key=lambda p: p[-1])
    if len(reference) == 2:
        area, left = 0.0, reference[0]
        for x, y in points:
            if x < left:
                area, left = area + (left - x) * (reference[1] - y), x
        return area
    volume, within = 0.0, []
    for number, point in enumerate(points):
        within = [p for p in within if not (point[0] <= p[0] and point[1] <= p[1])] + [point[:2]]
        above = points[number + 1][2] if number + 1 < len(points) else reference[2]
        if above > point[2]:
            volume += (above - point[2]) * hypervolume(within, reference[:2])
    return volume


class Follower:
    """Follows the hypervolume of all that an optimizer has seen."""
    def __init__(self, objective):
        self.objective, self.objectives, self.front, self.curve = objective, objective.objectives, [], []

    def __call__(self, point):
        values = tuple(self.objective(point))
        if not any(all(a <= b for a, b in zip(other, values)) for other in self.front):
            self.front = [other for other in self.front if not all(a <= b for a, b in zip(values, other))] + [values]
            share = hypervolume(self.front, self.objective.reference) / self.objective.most
            self.curve.append(max(0.0, 1 - share))
        else:
            self.curve.append(self.curve[-1])
        return values


def zdt(shape):
    """E. Zitzler, K. Deb and L. Thiele 2000, equations 7 and 8, with five parameters."""
    def values(x):
        g = 1 + 9 * sum(x[1:]) / (len(x) - 1)
        return x[0], g * (1 - shape(x[0] / g))

    return values, [(i / 2000, 1 - shape(i / 2000)) for i in range(2001)]


def spheres(x):
    """Squared distances from two places off the middle."""
    return (sum((a - 0.25) ** 2 for a in x), sum((a - b) ** 2 for a, b in zip(x, (0.8, 0.6, 0.9, 0.35))))


def between():
    one, other = [0.25] * 4, (0.8, 0.6, 0.9, 0.35)
    return [spheres([a + i / 2000 * (b - a) for a, b in zip(one, other)]) for i in range(2001)]


def dtlz2(x):
    """K. Deb et al. 2002, three objectives, six parameters: an eighth of a sphere."""
    g = sum((a - 0.5) ** 2 for a in x[2:])
    first, second = math.pi / 2 * x[0], math.pi / 2 * x[1]
    return ((1 + g) * math.cos(first) * math.cos(second), (1 + g) * math.cos(first) * math.sin(second), (1 + g) * math.sin(first))


ACTIVATIONS = ("relu", "tanh", "gelu")
NETWORK = [Parameter("width", "int", 8, 512, log=True), Parameter("depth", "int", 1, 8),
           Parameter("activation", "categorical", choices=ACTIVATIONS), Parameter("rate", "float", 1e-5, 1, log=True)]


def network(point):
    """The error of a network, and what it costs."""
    width, depth, activation, rate = point
    size = depth * width ** 1.5
    penalty = (0.03, 0.05, 0.0)[int(activation)]
    error = 0.05 + 0.9 * size ** -0.25 + penalty + 0.02 * (depth - 4) ** 2 / 4 + 0.08 * math.log10(rate * depth / 1e-2) ** 2
    return error, math.log10(size) / 5


def network_front():
    return [network((width, depth, 2, 1e-2 / depth)) for width in range(8, 513) for depth in range(1, 9)]


def sphere():
    return [dtlz2([i / 60, j / 60, 0.5, 0.5, 0.5, 0.5]) for i in range(61) for j in range(61)]


UNIT = floats(5, 0, 1)
PROBLEMS = {
    "zdt1": lambda: (UNIT, *zdt(math.sqrt), (1.1, 1.1)),
    "zdt2": lambda: (UNIT, *zdt(lambda share: share ** 2), (1.1, 1.1)),
    "spheres4": lambda: (floats(4, 0, 1), spheres, between(), (1.0, 1.0)),
    "dtlz2": lambda: (floats(6, 0, 1), dtlz2, sphere(), (1.1, 1.1, 1.1)),
    "network": lambda: (NETWORK, network, network_front(), (1.0, 1.0)),
}
NAMES = list(PROBLEMS)


def make(name):
    return Front(name, *PROBLEMS[name]())
