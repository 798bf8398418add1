"""What is known of people and households over time."""
