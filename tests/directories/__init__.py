"""Tests of the directories app below its pages."""
