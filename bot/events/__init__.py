"""The event stream: what happens in conversations, carried by RabbitMQ to whoever counts it. No words, no people."""
