"""Addresses of the help center, for customers."""

from django.urls import URLPattern

help_center_patterns: list[URLPattern] = []
