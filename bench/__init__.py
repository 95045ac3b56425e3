"""Speed and memory, measured in one run against other tools and printed as ratios: `python -m bench [name ...]`."""
