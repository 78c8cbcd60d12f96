CREATE OR REPLACE TEMP TABLE store_sessions AS
WITH
    closes AS (SELECT day, (day + TIME '13:30') AT TIME ZONE 'Asia/Taipei' AS close_at FROM trading_days),
    moments AS (SELECT DISTINCT posted_at AS at FROM posts UNION SELECT DISTINCT pushed_at FROM pushes)
SELECT at, CASE WHEN close_at - at <= INTERVAL 31 DAYS THEN day END AS session_on
FROM moments ASOF LEFT JOIN closes ON at <= close_at
WHERE at IS NOT NULL;
UPDATE posts SET session_on = store_sessions.session_on FROM store_sessions
WHERE posts.posted_at = at AND posts.session_on IS DISTINCT FROM store_sessions.session_on;
UPDATE pushes SET session_on = store_sessions.session_on FROM store_sessions
WHERE pushes.pushed_at = at AND pushes.session_on IS DISTINCT FROM store_sessions.session_on;
DROP TABLE store_sessions;
