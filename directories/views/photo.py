"""Profile photos, as this server keeps them."""

from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from directories.models import Photo
from directories.permissions import ConsoleRequest, Permission, requires

# The address changes with the photo.
KEPT = "private, max-age=31536000, immutable"


@require_safe
@requires(Permission.SEE_DIRECTORY)
def account_photo(
    request: ConsoleRequest, public_id: UUID, version: str
) -> HttpResponse:
    """Answer with the photo of somebody of the organization, or of oneself."""
    members = request.organization.members.values("account")
    visible = Photo.objects.filter(Q(account__in=members) | Q(account=request.account))
    photo = get_object_or_404(
        visible, account__public_id=public_id, account__photo_version=version
    )
    response = HttpResponse(bytes(photo.image), content_type="image/jpeg")
    response["Cache-Control"] = KEPT
    return response
