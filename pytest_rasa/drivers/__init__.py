"""Ways to a bot: in this process, over Rasa's REST channel, and what a project adds."""
