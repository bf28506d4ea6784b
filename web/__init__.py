"""What is served to people: the chat of the website, the desk of the staff."""
