-- The same as of now: what is current.
CREATE OR REPLACE VIEW internal.comment_scores AS
FROM internal.known_comment_scores('infinity'::TIMESTAMPTZ, FALSE, '-infinity'::TIMESTAMPTZ);

CREATE OR REPLACE VIEW internal.thread_moods_now AS
FROM internal.known_thread_moods('infinity'::TIMESTAMPTZ, FALSE, '-infinity'::TIMESTAMPTZ);
