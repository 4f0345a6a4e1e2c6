"""Addresses of customer organizations."""

from django.urls import URLPattern

organization_patterns: list[URLPattern] = []
