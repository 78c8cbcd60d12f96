-- Periods with pushes that table internal.periods lacks: those of the oldest $weeks weeks, so that memory stays bounded.
CREATE OR REPLACE TEMP TABLE missing_periods AS
WITH days AS (
    SELECT DISTINCT t.board, t.day, date_trunc('week', t.day)::DATE AS week FROM internal.thread_days AS t
), spans AS (
    SELECT d.board, 'day' AS span, d.day AS period, d.week FROM days AS d
    UNION
    SELECT d.board, 'week' AS span, d.week AS period, d.week FROM days AS d
), missing AS (
    SELECT s.* FROM spans AS s
    ANTI JOIN internal.periods AS x ON x.board = s.board AND x.span = s.span AND x.period = s.period
)
SELECT m.* FROM missing AS m
SEMI JOIN (SELECT DISTINCT w.week FROM missing AS w ORDER BY w.week LIMIT $weeks) AS w ON w.week = m.week
