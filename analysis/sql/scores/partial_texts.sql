-- Texts of the batch's joined comments (analysis/sentiment/runs.py) up to each row whose next row came in a later minute.
WITH rows AS (
    SELECT
        q.board, q.post_id, q.floor, lower(q.user_id) AS writer, q.text, coalesce(q.pushed_at, q.first_seen_at) AS at,
        (q.user_id IS NULL OR lower(q.user_id) IS DISTINCT FROM lag(lower(q.user_id)) OVER thread)::INTEGER AS begins
    FROM pushes AS q
    SEMI JOIN batch AS b ON b.board = q.board AND b.post_id = q.post_id
    WINDOW thread AS (PARTITION BY q.board, q.post_id ORDER BY q.floor)
), numbered AS (
    SELECT r.*, sum(r.begins) OVER (PARTITION BY r.board, r.post_id ORDER BY r.floor) AS run FROM rows AS r
), joined AS (
    SELECT
        n.board, n.post_id, n.floor, n.at, string_agg(n.text, ' ') OVER upto AS text,
        lead(n.at) OVER (PARTITION BY n.board, n.post_id, n.run ORDER BY n.floor) AS next_at
    FROM numbered AS n
    WHERE n.text IS NOT NULL
    WINDOW upto AS (PARTITION BY n.board, n.post_id, n.run ORDER BY n.floor ROWS UNBOUNDED PRECEDING)
)
SELECT j.board, j.post_id, j.floor, j.text FROM joined AS j WHERE j.next_at > j.at ORDER BY ALL
