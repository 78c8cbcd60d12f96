UPDATE crawls
SET finished_at = ?, index_pages = ?, posts = ?, pushes = ?, requests = ?, requests_saved = ?, revisits = ?,
    watch_pages = ?, failures = ?, exit_code = ?, reason = ?,
    settings = CASE WHEN ? THEN settings ELSE json_merge_patch(settings, '{"sweep": false}') END
WHERE run_id = ?
