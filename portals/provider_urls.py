"""Addresses of the identity providers of a site's customers."""

from django.urls import URLPattern

provider_patterns: list[URLPattern] = []
