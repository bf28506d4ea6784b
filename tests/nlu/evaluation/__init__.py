"""Measures understanding on wording written apart from the training examples: cases in, figures and a report out."""
