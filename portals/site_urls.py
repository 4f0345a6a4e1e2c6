"""Addresses of a site's service pages: its start page and customer access."""

from django.urls import URLPattern

site_patterns: list[URLPattern] = []
