-- What habits are reckoned from: when a voter first voted in a thread (dn 1, ds 1 for 推), and when the vote turned
-- (dn 0, ds 1 or -1). A sum over what came before a moment is what stood then. What fades goes by first_at in every row
-- of a vote, so that a vote that turned takes back just what it had given. Votes without a time are in no habit.
CREATE OR REPLACE VIEW internal.vote_changes AS
SELECT
    v.board, v.post_id, lower(v.user_id) AS voter, v.kind, v.author, v.first_at, v.first_at AS moment, 1 AS dn,
    ((v.y + coalesce(len(v.turned_at), 0)) % 2)::INTEGER AS ds
FROM votes AS v
WHERE v.first_at IS NOT NULL
UNION ALL
SELECT
    t.board, t.post_id, lower(t.user_id) AS voter, t.kind, t.author, t.first_at, t.turn.moment, 0 AS dn,
    CASE WHEN (t.y + t.turn.left) % 2 = 1 THEN 1 ELSE -1 END AS ds
FROM (
    SELECT
        w.board, w.post_id, w.user_id, w.kind, w.author, w.first_at, w.y,
        unnest(list_transform(w.turned_at, lambda moment, i: {'moment': moment, 'left': len(w.turned_at) - i})) AS turn
    FROM votes AS w
    WHERE w.turned_at IS NOT NULL
) AS t;
