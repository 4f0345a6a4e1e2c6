"""Tests of customers, their organizations and service projects."""
