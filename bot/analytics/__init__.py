"""What the event stream is counted in: tables for analysts, each event once, and what they say."""
