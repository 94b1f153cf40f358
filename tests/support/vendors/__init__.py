"""Servers of our own that speak vendors' protocols on loopback, with faults to play."""
