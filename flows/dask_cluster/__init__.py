"""Shots on a Dask cluster: the only package that knows dask and distributed, which the extra `cluster` brings."""
