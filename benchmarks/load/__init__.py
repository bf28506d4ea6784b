"""Open-loop load through nginx, on PostgreSQL, Redis and RabbitMQ: the assistant against a stock Rasa set-up."""
