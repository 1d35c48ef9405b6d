"""Programs that try to get out of the sandbox or to abuse it, and what runs them."""
