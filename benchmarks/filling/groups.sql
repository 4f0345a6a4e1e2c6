-- The last groups wait: local ones have their names.
CREATE TEMPORARY TABLE bands AS
SELECT n, nextval(pg_get_serial_sequence('directories_grouprecord', 'id')) AS record,
       nextval(pg_get_serial_sequence('provisioning_group', 'id')) AS band,
       initcap((%(last)s::text[])[1 + n %% array_length(%(last)s::text[], 1)])
       || ' team ' || n AS name,
       CASE WHEN n = 1 THEN %(members)s ELSE %(each)s END AS size,
       n > %(groups)s - %(held)s AS held
FROM generate_series(1, %(groups)s) n;

INSERT INTO directories_grouprecord (id, directory_id, organization_id, scim_id,
  external_id, document, document_key, link_state, link_reason, created_at, updated_at,
  display_name, display_name_key, member_count)
SELECT record, %(directory)s, %(organization)s, gen_random_uuid(), '',
  jsonb_build_object('displayName', name), '{}',
  CASE WHEN held THEN 'held' ELSE 'linked' END,
  CASE WHEN held THEN 'local_group_same_name' ELSE '' END, now(), now(), name,
  lower(name), size
FROM bands ORDER BY n;

INSERT INTO provisioning_group (id, public_id, organization_id, record_id, kind, name,
  name_key, description, created_at)
SELECT band, gen_random_uuid(), %(organization)s, CASE WHEN held THEN NULL ELSE record END,
  CASE WHEN held THEN 'local' ELSE 'synced' END, name, lower(name), '', now()
FROM bands ORDER BY n;

-- The first two hundred groups, the largest among them, and those that wait open the
-- apps of one site each.
INSERT INTO provisioning_appgrant (app_id, group_id, role, is_default, created_at)
SELECT a.id, b.band, CASE a.kind WHEN 'jira-service-management' THEN 'agent' ELSE 'user' END,
  false, now()
FROM bands b
JOIN (SELECT id, row_number() OVER (ORDER BY name) AS place, count(*) OVER () AS sites
  FROM directories_site WHERE organization_id = %(organization)s) s
  ON s.place = 1 + (b.n - 1) %% s.sites
JOIN provisioning_app a ON a.site_id = s.id AND a.kind <> 'bitbucket'
WHERE b.n <= 200 OR b.held;
