"""The tables, one a theme; in each ``ZH``, ``EN`` and ``MIXED``."""
