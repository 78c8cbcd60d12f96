-- What was seen after clock_ahead.moment goes back by clock_ahead.ahead: order and distances stay, and with them all that a
-- fold of the same responses says.
CREATE OR REPLACE TEMP TABLE early AS
SELECT DISTINCT board, post_id FROM internal.observations WHERE fetched_at > (SELECT moment FROM clock_ahead);
UPDATE internal.observations SET base_fetched_at = base_fetched_at - (SELECT ahead FROM clock_ahead) WHERE base_fetched_at > (SELECT moment FROM clock_ahead);
UPDATE internal.observations SET fetched_at = fetched_at - (SELECT ahead FROM clock_ahead) WHERE fetched_at > (SELECT moment FROM clock_ahead);
UPDATE internal.poll_state SET fetched_at = fetched_at - (SELECT ahead FROM clock_ahead) WHERE fetched_at > (SELECT moment FROM clock_ahead);
UPDATE internal.listings SET first_listed_at = first_listed_at - (SELECT ahead FROM clock_ahead) WHERE first_listed_at > (SELECT moment FROM clock_ahead);
UPDATE internal.listings SET last_listed_at = last_listed_at - (SELECT ahead FROM clock_ahead) WHERE last_listed_at > (SELECT moment FROM clock_ahead);
UPDATE internal.failures SET failed_at = failed_at - (SELECT ahead FROM clock_ahead) WHERE failed_at > (SELECT moment FROM clock_ahead);
UPDATE linked_pages SET fetched_at = fetched_at - (SELECT ahead FROM clock_ahead) WHERE fetched_at > (SELECT moment FROM clock_ahead);
-- A killed run is ended by the next one's clock, which may be right already: before its own start, then.
UPDATE crawls SET finished_at = finished_at - (SELECT ahead FROM clock_ahead) WHERE finished_at > (SELECT moment FROM clock_ahead) AND finished_at >= started_at;
UPDATE crawls SET started_at = started_at - (SELECT ahead FROM clock_ahead) WHERE started_at > (SELECT moment FROM clock_ahead);
UPDATE post_versions SET seen_from = seen_from - (SELECT ahead FROM clock_ahead) WHERE seen_from > (SELECT moment FROM clock_ahead);
UPDATE post_versions SET seen_until = seen_until - (SELECT ahead FROM clock_ahead) WHERE seen_until > (SELECT moment FROM clock_ahead);
UPDATE pushes SET removed_at = removed_at - (SELECT ahead FROM clock_ahead) WHERE removed_at > (SELECT moment FROM clock_ahead);
UPDATE pushes SET first_seen_at = first_seen_at - (SELECT ahead FROM clock_ahead) WHERE first_seen_at > (SELECT moment FROM clock_ahead);
UPDATE posts SET deleted_at = deleted_at - (SELECT ahead FROM clock_ahead) WHERE deleted_at > (SELECT moment FROM clock_ahead);
UPDATE posts SET fetched_at = fetched_at - (SELECT ahead FROM clock_ahead) WHERE fetched_at > (SELECT moment FROM clock_ahead);
UPDATE posts SET
    first_seen_at = first_seen_at - (SELECT ahead FROM clock_ahead),
    capture_lag = capture_lag - epoch((SELECT ahead FROM clock_ahead))::BIGINT
WHERE first_seen_at > (SELECT moment FROM clock_ahead);
INSERT INTO internal.dirty BY NAME
SELECT board, post_id, step
FROM early SEMI JOIN posts USING (board, post_id), unnest(['votes', 'habits', 'moods', 'stories']) AS s (step)
WHERE NOT EXISTS (
    SELECT 1 FROM internal.dirty AS d WHERE d.board = early.board AND d.post_id = early.post_id AND d.step = s.step
);
DROP TABLE early;
DROP TABLE clock_ahead
