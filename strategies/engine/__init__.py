"""Runs strategy and indicator code on bars: pure, standard library and numpy only, inside the sandbox and outside."""

ENGINE_VERSION = "1"
