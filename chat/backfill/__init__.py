"""Brings conversations of another database here: each decision about a damaged row is told by a stable code."""
