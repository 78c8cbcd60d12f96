-- name: deleted-posts
-- question: Which posts were deleted, and what had they drawn?
SELECT posted_at AT TIME ZONE 'Asia/Taipei' AS posted_local, title, author, push_count, boo_count, deleted_at AT TIME ZONE 'Asia/Taipei' AS missed_local, url
FROM posts
WHERE deleted_at IS NOT NULL
ORDER BY deleted_at DESC
