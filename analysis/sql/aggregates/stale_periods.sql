-- Takes away the periods in which threads of temporary table batch have pushes, or had; periods.sql makes them again.
CREATE OR REPLACE TEMP TABLE batch_days AS
SELECT DISTINCT p.board, p.post_id, internal.taipei(p.pushed_at)::DATE AS day
FROM pushes AS p
SEMI JOIN batch AS b ON b.board = p.board AND b.post_id = p.post_id
WHERE p.removed_at IS NULL AND p.pushed_at IS NOT NULL;

DELETE FROM internal.periods AS x USING (
    SELECT d.board, d.day FROM batch_days AS d
    UNION
    SELECT t.board, t.day FROM internal.thread_days AS t SEMI JOIN batch AS b ON b.board = t.board AND b.post_id = t.post_id
) AS d
WHERE x.board = d.board AND x.period IN (d.day, date_trunc('week', d.day)::DATE)
    AND (x.span = 'week' OR x.period = d.day);

DELETE FROM internal.thread_days AS t USING batch AS b WHERE t.board = b.board AND t.post_id = b.post_id;
INSERT INTO internal.thread_days BY NAME FROM batch_days;
DROP TABLE batch_days;
