"""Functional programming: functions that call the user's ones."""
