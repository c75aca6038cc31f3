"""Simulators whose fault is known, to try a gate on."""

from crs_simcheck.controls.make import CONTROLS, Control, ControlKind, make_control

__all__ = ["CONTROLS", "Control", "ControlKind", "make_control"]
