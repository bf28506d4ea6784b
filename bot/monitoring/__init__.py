"""What operators see: health that tells the truth, metrics for Prometheus, logs without people in them."""
