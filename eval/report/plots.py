"""Curves as inline SVG in the page's colours, so that they follow light and dark - the only importer of matplotlib."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from eval import metrics

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Stand-ins that the drawing is made with, and the page's colours that replace them.
INK, ACCENT, SOFT, GRID = "#010101", "#020202", "#030303", "#040404"
COLOURS = {INK: "var(--muted)", ACCENT: "var(--accent)", SOFT: "var(--other)", GRID: "var(--line)"}
SIZE = (4.4, 3.3)


def risk_coverage(runs: Sequence[tuple[Sequence[float], Sequence[float]]]) -> str:
    """Error rate against the share of questions answered; the first of ``runs`` (sureness, right) is the page's own."""

    def draw(axes: Axes) -> None:
        for (sure, right), colour in list(zip(runs, (ACCENT, SOFT), strict=False))[::-1]:
            coverage, risk = metrics.risk_coverage(sure, right)
            axes.plot(100 * coverage, 100 * risk, color=colour, linewidth=2)
        axes.axhline(10, color=INK, linewidth=0.8, linestyle=(0, (4, 4)))
        axes.set(xlim=(0, 100), xlabel="questions answered, surest first (%)", ylabel="wrong answers among them (%)")
        axes.set_ylim(bottom=0)

    return _drawn(draw, "risk-coverage")


def reliability(runs: Sequence[tuple[Sequence[float], Sequence[float]]]) -> str:
    """Accuracy against confidence in 15 bins of equal size; the diagonal is perfect calibration."""

    def draw(axes: Axes) -> None:
        axes.plot([0, 100], [0, 100], color=INK, linewidth=0.8, linestyle=(0, (4, 4)))
        for (sure, right), colour in list(zip(runs, (ACCENT, SOFT), strict=False))[::-1]:
            bins = metrics.calibration_bins(sure, right)
            points = [(100 * b.confidence, 100 * b.accuracy) for b in bins]
            axes.plot(*zip(*points, strict=True), color=colour, linewidth=2, marker="o", markersize=5)
        axes.set(xlim=(-2, 102), ylim=(-2, 102), xlabel="confidence (%)", ylabel="right (%)")

    return _drawn(draw, "reliability")


def _drawn(draw: Callable[[Axes], None], name: str) -> str:
    """A figure as an SVG element; the same data give the same characters."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": name, "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 11}):
        figure = Figure(figsize=SIZE, layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        draw(axes)
        _dress(axes)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _inline(buffer.getvalue(), name)


def _dress(axes: Axes) -> None:
    """Thin lines, the page's ink."""
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK, length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set_color(INK)


def _inline(svg: str, name: str) -> str:
    """The svg element alone: scalable, in the page's font and colours, its ids its own."""
    element = svg[svg.index("<svg") :]
    element = re.sub(r"<metadata>.*?</metadata>", "", element, flags=re.DOTALL)
    element = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", element, count=1)
    element = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", element, count=1)
    element = re.sub(r'\bid="', f'id="{name}-', element)
    element = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", element)
    element = re.sub(r"font: ([\d.]+px)[^;\"]*", r"font-size: \1", element)
    for stand_in, colour in COLOURS.items():
        element = element.replace(stand_in, colour)
    return element
