"""What she agrees to, in whose voice, and how she takes it back."""
