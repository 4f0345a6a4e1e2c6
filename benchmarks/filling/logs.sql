-- Each person is told of several times.
INSERT INTO directories_auditevent (organization_id, at, action, actor_kind, actor_id,
  actor_name, target_kind, target_id, target_name, directory_id, request_id, details)
SELECT %(organization)s, now() - (%(events)s - e) * interval '3 seconds',
  (ARRAY['scim_user_create', 'scim_user_update', 'account_created',
         'user_detail_change'])[1 + e %% 4],
  'directory', %(directory)s, 'Benchmark', CASE WHEN e %% 2 = 0 THEN 'user' ELSE 'account'
  END, CASE WHEN e %% 2 = 0 THEN p.scim_id::text ELSE p.public_id::text END, p.email, %(directory)s,
  md5(e::text), '{}'
FROM generate_series(1, %(events)s) e JOIN people p ON p.n = 1 + e %% %(users)s
ORDER BY e;

INSERT INTO directories_troubleshootingentry (organization_id, directory_id, fingerprint,
  at, first_at, times, level, kind, subject, subject_id, subject_name, reason, advice,
  request, search_text)
SELECT %(organization)s, %(directory)s, gen_random_uuid(), said.at, said.at, 1,
  (ARRAY['error', 'warning', 'info'])[1 + e %% 3], 'no_email', 'user', p.scim_id::text, p.email,
  'The person was stored without an account.', 'Map an address.', '{}',
  lower(p.email || ' the person was stored without an account.')
FROM generate_series(1, %(entries)s) e JOIN people p ON p.n = 1 + e %% %(users)s
CROSS JOIN LATERAL (SELECT now() - (%(entries)s - e) * interval '10 seconds' AS at) said
ORDER BY e;

INSERT INTO directories_requestentry (organization_id, directory_id, at, request_id,
  method, path, status, duration_us, resource, resource_id, resource_name, detail, body,
  client, address, key_prefix, search_text)
SELECT %(organization)s, %(directory)s, now() - (%(requests)s - e) * interval '1 second',
  md5(e::text), (ARRAY['GET', 'GET', 'GET', 'PATCH', 'POST'])[1 + e %% 5], '/Users',
  CASE WHEN e %% 200 = 0 THEN 409 ELSE 200 END, 2000, 'User', p.scim_id::text, p.email, '', '',
  'Benchmark', '127.0.0.1', 'bench', lower('/users ' || p.email)
FROM generate_series(1, %(requests)s) e JOIN people p ON p.n = 1 + e %% %(users)s
ORDER BY e;
