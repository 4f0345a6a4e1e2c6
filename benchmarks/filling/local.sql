-- A local group of everybody in the largest one, that opens the same Jira; what groups
-- may do inside of each Confluence.
INSERT INTO provisioning_group (public_id, organization_id, kind, name, name_key,
  description, created_at)
VALUES (gen_random_uuid(), %(organization)s, 'local', 'Local team', 'local team', '', now());

INSERT INTO provisioning_groupmember (group_id, account_id)
SELECT l.id, gm.account_id
FROM provisioning_group g
JOIN provisioning_group l ON l.organization_id = g.organization_id
  AND l.name = 'Local team'
JOIN provisioning_groupmember gm ON gm.group_id = g.id
WHERE g.organization_id = %(organization)s AND g.name LIKE '%% team 1'
  AND g.kind = 'synced';

INSERT INTO provisioning_appgrant (app_id, group_id, role, is_default, created_at)
SELECT gr.app_id, l.id, gr.role, false, now()
FROM provisioning_group g
JOIN provisioning_group l ON l.organization_id = g.organization_id
  AND l.name = 'Local team'
JOIN provisioning_appgrant gr ON gr.group_id = g.id
JOIN provisioning_app p ON p.id = gr.app_id AND p.kind = 'jira'
WHERE g.organization_id = %(organization)s AND g.name LIKE '%% team 1'
  AND g.kind = 'synced';

INSERT INTO provisioning_apppermission (app_id, permission, group_id, created_at)
SELECT DISTINCT gr.app_id, permission, gr.group_id, now()
FROM provisioning_appgrant gr
JOIN provisioning_app p ON p.id = gr.app_id AND p.kind = 'confluence'
JOIN directories_site s ON s.id = p.site_id AND s.organization_id = %(organization)s
CROSS JOIN unnest(ARRAY['personal-space', 'create-space']) permission;
