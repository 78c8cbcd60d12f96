-- name: boo-concentration
-- question: How much of all 噓 comes from how few users?
WITH users AS (
    SELECT lower(user_id) AS user_id, count(*) AS boos, row_number() OVER (ORDER BY count(*) DESC) AS place
    FROM pushes
    WHERE vote = -1 AND removed_at IS NULL AND NOT is_author
    GROUP BY 1
)
SELECT share AS top_share_of_users, round(sum(boos) FILTER (WHERE place <= ceil(share * n)) / sum(boos), 3) AS share_of_boos
FROM users, (SELECT count(*) AS n FROM users), (VALUES (0.01), (0.05), (0.1), (0.25), (0.5)) AS shares(share)
GROUP BY share
ORDER BY share
