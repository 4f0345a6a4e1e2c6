"""The form that confirms the end of a subscription."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class TypedOrganizationForm(forms.Form):
    """The name of the organization, typed to confirm what stops all its syncing."""

    confirmation = forms.CharField(required=False)

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = name

    def clean_confirmation(self) -> str:
        """Refuse anything but the name."""
        typed: str = self.cleaned_data["confirmation"]
        if typed != self.name.strip():
            raise forms.ValidationError(
                _("Type the name of the organization exactly as it is written above.")
            )
        return typed
