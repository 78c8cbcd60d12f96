-- Whether moods stand that are not the active engine's.
SELECT EXISTS (
    SELECT 1 FROM internal.thread_moods AS m
    ANTI JOIN internal.active_engine AS e ON e.engine = m.engine AND e.version = m.version
)
OR (NOT EXISTS (FROM internal.thread_moods) AND EXISTS (
    SELECT 1 FROM push_scores AS s JOIN internal.active_engine AS e ON e.engine = s.engine AND e.version = s.version
))
