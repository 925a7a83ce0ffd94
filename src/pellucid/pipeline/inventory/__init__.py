"""From facts at places to one inventory: who owns which file, which products there are, what loads and starts what."""
