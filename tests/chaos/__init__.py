"""What happens when processes, the broker and the database die in the middle of trade."""
