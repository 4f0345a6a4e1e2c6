"""Addresses of portal-only customers."""

from django.urls import URLPattern

customer_patterns: list[URLPattern] = []
