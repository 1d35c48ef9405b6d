"""Conversations that end in an indicator: a spec of their own, read, asked for, and composed into code."""
