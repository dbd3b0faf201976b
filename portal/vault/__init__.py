"""Keys, ciphertext and object stores: the only room that sees any of them."""
