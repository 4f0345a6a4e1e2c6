-- Names are of words that some thousand people share, as in a real company.
CREATE TEMPORARY TABLE people AS
SELECT n, nextval(pg_get_serial_sequence('directories_account', 'id')) AS account,
       nextval(pg_get_serial_sequence('directories_userrecord', 'id')) AS record,
       gen_random_uuid() AS public_id, gen_random_uuid() AS scim_id,
       initcap((%(first)s::text[])[1 + n %% array_length(%(first)s::text[], 1)])
       || ' ' || initcap((%(last)s::text[])[1 + (n / 16) %% array_length(%(last)s::text[], 1)])
       || ' ' || n AS name,
       'person' || n || '@' || %(domain)s AS email
FROM generate_series(1, %(users)s) n;

INSERT INTO directories_account (id, password, public_id, email, email_key,
  email_domain, name, public_name, job_title, department, company, time_zone, language,
  location, status, managed_by_id, created_at)
SELECT account, '!', public_id, email, email, %(domain)s, name, '', 'Engineer',
  'Department ' || n %% 40, '', '', '', '',
  CASE WHEN n %% 50 = 0 THEN 'deactivated' ELSE 'active' END, %(organization)s, now()
FROM people ORDER BY n;

INSERT INTO directories_member (organization_id, account_id, directory_id, name,
  search_text, status, joined_at)
SELECT %(organization)s, account, %(directory)s, name, lower(name || ' ' || email),
  CASE WHEN n %% 50 = 0 THEN 'deactivated' ELSE 'active' END, now()
FROM people ORDER BY n;

INSERT INTO directories_userrecord (id, directory_id, organization_id, scim_id,
  external_id, document, document_key, link_state, link_reason, account_id, created_at,
  updated_at, seen_at, user_name, user_name_key, display_name_key, email, email_key,
  active)
SELECT record, %(directory)s, %(organization)s, scim_id, 'ext' || n,
  jsonb_build_object('userName', email, 'displayName', name, 'active', n %% 50 <> 0,
    'emails', jsonb_build_array(jsonb_build_object('value', email, 'primary', true))),
  '{}',
  CASE WHEN n %% 100 = 1 THEN 'unlinked' WHEN n %% 100 = 2 THEN 'paused' ELSE 'linked' END,
  CASE WHEN n %% 100 = 1 THEN 'no_email' WHEN n %% 100 = 2 THEN 'email_domain_not_verified'
    ELSE '' END,
  CASE WHEN n %% 100 = 1 THEN NULL ELSE account END, now(), now(),
  now() - (n %% 120) * interval '1 day', email, email, lower(name),
  CASE WHEN n %% 100 = 1 THEN '' ELSE email END,
  CASE WHEN n %% 100 = 1 THEN '' ELSE email END, n %% 50 <> 0
FROM people ORDER BY n;

INSERT INTO directories_useremail (record_id, directory_id, value_key, type_key)
SELECT record, %(directory)s, email, 'work' FROM people ORDER BY n;
