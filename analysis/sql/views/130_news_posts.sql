-- Original [新聞] posts (no replies; forwards count) with what can be told without votes and comments.
CREATE OR REPLACE VIEW internal.news_posts AS
SELECT
    p.board, p.post_id, p.posted_at, p.posted_on, p.session_on, p.title, p.url, p.first_seen_at, p.deleted_at,
    p.push_count, p.boo_count, p.arrow_count,
    coalesce(n.headline, regexp_replace(p.title, '^\s*(Fw:\s*)?[\[［【][^\]］】]*[\]］】]\s*', '', 'i')) AS headline,
    n.source_url, n.source_domain
FROM posts AS p
LEFT JOIN news AS n ON n.board = p.board AND n.post_id = p.post_id
WHERE p.category = '新聞' AND NOT p.is_reply;
