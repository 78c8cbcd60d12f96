-- The demo's table: this week's news, what the crowd approves of first. $n rows.
SELECT t.title, t.push_count, t.boo_count, t.approval, t.approval_low, t.approval_high, t.news_tone, t.crowd_mood, t.symbols
FROM top_news(days := 7, n := $n) AS t;
