-- What daily_sentiment and weekly_sentiment would otherwise count and judge over all pushes each time (step moods), and
-- on which days a thread's pushes lie, so that a changed thread tells which periods to reckon again.
CREATE TABLE internal.periods (
    board VARCHAR NOT NULL, span VARCHAR NOT NULL, period DATE NOT NULL, -- span: day, week
    comments BIGINT NOT NULL, users BIGINT NOT NULL, pushes BIGINT NOT NULL, boos BIGINT NOT NULL, arrows BIGINT NOT NULL,
    crowd_mood DOUBLE, crowd_variance DOUBLE
);
CREATE TABLE internal.thread_days (board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, day DATE NOT NULL);
INSERT INTO internal.dirty
SELECT p.board, p.post_id, 'moods' FROM posts AS p
ANTI JOIN (SELECT d.board, d.post_id FROM internal.dirty AS d WHERE d.step = 'moods') AS d
    ON d.board = p.board AND d.post_id = p.post_id;
