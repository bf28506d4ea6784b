"""What a hospital runs the assistant with."""
