-- name: contrarians
-- question: Who votes against the other voters?
-- param: min_votes = 3
-- param: n = 20
-- A vote against its thread: 噓 where the thread leans 推 beyond habit, 推 where it leans 噓.
SELECT lower(v.user_id) AS user_id, count(*) AS votes,
    count(*) FILTER (WHERE (v.y = 1) <> (t.approval > 0)) AS against, round(against / votes, 3) AS share_against
FROM votes AS v
JOIN thread_effects AS t ON t.board = v.board AND t.post_id = v.post_id
WHERE abs(t.approval) > 0.05
GROUP BY 1
HAVING votes >= $min_votes
ORDER BY share_against DESC, votes DESC, user_id
LIMIT $n
