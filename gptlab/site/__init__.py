"""Pages from notebooks: one file to hand on, or the whole course; both work without a network."""
