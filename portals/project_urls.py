"""Addresses of service projects."""

from django.urls import URLPattern

project_patterns: list[URLPattern] = []
