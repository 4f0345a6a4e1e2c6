-- Who is in a group follows from its number: members stand next to each other, and no
-- two groups have the same. One file, run for some groups at a time.
INSERT INTO directories_membership (directory_id, group_id, user_id)
SELECT %(directory)s, b.record, p.record
FROM bands b CROSS JOIN LATERAL generate_series(0, b.size - 1) k
JOIN people p ON p.n = 1 + (b.n::bigint * 7919 + k * 7) %% %(users)s
WHERE b.n BETWEEN %(start)s AND %(end)s ON CONFLICT DO NOTHING;

INSERT INTO provisioning_groupmember (group_id, account_id)
SELECT b.band, p.account
FROM bands b CROSS JOIN LATERAL generate_series(0, b.size - 1) k
JOIN people p ON p.n = 1 + (b.n::bigint * 7919 + k * 7) %% %(users)s
WHERE b.n BETWEEN %(start)s AND %(end)s AND p.n %% 100 NOT IN (1, 2)
ON CONFLICT DO NOTHING;
