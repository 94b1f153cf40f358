"""Test servers that speak vendors' protocols on loopback, and can play faults."""
