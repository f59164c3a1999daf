"""Plot the mean ranks of estimators against the time of their fits.

Run it with the JSON file that ``accuracy.py`` wrote, and with the same folder of data::

    python tests/benchmarks/accuracy.py --data DATA --cache CACHE
    python tests/benchmarks/rank_and_time.py --data DATA --cache CACHE --output FIGURE

The rank is that of the mean error over the splits, and the mean is over all tables:
classification and regression together. The time is the sum over the tables of the mean seconds
of a fit. Both use only the tables and splits that all estimators have. Times are comparable
only if one machine made all fits, each on one thread.

The default estimators are those that have outcomes on every table of the file. The plot
emphasizes the first estimator. The figures are printed as well. Plotting needs matplotlib.
"""

import argparse
import json
from itertools import cycle, product
from pathlib import Path

import numpy as np
from accuracy import ESTIMATORS, ranks
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter
from matplotlib.transforms import Bbox

EMPHASIZED = {"color": "#D55E00", "marker": "*", "s": 260}
COLORS = ("#0072B2", "#009E73", "#E69F00", "#56B4E9", "#CC79A7", "#000000", "#F0E442")  # Okabe-Ito
MARKERS = "osD^vPXhp<>"
DIRECTIONS = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))
DISTANCES = (11, 17, 25, 35, 50, 70)  # from a marker to its label, in points


def read_outcomes(path, tables, max_rows):
    """Return the outcomes of a file of accuracy.py by table, estimator and split."""
    outcomes = {}
    for key, outcome in json.loads(path.read_text()).items():
        table, rows, split, rest = key.split("/", 3)
        name, state = rest.rsplit("/", 1)
        if table in tables and int(rows) == max_rows and state == split:  # no run of --spread
            outcomes.setdefault(table, {}).setdefault(name, {})[split] = outcome
    return outcomes


def names_on_all_tables(outcomes):
    """Return the estimators that have outcomes on every table, those of accuracy.py first."""
    known = dict.fromkeys([*ESTIMATORS, *(name for found in outcomes.values() for name in found)])
    return [name for name in known if all(name in found for found in outcomes.values())]


def mean_over_splits(outcomes, names, what):
    """Return the means over the splits of all estimators: a table a row, an estimator a column."""
    means = []
    for found in outcomes.values():
        splits = set.intersection(*(set(found.get(name, ())) for name in names))
        if splits:
            figures = [[found[name][s][what] for s in sorted(splits)] for name in names]
            means.append(np.mean(figures, axis=1))
    return np.array(means)


def draw_points(axes, seconds, rank):
    """Draw a marker for each estimator, the first larger than the others."""
    axes.scatter(seconds[0], rank[0], zorder=3, edgecolor="black", linewidth=0.8, **EMPHASIZED)
    others = zip(seconds[1:], rank[1:], cycle(COLORS), cycle(MARKERS), strict=False)
    for x, y, color, marker in others:
        axes.scatter(x, y, s=60, color=color, marker=marker, edgecolor="black", linewidth=0.5)


def format_axes(axes, n_tables):
    """Label the axes, and give times on a log scale as plain numbers."""
    axes.set_xscale("log")
    axes.margins(0.14)
    axes.set_xlabel("total seconds of all fits on one thread (lower is better)")
    axes.set_ylabel(f"mean rank on {n_tables} tables (lower is better)")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 3)))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def annotate(axes, name, point, distance, direction, **style):
    """Write a name beside a point."""
    right, up = direction
    return axes.annotate(
        name,
        point,
        xytext=(distance * right, distance * up),
        textcoords="offset points",
        ha=("center", "left", "right")[right],
        va=("center", "bottom", "top")[up],
        **style,
    )


def draw_label(axes, name, point, taken, **style):
    """Write a name at the first place that is free, and return the box of the text."""
    frame = axes.get_window_extent()
    for distance, direction in product(DISTANCES, DIRECTIONS):
        label = annotate(axes, name, point, distance, direction, **style)
        box = label.get_window_extent()
        inside = frame.contains(box.x0, box.y0) and frame.contains(box.x1, box.y1)
        if inside and not box.count_overlaps(taken):
            break
        label.remove()
    else:
        distance = DISTANCES[0]
        label = annotate(axes, name, point, distance, DIRECTIONS[0], **style)
    if distance > DISTANCES[1]:
        line = {"arrowstyle": "-", "color": "#666666", "linewidth": 0.6}
        axes.annotate("", point, label.xyann, textcoords="offset points", arrowprops=line)
    return label.get_window_extent()


def draw_labels(figure, axes, names, points):
    """Write each name where it covers no marker and no other name."""
    figure.draw_without_rendering()  # positions in pixels are known from here on
    centers, radius = axes.transData.transform(points), 7 / 72 * figure.dpi
    taken = [Bbox([center - radius, center + radius]) for center in centers]
    for i, (name, point) in enumerate(zip(names, points, strict=True)):
        style = {"fontsize": 9} if i else {"fontsize": 12, "weight": "bold"}
        taken.append(draw_label(axes, name, point, taken, **style))


def plot(path, names, seconds, rank, n_tables):
    """Write the figure as a PNG file."""
    figure = Figure(figsize=(6, 4), dpi=150, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    draw_points(axes, seconds, rank)
    format_axes(axes, n_tables)
    draw_labels(figure, axes, names, np.column_stack([seconds, rank]))
    figure.savefig(path, format="png")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.json")
    parser.add_argument("--cache", type=Path, required=True, help="JSON file of accuracy.py")
    parser.add_argument("--output", type=Path, default=Path("rank_and_time.png"), help="PNG file")
    parser.add_argument("--estimators", nargs="+", metavar="NAME", help="the first is emphasized")
    parser.add_argument("--rows", type=int, default=10_000, help="--rows of accuracy.py")
    arguments = parser.parse_args()
    manifest = json.loads((arguments.data / "manifest.json").read_text())
    tables = [entry["name"] for entry in manifest["tabular"]]
    outcomes = read_outcomes(arguments.cache, tables, arguments.rows)
    names = arguments.estimators or names_on_all_tables(outcomes)
    errors = mean_over_splits(outcomes, names, "error") if names else []
    if not len(errors):
        parser.error(f"{arguments.cache} has no split of a table with all of these: {names}")
    rank = np.mean([ranks(row) for row in errors], axis=0)
    seconds = mean_over_splits(outcomes, names, "seconds").sum(axis=0)
    print(f"{len(errors)} tables\n\n| estimator | mean rank | seconds |\n|---|---:|---:|")
    for name, mean_rank, total in zip(names, rank, seconds, strict=True):
        print(f"| {name} | {mean_rank:.2f} | {total:.1f} |")
    plot(arguments.output, names, seconds, rank, len(errors))


if __name__ == "__main__":
    main()
