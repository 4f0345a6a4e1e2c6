"""Kills, fills, poisons and confuses a running Rollcall, and looks what is left.

`python -m tests.faults --seed 1` starts private servers, lets an identity provider
push a company, breaks something at random moments of the seed, and compares what
there is in the end with what every acknowledged request should have led to.
"""
