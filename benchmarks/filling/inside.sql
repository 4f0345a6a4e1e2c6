ANALYZE bands;

-- A thousand spaces, each with the permissions of some groups.
INSERT INTO provisioning_space (app_id, key, name, created_at)
SELECT p.id, 'SPACE' || n, 'Space ' || n, now()
FROM provisioning_app p
JOIN directories_site s ON s.id = p.site_id AND s.organization_id = %(organization)s
CROSS JOIN generate_series(1, %(spaces)s) n
WHERE p.kind = 'confluence';

INSERT INTO provisioning_apppermission (app_id, space_id, permission, group_id, created_at)
SELECT sp.app_id, sp.id, permission, b.band, now()
FROM provisioning_space sp
JOIN provisioning_app p ON p.id = sp.app_id
JOIN directories_site s ON s.id = p.site_id AND s.organization_id = %(organization)s
JOIN bands b ON b.n <= 5
CROSS JOIN unnest(%(permissions)s::text[]) permission;

-- What was sent hour by hour, and the work that was done.
INSERT INTO directories_activity (directory_id, hour, kind, requests)
SELECT %(directory)s, date_trunc('hour', now()) - h * interval '1 hour', kind, 100 + h %% 50
FROM generate_series(0, 34 * 24) h
CROSS JOIN unnest(ARRAY['change', 'read', 'refused', 'failed']) kind
ON CONFLICT DO NOTHING;

INSERT INTO directories_job (id, organization_id, directory_id, kind, target, label, state,
  done, total, cursor, run, failures, error, priority, created_at, started_at, beat_at,
  finished_at)
SELECT gen_random_uuid(), %(organization)s, %(directory)s, 'group-sync', n, 'Team ' || n,
  CASE WHEN n %% 100 = 0 THEN 'failed' ELSE 'done' END, 600, 600, 0, 1, 0, '', 5,
  now() - n * interval '1 minute', now() - n * interval '1 minute',
  now() - n * interval '1 minute', now() - n * interval '1 minute'
FROM generate_series(1, %(jobs)s) n;
