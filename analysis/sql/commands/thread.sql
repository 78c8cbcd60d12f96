SELECT
    floor, strftime(pushed_local, '%m/%d %H:%M') AS time, CASE WHEN removed_at IS NULL THEN tag ELSE tag || '刪' END AS tag,
    user_id AS user, text, CASE WHEN score IS NOT NULL THEN printf('%+.2f', score) END AS score, voters,
    CASE WHEN approval IS NOT NULL THEN printf('%+.2f', approval) END AS approval
FROM thread($post_id, board := (SELECT any_value(p.board) FROM posts AS p WHERE lower(p.board) = lower($board)))
ORDER BY floor
