-- People of 20,000 client companies; every third is nobody's, all others are synced.
CREATE TEMPORARY TABLE clients AS
SELECT n, nextval(pg_get_serial_sequence('portals_customer', 'id')) AS customer,
       nextval(pg_get_serial_sequence('directories_userrecord', 'id')) AS record,
       gen_random_uuid() AS scim_id, n %% 3 <> 0 AS synced,
       initcap((%(first)s::text[])[1 + n %% array_length(%(first)s::text[], 1)])
       || ' ' || initcap((%(last)s::text[])[1 + (n / 16) %% array_length(%(last)s::text[], 1)])
       || ' ' || n AS name,
       'company' || n %% 20000 || '.example' AS domain,
       'client' || n || '@company' || n %% 20000 || '.example' AS email
FROM generate_series(1, %(customers)s) n;

INSERT INTO directories_userrecord (id, directory_id, organization_id, scim_id,
  external_id, document, document_key, link_state, link_reason, created_at,
  updated_at, seen_at, user_name, user_name_key, display_name_key, email, email_key,
  active)
SELECT record, %(directory)s, %(organization)s, scim_id, 'ext' || n,
  jsonb_build_object('userName', email, 'displayName', name, 'active', n %% 50 <> 1,
    'emails', jsonb_build_array(jsonb_build_object('value', email, 'primary', true))),
  '{}', 'linked', '', now(), now(), now(), email, email, lower(name), email, email,
  n %% 50 <> 1
FROM clients WHERE synced ORDER BY n;

INSERT INTO directories_useremail (record_id, directory_id, value_key, type_key)
SELECT record, %(directory)s, email, 'work' FROM clients WHERE synced ORDER BY n;

INSERT INTO portals_customer (id, public_id, site_id, kind, directory_id, record_id,
  source, status, revoked_by, former_directory, email, email_key, email_domain, name,
  name_key, search_text, company, department, job_title, time_zone, language, password,
  session_epoch, last_active_at, created_at)
SELECT customer, gen_random_uuid(), %(site)s, 'portal_only',
  CASE WHEN synced THEN %(directory)s::uuid END, CASE WHEN synced THEN scim_id END,
  CASE WHEN synced THEN 'synced' WHEN n %% 2 = 0 THEN 'invited' ELSE 'imported' END,
  CASE WHEN n %% 50 = 1 THEN 'revoked' ELSE 'active' END,
  CASE WHEN n %% 50 = 1 THEN 'provider' ELSE '' END, '', email, email, domain, name,
  lower(name), lower(name || ' ' || email), '', '', '', '', '', '', 0,
  CASE WHEN n %% 4 = 0 THEN now() - (n %% 400) * interval '1 day' END,
  now() - (%(customers)s - n) * interval '1 minute'
FROM clients ORDER BY n
