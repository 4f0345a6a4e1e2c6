"""Console URLs of the provisioning app."""

from django.urls import URLPattern

app_name = "provisioning"

urlpatterns: list[URLPattern] = []
