"""Objectives with their optimum near a corner: samplers that favour the middle gain by most published functions, and lose here.

A copy reads its function so much further along each number that the optimum comes to lie within 3 to 12% of one of the two
bounds, which one is drawn by the objective's name. Beyond their bounds all the functions are defined and nowhere lower. A number
whose optimum lies there already, an integer and a category stay.
"""
import random

NEAR, NEARER = 0.12, 0.03


class Shifted:
    def __init__(self, objective):
        self.base, self.space, self.optimum = objective, objective.space, objective.optimum
        self.name = "corner:" + objective.name
        self.shift = shift(objective)
        self.best_point = [parameter.moved(value, by) if by else value
                           for parameter, value, by in zip(self.space, objective.best_point, self.shift)]

    def __call__(self, point):
        return self.base([parameter.moved(value, -by) if by else value
                          for parameter, value, by in zip(self.space, point, self.shift)])


def shift(objective):
    """How much further the optimum lies, a share of the range for each parameter."""
    generator = random.Random(objective.name)
    shares = []
    for parameter, value in zip(objective.space, objective.best_point):
        from_corner, is_high = generator.uniform(NEARER, NEAR), generator.random() < 0.5
        place = parameter.place(value) if parameter.kind == "float" else 0.0
        stays = parameter.kind != "float" or not NEAR < place < 1 - NEAR
        shares.append(0.0 if stays else (1 - from_corner if is_high else from_corner) - place)
    return shares
