-- name: worst-news
-- question: Which news did the board disapprove of most, for sure?
-- param: days = 30
-- param: n = 10
-- param: min_voters = 5
SELECT place, headline, approval_high, approval, approval_low, voters, story_posts, url
FROM worst_news(days := $days, n := $n, min_voters := $min_voters)
