"""Works out what a change of a directory would bring, and changes nothing.

People are decided in batches, groups by their names, members by comparing sets in the
database; what was decided is kept in temporary tables of the connection. The rules
are those of services.people, groups and scope, told again for many at once: a test
holds them together.
"""
