"""What providers take away: asked about first, held, carried out, put back."""
