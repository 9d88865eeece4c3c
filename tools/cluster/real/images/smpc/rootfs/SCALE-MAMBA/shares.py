"""Additive shares: three random numbers whose sum is the value, and of which no two say anything about it."""

import secrets

PLAYERS = 3
MODULUS = 2**128
#: Values have six decimals.
SCALE = 10**6


def split(value):
    first = [secrets.randbelow(MODULUS) for _ in range(PLAYERS - 1)]
    return [*first, (round(value * SCALE) - sum(first)) % MODULUS]


def add(rows):
    """The sums of columns of shares."""
    return [sum(column) % MODULUS for column in zip(*rows, strict=True)]


def value(number):
    """What shares that were added up stand for; the upper half is negative."""
    return (number if number < MODULUS // 2 else number - MODULUS) / SCALE
