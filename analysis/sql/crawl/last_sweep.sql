-- When the last run began that left no gap behind it, for boards that it all covered.
SELECT max(started_at) FROM crawls
WHERE exit_code IN (0, 3) AND settings ->> 'sweep' = 'true' AND list_has_all(boards, ?)
