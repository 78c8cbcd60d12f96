INSERT INTO crawls (run_id, command, boards, started_at, index_pages, posts, pushes, requests, requests_saved,
                    revisits, watch_pages, failures, settings)
VALUES (?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, ?)
