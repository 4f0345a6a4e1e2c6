"""Who holds which permission inside of an app."""
