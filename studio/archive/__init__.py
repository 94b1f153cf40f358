"""Whole sessions: forked into variants, packed into one file, unpacked, and rid of what can be made again."""
