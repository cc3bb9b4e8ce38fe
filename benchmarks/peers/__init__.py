"""The others: run from their published packages, pinned in peers.txt, in an environment of their own."""
