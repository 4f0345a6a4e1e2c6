-- Two of three follow a group; the first has most members, every other one as many.
CREATE TEMPORARY TABLE firms AS
SELECT n, nextval(pg_get_serial_sequence('portals_customerorganization', 'id')) AS firm,
       nextval(pg_get_serial_sequence('directories_grouprecord', 'id')) AS record,
       n %% 3 <> 0 AS synced,
       initcap((%(last)s::text[])[1 + n %% array_length(%(last)s::text[], 1)])
       || ' firm ' || n AS name,
       CASE WHEN n = 1 THEN %(members)s ELSE %(each)s END AS size
FROM generate_series(1, %(organizations)s) n;

INSERT INTO directories_grouprecord (id, directory_id, organization_id, scim_id,
  external_id, document, document_key, link_state, link_reason, created_at, updated_at,
  display_name, display_name_key, member_count)
SELECT record, %(directory)s, %(organization)s, gen_random_uuid(), '',
  jsonb_build_object('displayName', name), '{}', 'linked', '', now(), now(), name,
  lower(name), 0
FROM firms WHERE synced ORDER BY n;

INSERT INTO portals_customerorganization (id, public_id, site_id, directory_id,
  record_id, source, former_directory, name, name_key, description, member_count,
  archived_by, archived_projects, created_at)
SELECT firm, gen_random_uuid(), %(site)s, CASE WHEN synced THEN %(directory)s::uuid END,
  CASE WHEN synced THEN record END, CASE WHEN synced THEN 'synced' ELSE 'manual' END,
  '', name, lower(name), '', 0, '', '[]', now() - n * interval '1 minute'
FROM firms ORDER BY n;

-- Customers stand next to each other, and no two organizations have the same.
INSERT INTO portals_organizationmember (organization_id, customer_id, synced, manual,
  by_domain)
SELECT f.firm, c.customer, f.synced, NOT f.synced, false
FROM firms f CROSS JOIN LATERAL generate_series(0, f.size - 1) k
JOIN clients c ON c.n = 1 + (f.n::bigint * 7919 + k) %% %(customers)s
WHERE c.synced OR NOT f.synced ON CONFLICT DO NOTHING;

INSERT INTO directories_membership (directory_id, group_id, user_id)
SELECT %(directory)s, f.record, c.record
FROM portals_organizationmember m JOIN firms f ON f.firm = m.organization_id
JOIN clients c ON c.customer = m.customer_id WHERE f.synced ORDER BY m.id;

UPDATE portals_customerorganization o SET member_count = counted.members
FROM (SELECT organization_id, count(*) AS members FROM portals_organizationmember
      GROUP BY organization_id) counted
WHERE counted.organization_id = o.id AND o.site_id = %(site)s;

UPDATE directories_grouprecord g SET member_count = o.member_count
FROM portals_customerorganization o
WHERE o.record_id = g.id AND o.site_id = %(site)s;

-- A domain for every tenth organization.
INSERT INTO portals_organizationdomain (site_id, organization_id, name, position,
  created_at)
SELECT %(site)s, firm, 'company' || n %% 20000 || '.example', n, now()
FROM firms WHERE n %% 10 = 0 ORDER BY n
