-- Invented data, the same in every run. Sizes are such that the planner chooses as it does in production:
-- 150,000 users, 4,000 groups with 240,000 memberships, a few of them very large.
SELECT setseed(0.1959);

INSERT INTO "AspNetRoles" ("Id", "Name", "NormalizedName", "ConcurrencyStamp")
SELECT md5('role-' || n)::uuid::text, name, upper(name), md5('role-stamp-' || n)::uuid::text
FROM unnest(ARRAY['Admin', 'Auditor', 'Billing', 'Editor', 'Guest', 'Member', 'Moderator', 'Owner', 'Reader', 'Support'])
    WITH ORDINALITY AS roles (name, n);

INSERT INTO "AspNetUsers"
SELECT md5('user-' || n)::uuid::text,
       initcap(given) || ' ' || initcap(family),
       n % 9 <> 0,
       n % 10 < 7,
       timestamptz '2021-01-01 00:00+00' + n * interval '16 minutes',
       name, upper(name), name || '@example.com', upper(name || '@example.com'),
       n % 10 < 7,
       'AQAAAAIAAYagAAAAE' || md5('password-' || n) || md5('salt-' || n),
       upper(md5('security-' || n)),
       md5('stamp-' || n)::uuid::text,
       NULL, FALSE, n % 25 = 0, NULL, TRUE, 0
FROM generate_series(1, 150000) AS n,
     LATERAL (SELECT (ARRAY['ada', 'bela', 'cem', 'dora', 'emil', 'fanny', 'goran', 'hana', 'ivo', 'jana', 'kalle', 'lotte',
                            'mirko', 'nora', 'olaf', 'petra', 'quirin', 'rosa', 'sven', 'tilda'])[1 + n % 20] AS given,
                     (ARRAY['ahlgren', 'bauer', 'castell', 'dietz', 'ebner', 'falk', 'grimm', 'holm', 'iversen', 'jansen',
                            'kern', 'lund', 'moser', 'nagel', 'ortega', 'pohl', 'quint', 'rask', 'stein', 'thoma',
                            'urban', 'vogt', 'wendt'])[1 + n % 23] AS family) AS names,
     LATERAL (SELECT given || '.' || family || n AS name) AS account;

INSERT INTO "AspNetUserRoles" ("UserId", "RoleId")
SELECT md5('user-' || n)::uuid::text, md5('role-6')::uuid::text FROM generate_series(1, 150000) AS n
UNION ALL
SELECT md5('user-' || n)::uuid::text, md5('role-' || 1 + n % 5)::uuid::text FROM generate_series(11, 150000, 11) AS n;

INSERT INTO "AspNetRoleClaims" ("RoleId", "ClaimType", "ClaimValue")
SELECT md5('role-' || r)::uuid::text, 'permission', 'area' || c || '.read'
FROM generate_series(1, 10) AS r, generate_series(1, 12) AS c;

INSERT INTO "AspNetUserClaims" ("UserId", "ClaimType", "ClaimValue")
SELECT md5('user-' || n)::uuid::text, kind, kind || '-' || n % 40
FROM generate_series(1, 150000) AS n, unnest(ARRAY['locale', 'tenant']) AS kind
WHERE n % 3 > 0 OR kind = 'tenant';

INSERT INTO "AspNetUserTokens"
SELECT md5('user-' || n)::uuid::text, 'identity', 'RefreshToken', md5('token-' || n)
FROM generate_series(1, 150000, 4) AS n;

INSERT INTO "Groups" ("Name", "OwnerId", "CreatedAt")
SELECT 'Group ' || n, md5('user-' || 1 + (n * 37) % 150000)::uuid::text,
       timestamptz '2022-01-01 00:00+00' + n * interval '8 hours'
FROM generate_series(1, 4000) AS n;

-- A cubed random number: group 1 is the largest, and most groups have a few dozen members.
INSERT INTO "GroupMembers" ("GroupId", "UserId", "MemberRole", "JoinedAt", "LeftAt")
SELECT 1 + floor(4000 * power(chance, 3))::int,
       md5('user-' || 1 + (n * 7919) % 150000)::uuid::text,
       CASE WHEN n % 40 = 0 THEN 'Owner' WHEN n % 9 = 0 THEN 'Moderator' ELSE 'Member' END,
       timestamptz '2022-06-01 00:00+00' + n * interval '7 minutes',
       CASE WHEN n % 6 = 0 THEN timestamptz '2025-09-01 00:00+00' + n * interval '10 seconds' END
FROM (SELECT n, random() AS chance FROM generate_series(1, 240000) AS n) AS draws;

INSERT INTO "Invitations" ("GroupId", "InviterId", "InviteeId", "Status", "CreatedAt")
SELECT 1 + n % 4000, md5('user-' || 1 + (n * 31) % 150000)::uuid::text, md5('user-' || 1 + (n * 101) % 150000)::uuid::text,
       CASE WHEN n % 12 = 0 THEN 'Pending' WHEN n % 5 = 0 THEN 'Declined' ELSE 'Accepted' END,
       timestamptz '2023-01-01 00:00+00' + n * interval '16 minutes'
FROM generate_series(1, 90000) AS n;

INSERT INTO "AuditEntries" ("ActorId", "Action", "OccurredAt")
SELECT md5('user-' || 1 + (n * 13) % 150000)::uuid::text,
       (ARRAY['SignedIn', 'SignedOut', 'PasswordChanged', 'GroupJoined', 'GroupLeft'])[1 + n % 5],
       timestamptz '2025-05-01 00:00+00' + n * interval '80 seconds'
FROM generate_series(1, 200000) AS n;
