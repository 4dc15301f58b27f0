"""Mingpiao (明票): a platform for China's fiscal electronic bills."""

__version__ = "0.1.0"
