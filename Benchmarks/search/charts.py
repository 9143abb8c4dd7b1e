"""Line charts as SVG, for light and dark pages; every line is named at its end and has a dash of its own, so that none needs its colour."""
import html
import math

WIDTH, HEIGHT = 760, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 190, 44, 44
LEAST_GAP = 15  # between the names at the lines' ends
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#56b4e9", "#7f7f7f", "#a05195", "#e69f00"]
DASHES = ["", "7 3", "2 3", "9 3 2 3", "4 2", "12 4", "1 4", "6 2 1 2 1 2", "3 6"]
STYLE = """
  svg { background: #ffffff; font: 13px sans-serif; }
  text { fill: #222222; } .axis { stroke: #222222; } .grid { stroke: #dddddd; }
  @media (prefers-color-scheme: dark) {
    svg { background: #14171a; } text { fill: #e6e6e6; } .axis { stroke: #e6e6e6; } .grid { stroke: #3a3f44; }
  }
"""


def ticks(low, high, count=6):
    """Round values between two others: 1, 2 or 5 times a power of ten apart."""
    rough = max((high - low) / count, 1e-12)
    power = 10 ** math.floor(math.log10(rough))
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [step * i for i in range(first, math.floor(high / step + 1e-9) + 1)]


def lines(title, x_label, y_label, series, better="lower"):
    """`series`: by name, the points of a line; the first is drawn the strongest. The text of an SVG file."""
    series = {name: points for name, points in series.items() if points}
    xs = [x for points in series.values() for x, _ in points]
    ys = [y for points in series.values() for _, y in points]
    x_low, x_high, y_low, y_high = min(xs), max(xs), min(ys), max(ys)
    if y_high - y_low < 1e-9:
        y_low, y_high = y_low - 0.5, y_high + 0.5
    margin = 0.04 * (y_high - y_low)
    y_low, y_high = y_low - margin, y_high + margin

    def across(x):
        return LEFT + (x - x_low) / max(x_high - x_low, 1e-12) * (WIDTH - LEFT - RIGHT)

    def down(y):
        return TOP + (y_high - y) / (y_high - y_low) * (HEIGHT - TOP - BOTTOM)

    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    drawn = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(title)}">',
             f"<style>{STYLE}</style>", f'<text x="{LEFT}" y="22" font-weight="bold">{html.escape(title)}</text>']
    for y in ticks(y_low, y_high):
        drawn.append(f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{down(y):.1f}" y2="{down(y):.1f}"/>')
        drawn.append(f'<text x="{LEFT - 8}" y="{down(y) + 4:.1f}" text-anchor="end">{y:g}</text>')
    for x in ticks(x_low, x_high):
        drawn.append(f'<line class="grid" x1="{across(x):.1f}" x2="{across(x):.1f}" y1="{TOP}" y2="{bottom}"/>')
        drawn.append(f'<text x="{across(x):.1f}" y="{bottom + 18}" text-anchor="middle">{x:g}</text>')
    drawn.append(f'<line class="axis" x1="{LEFT}" x2="{right}" y1="{bottom}" y2="{bottom}"/>')
    drawn.append(f'<line class="axis" x1="{LEFT}" x2="{LEFT}" y1="{TOP}" y2="{bottom}"/>')
    drawn.append(f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{html.escape(x_label)}</text>')
    drawn.append(f'<text transform="translate(16 {(TOP + bottom) / 2}) rotate(-90)" text-anchor="middle">'
                 f"{html.escape(y_label)} ({better} is better)</text>")
    heights = spread([(down(points[-1][1]), name) for name, points in series.items()])
    for number, (name, points) in reversed(list(enumerate(series.items()))):
        colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
        path = " ".join(f"{across(x):.1f},{down(y):.1f}" for x, y in points)
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{3 if number == 0 else 1.8}" '
                     f'stroke-dasharray="{dash}"/>')
        end, height = down(points[-1][1]), heights[name]
        drawn.append(f'<polyline points="{across(points[-1][0]):.1f},{end:.1f} {right + 14},{height:.1f} {right + 40},{height:.1f}" fill="none" '
                     f'stroke="{colour}" stroke-width="1.4" stroke-dasharray="{dash}"/>')
        weight = ' font-weight="bold"' if number == 0 else ""
        drawn.append(f'<text x="{right + 44}" y="{height + 4:.1f}"{weight}>{html.escape(name)}</text>')
    return "\n".join(drawn + ["</svg>"]) + "\n"


def spread(places):
    """Where names stand so that none covers another: pushed down from above, then up again from the bottom."""
    result, limit = {}, TOP
    for place, name in sorted(places):
        result[name] = max(place, limit)
        limit = result[name] + LEAST_GAP
    limit = HEIGHT - BOTTOM
    for place, name in sorted(((place, name) for name, place in result.items()), reverse=True):
        result[name] = min(place, limit)
        limit = result[name] - LEAST_GAP
    return result
