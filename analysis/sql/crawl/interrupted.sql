-- A run that holds no lock and has no end was killed.
UPDATE crawls SET finished_at = ?, exit_code = 1, reason = '執行中被強制結束' WHERE finished_at IS NULL
