UPDATE crawls
SET finished_at = ?, index_pages = ?, posts = ?, pushes = ?, requests = ?, requests_saved = ?, revisits = ?,
    watch_pages = ?, failures = ?, exit_code = ?, reason = ?
WHERE run_id = ?
