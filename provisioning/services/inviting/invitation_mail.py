"""Mails an invitation, with a link that lets a newcomer choose a password."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from directories.services import passwords
from provisioning.models import Invitation


def send(invitation_id: int) -> bool:
    """Mail an invitation, unless it was followed or revoked meanwhile.

    The link is made here: no queue keeps what opens an account.
    """
    pending = Invitation.objects.pending().select_related("account", "organization")
    invitation = pending.filter(pk=invitation_id).first()
    if invitation is None or not invitation.account.is_active:
        return False
    account = invitation.account
    fresh = not account.has_usable_password()
    sign_in = f"{settings.BASE_URL}{reverse('directories:sign-in')}"
    text = render_to_string(
        "provisioning/mail/invitation.txt",
        {
            "organization": invitation.organization.name,
            "by": invitation.invited_by,
            "message": invitation.message,
            "fresh": fresh,
            "link": passwords.reset_link(account) if fresh else sign_in,
            "reset": f"{settings.BASE_URL}{reverse('directories:password-reset')}",
            "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
        },
    ).strip()
    subject, _line, body = text.partition("\n")
    # A name that was typed may hold a line break, which no header may.
    named = " ".join(subject.split())
    send_mail(named, f"{body.strip()}\n", None, [account.email])
    return True
