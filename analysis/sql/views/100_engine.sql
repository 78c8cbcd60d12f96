-- The comment engine whose scores the views show (one row, or none before anything was scored).
CREATE OR REPLACE VIEW internal.active_engine AS
SELECT e.engine, e.version, e.trained_from, e.trained_until
FROM engines AS e
WHERE e.active AND e.engine <> 'stance';

-- What that engine says of each row (of a comment in several rows: of the whole on each), …
CREATE OR REPLACE VIEW internal.active_scores AS
SELECT s.board, s.post_id, s.floor, s.score, s.engine, s.version
FROM push_scores AS s
JOIN internal.active_engine AS e ON e.engine = s.engine AND e.version = s.version;

-- … and of a comment whose writer went on later, of what had been said with this row.
CREATE OR REPLACE VIEW internal.active_partial_scores AS
SELECT s.board, s.post_id, s.floor, s.score
FROM internal.partial_scores AS s
JOIN internal.active_engine AS e ON e.engine = s.engine AND e.version = s.version;
