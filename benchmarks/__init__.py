"""Side-by-side measurements; README.md has the commands and the tables."""
