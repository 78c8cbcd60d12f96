-- name: best-news
-- question: Which news did the board approve of most, for sure?
-- param: days = 30
-- param: n = 10
-- param: min_voters = 5
SELECT place, headline, approval_low, approval, approval_high, voters, story_posts, url
FROM top_news(days := $days, n := $n, min_voters := $min_voters)
