"""Measurements of gptlab side by side with others, on this machine, in one run."""
