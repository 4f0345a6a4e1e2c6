"""Console URLs of the directories app."""

from django.urls import URLPattern

app_name = "directories"

urlpatterns: list[URLPattern] = []
