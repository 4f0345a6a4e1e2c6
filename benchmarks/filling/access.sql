-- What grants and members imply: who has which role in which app, and how many do.
ANALYZE provisioning_appgrant;

ANALYZE provisioning_groupmember;

ANALYZE directories_member;

INSERT INTO provisioning_appaccess (app_id, role, account_id, state, since)
SELECT DISTINCT gr.app_id, gr.role, gm.account_id, 'active', now()
FROM provisioning_appgrant gr
JOIN provisioning_group g ON g.id = gr.group_id
  AND g.organization_id = %(organization)s
JOIN provisioning_groupmember gm ON gm.group_id = gr.group_id
JOIN directories_member m ON m.organization_id = g.organization_id
  AND m.account_id = gm.account_id AND m.status = 'active'
ORDER BY gm.account_id, gr.app_id, gr.role
ON CONFLICT DO NOTHING;

DELETE FROM provisioning_appuse WHERE app_id IN (SELECT p.id FROM provisioning_app p
  JOIN directories_site s ON s.id = p.site_id AND s.organization_id = %(organization)s);

INSERT INTO provisioning_appuse (app_id, role, state, people)
SELECT a.app_id, a.role, a.state, count(*)
FROM provisioning_appaccess a
JOIN provisioning_app p ON p.id = a.app_id
JOIN directories_site s ON s.id = p.site_id AND s.organization_id = %(organization)s
GROUP BY a.app_id, a.role, a.state;
