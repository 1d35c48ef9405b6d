"""The library: strategies and their versions, what a person reads of them and does with them."""
