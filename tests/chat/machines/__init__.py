"""Stateful property tests of the turn: whatever happens, in any order, the promises hold.

``docs/development.md`` says how to run many more examples than the suite does.
"""
