-- When the last run began that left no gap behind it, for boards that it all covered.
SELECT max(started_at) FROM crawls
-- One that a fast clock dated into the future says nothing about what was there until now.
WHERE started_at <= $now AND exit_code IN (0, 3) AND (settings ->> 'sweep') = 'true' AND list_has_all(boards, $boards)
