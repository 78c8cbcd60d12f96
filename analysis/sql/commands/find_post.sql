SELECT title, author, strftime(posted_at AT TIME ZONE 'Asia/Taipei', '%Y-%m-%d %H:%M'), url,
    strftime(deleted_at AT TIME ZONE 'Asia/Taipei', '%Y-%m-%d %H:%M')
FROM posts
WHERE post_id = $post_id AND ($board IS NULL OR lower(board) = lower($board))
ORDER BY board
