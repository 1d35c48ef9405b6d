"""What runs in the sandbox: standard library only, nothing of the product but the engine."""
