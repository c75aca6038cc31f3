"""Pages that stand alone: one file, no script, nothing fetched, and any text in it is only text.

:func:`render`, the template ``base.html.j2`` and the macros of ``macros.html.j2`` are for every
page; :func:`drawing` and :func:`as_plot` make what is drawn on them, in the colours
:data:`COLORS`. The page of a run of gates is :func:`gates_page`.
"""

from crs_simcheck.report.html.gates import gates_page
from crs_simcheck.report.html.matrix import matrix_page
from crs_simcheck.report.html.optimized import StepShown, optimize_page
from crs_simcheck.report.html.page import has_extra, render, require_extra
from crs_simcheck.report.html.plots import COLORS, Plot, as_plot, drawing

__all__ = [
    "COLORS",
    "Plot",
    "StepShown",
    "as_plot",
    "drawing",
    "gates_page",
    "has_extra",
    "matrix_page",
    "optimize_page",
    "render",
    "require_extra",
]
