"""What the bench (`pytest_rasa`) is told of this assistant."""
