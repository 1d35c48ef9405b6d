"""What people write about strategies, labelled with the spec that each message must give (``docs/corpus.md``)."""
