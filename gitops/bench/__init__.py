"""The benchmark: fleets made from a seed, and how long each command takes with them."""
