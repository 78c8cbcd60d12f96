DELETE FROM pushes AS p USING pushes_down AS d
WHERE p.board = d.board AND p.post_id = d.post_id AND p.floor = d.floor;
DELETE FROM push_scores AS p USING pushes_down AS d
WHERE p.board = d.board AND p.post_id = d.post_id AND p.floor = d.floor;
DELETE FROM internal.partial_scores AS p USING pushes_down AS d
WHERE p.board = d.board AND p.post_id = d.post_id AND p.floor = d.floor;
DELETE FROM mentions AS p USING pushes_down AS d
WHERE p.board = d.board AND p.post_id = d.post_id AND p.floor = d.floor;
DELETE FROM posts AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM pushes AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM push_scores AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM internal.partial_scores AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM post_scores AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM post_versions AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM replies AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM news AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM linked_pages AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM mentions AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
-- The habits that went by their votes: later threads of the same voters. (Their own mark has the board's rate looked at.)
INSERT INTO internal.dirty
WITH gone AS (
    SELECT v.board, lower(v.user_id) AS voter, min(v.first_at) AS since
    FROM votes AS v
    SEMI JOIN posts_down AS d ON d.board = v.board AND d.post_id = v.post_id
    GROUP BY ALL
), stale AS (
    SELECT w.board, w.post_id
    FROM votes AS w
    JOIN gone AS c ON c.board = w.board AND c.voter = lower(w.user_id) AND w.posted_at > c.since
    UNION
    SELECT d.board, d.post_id FROM posts_down AS d
)
SELECT s.board, s.post_id, 'habits' AS step
FROM stale AS s
WHERE NOT EXISTS (
    SELECT 1 FROM internal.dirty AS x WHERE x.board = s.board AND x.post_id = s.post_id AND x.step = 'habits'
);
DELETE FROM votes AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM thread_effects AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM internal.thread_moods AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM internal.periods AS x USING (
    SELECT DISTINCT t.board, t.day FROM internal.thread_days AS t
    SEMI JOIN posts_down AS d ON d.board = t.board AND d.post_id = t.post_id
) AS p
WHERE x.board = p.board AND x.period IN (p.day, date_trunc('week', p.day)::DATE) AND (x.span = 'week' OR x.period = p.day);
DELETE FROM internal.thread_days AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
-- The other posts of their stories, which may have come to them by these. (Their own marks go with `ptt forget`.)
INSERT INTO internal.dirty
SELECT s.board, s.post_id, 'stories' AS step
FROM internal.stories AS s
SEMI JOIN (
    SELECT g.board, g.story_id FROM internal.stories AS g
    SEMI JOIN posts_down AS d ON d.board = g.board AND d.post_id = g.post_id
) AS t ON t.board = s.board AND t.story_id = s.story_id
ANTI JOIN posts_down AS d ON d.board = s.board AND d.post_id = s.post_id
ANTI JOIN internal.dirty AS x ON x.board = s.board AND x.post_id = s.post_id AND x.step = 'stories';
DELETE FROM internal.stories AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM internal.texts AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM internal.observations AS p USING posts_down AS d
WHERE p.board = d.board AND p.post_id = d.post_id AND p.kind <> 'gone';
UPDATE internal.listings AS p SET title = NULL, author = NULL FROM posts_down AS d
WHERE p.board = d.board AND p.post_id = d.post_id
