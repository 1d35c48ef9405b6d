"""Backtests: what is wished, the queue, the worker processes, and what a run left."""
