-- Days of threads that have no push there any more: of temporary table missing_periods what periods.sql could not make.
DELETE FROM internal.thread_days AS t USING (
    SELECT m.board, m.period FROM missing_periods AS m
    ANTI JOIN internal.periods AS x ON x.board = m.board AND x.span = m.span AND x.period = m.period
    WHERE m.span = 'day'
) AS o
WHERE t.board = o.board AND t.day = o.period
