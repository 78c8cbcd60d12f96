-- Pushes that were missed before a moment and that still have something to lose.
CREATE OR REPLACE TEMP TABLE pushes_down AS
SELECT q.board, q.post_id, q.floor FROM pushes AS q
WHERE q.removed_at < $before AND ($again OR q.text IS NOT NULL OR q.ip IS NOT NULL)
