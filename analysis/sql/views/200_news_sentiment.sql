CREATE OR REPLACE VIEW news_sentiment AS
FROM internal.news_rows('infinity'::TIMESTAMPTZ, FALSE, '-infinity'::TIMESTAMPTZ);
