"""Tables of words: kind of token, value, and the words that mean it, parted by bars; what stands later wins."""
