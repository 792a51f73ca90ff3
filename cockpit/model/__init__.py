"""What things are; no input or output."""
