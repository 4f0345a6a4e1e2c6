"""SCIM endpoints below /scim/directory/<directory id>.

A slash at the end is served like none, without a redirect: some clients put a
query behind it and would lose method or key on the way. So is a second slash before
the endpoint: JumpCloud joins a base URL that ends with one to `/Users`.
"""

from django.urls import URLPattern, re_path
from django.views import View

from directories.scim.bulk import BulkView
from directories.scim.discovery import (
    NothingView,
    ResourceTypeDetail,
    ResourceTypeList,
    SchemaDetail,
    SchemaList,
    ServiceProviderConfigView,
)
from directories.scim.groups import GroupDetail, GroupList
from directories.scim.searching import Everything, GroupSearch, Search, UserSearch
from directories.scim.users import UserDetail, UserList

app_name = "scim"


def _endpoint(path: str, view: type[View], name: str) -> URLPattern:
    route = rf"^(?P<directory_id>[^/]+)/?/{path}/?\Z"
    return re_path(route, view.as_view(), name=name)


urlpatterns = [
    _endpoint("Users", UserList, "user-list"),
    _endpoint(r"Users/\.search", UserSearch, "user-search"),
    _endpoint("Users/(?P<scim_id>[^/]+)", UserDetail, "user-detail"),
    _endpoint("Groups", GroupList, "group-list"),
    _endpoint(r"Groups/\.search", GroupSearch, "group-search"),
    _endpoint("Groups/(?P<scim_id>[^/]+)", GroupDetail, "group-detail"),
    _endpoint("ServiceProviderConfig", ServiceProviderConfigView, "config-detail"),
    _endpoint("ResourceTypes", ResourceTypeList, "resource-type-list"),
    _endpoint(
        "ResourceTypes/(?P<name>[^/]+)", ResourceTypeDetail, "resource-type-detail"
    ),
    _endpoint("Schemas", SchemaList, "schema-list"),
    _endpoint("Schemas/(?P<name>[^/]+)", SchemaDetail, "schema-detail"),
    _endpoint(r"\.search", Search, "search"),
    _endpoint("Bulk", BulkView, "bulk"),
    re_path(r"^(?P<directory_id>[^/]+)/?\Z", Everything.as_view(), name="root"),
    re_path(
        r"^(?P<directory_id>[^/]*)(?:/[\s\S]*)?\Z",
        NothingView.as_view(),
        name="nothing",
    ),
]
