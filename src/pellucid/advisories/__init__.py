"""What the world says is wrong with which versions."""
