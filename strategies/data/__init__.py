"""Market data: bundled, synthetic and imported bars, kept in the database as immutable chunks."""
