-- The first project lets in very many organizations, the second very many customers.
CREATE TEMPORARY TABLE desks AS
SELECT n, nextval(pg_get_serial_sequence('portals_serviceproject', 'id')) AS desk
FROM generate_series(1, %(projects)s) n;

INSERT INTO portals_serviceproject (id, site_id, key, name, name_key, description,
  announcement, customer_service_management, access, sharing, created_at)
SELECT desk, %(site)s, 'P' || n, 'Project ' || n, 'project ' || n, '', '', n %% 2 = 0,
  CASE WHEN n %% 10 = 9 THEN 'open' ELSE 'restricted' END, 'organizations', now()
FROM desks ORDER BY n;

INSERT INTO portals_requesttype (project_id, name, description, position)
SELECT desk, 'Request ' || k, '', k FROM desks CROSS JOIN generate_series(1, 8) k
ORDER BY n, k;

INSERT INTO portals_projectorganization (project_id, organization_id, added_at, added_by)
SELECT d.desk, f.firm, now(), 'Benchmark'
FROM desks d JOIN firms f ON f.n <= CASE WHEN d.n = 1 THEN %(attached)s ELSE 1000 END
WHERE d.n <= 4 OR f.n <> 1 ORDER BY d.n, f.n;

INSERT INTO portals_projectcustomer (project_id, customer_id, added_at, added_by)
SELECT d.desk, c.customer, now(), 'Benchmark'
FROM desks d JOIN clients c ON c.n <= CASE WHEN d.n = 2 THEN %(attached)s ELSE 500 END
ORDER BY d.n, c.n;

-- Each customer and organization is told of several times.
INSERT INTO directories_auditevent (organization_id, at, action, actor_kind, actor_id,
  actor_name, target_kind, target_id, target_name, directory_id, request_id, details)
SELECT %(organization)s, now() - (%(told)s - e) * interval '3 seconds',
  (ARRAY['portal_customer_created', 'portal_customer_updated',
         'customer_organization_member_added'])[1 + e %% 3], 'directory', %(directory)s,
  'Benchmark', 'customer', c.public_id::text, c.email, %(directory)s, md5(e::text), '{}'
FROM generate_series(1, %(told)s) e
JOIN clients n ON n.n = 1 + e %% %(customers)s JOIN portals_customer c ON c.id = n.customer
ORDER BY e;

INSERT INTO directories_auditevent (organization_id, at, action, actor_kind, actor_id,
  actor_name, target_kind, target_id, target_name, directory_id, request_id, details)
SELECT %(organization)s, now() - (%(told)s - e) * interval '3 seconds',
  (ARRAY['customer_organization_created', 'customer_organization_members_change'])
  [1 + e %% 2], 'directory', %(directory)s, 'Benchmark', 'customer-organization',
  o.public_id::text, o.name, %(directory)s, md5(e::text), '{}'
FROM generate_series(1, %(told)s) e
JOIN firms f ON f.n = 1 + e %% %(organizations)s
JOIN portals_customerorganization o ON o.id = f.firm ORDER BY e
