"""Test data: one factory a model, traits for situations."""
