CREATE OR REPLACE MACRO news_as_of(ts, strict := FALSE, days := NULL) AS TABLE
FROM internal.news_rows(
    internal.moment(ts), strict, coalesce(internal.moment(ts) - to_days(days), '-infinity'::TIMESTAMPTZ)
);

-- Until when the rankings look, and from when on: `days` count back from the data, not from the clock.
CREATE OR REPLACE MACRO internal.ranked_until(as_of) AS
    coalesce(internal.moment(as_of), (SELECT i.data_until + INTERVAL 1 SECOND FROM store_info AS i));

-- One row a story: its post with the most voters. Without posts that were taken down, or with fewer voters than asked.
CREATE OR REPLACE MACRO internal.ranking(days, min_voters, as_of, wanted_board) AS TABLE
SELECT
    r.*, count(*) OVER (PARTITION BY r.board, r.story_id) AS story_posts
FROM internal.news_rows(
    coalesce(internal.moment(as_of), 'infinity'::TIMESTAMPTZ), FALSE, internal.ranked_until(as_of) - to_days(days)
) AS r
WHERE (wanted_board IS NULL OR r.board = wanted_board) AND r.deleted_at IS NULL AND r.approval IS NOT NULL
QUALIFY r.voters >= min_voters
    AND row_number() OVER (PARTITION BY r.board, r.story_id ORDER BY r.voters DESC, r.posted_at, r.post_id) = 1;

CREATE OR REPLACE MACRO top_news(days := 7, n := 10, min_voters := 10, as_of := NULL, board := NULL) AS TABLE
SELECT row_number() OVER (ORDER BY r.approval_low DESC, r.voters DESC, r.post_id) AS place, r.*
FROM internal.ranking(days, min_voters, as_of, board) AS r
ORDER BY place
LIMIT n;

CREATE OR REPLACE MACRO worst_news(days := 7, n := 10, min_voters := 10, as_of := NULL, board := NULL) AS TABLE
SELECT row_number() OVER (ORDER BY r.approval_high, r.voters DESC, r.post_id) AS place, r.*
FROM internal.ranking(days, min_voters, as_of, board) AS r
ORDER BY place
LIMIT n;
