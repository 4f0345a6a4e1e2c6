"""Tests of what composes the project."""
