-- The comment engine whose scores the views show (one row, or none before anything was scored).
CREATE OR REPLACE VIEW internal.active_engine AS
SELECT e.engine, e.version, e.trained_from, e.trained_until
FROM engines AS e
WHERE e.active AND e.engine <> 'stance';
