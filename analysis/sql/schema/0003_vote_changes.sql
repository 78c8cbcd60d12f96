-- What habits are reckoned from stands in votes itself, so that a load need not read the pushes of every voter again.
-- Rows of before have no kind; step votes casts their threads anew (analysis/sql/votes/outdated.sql).
ALTER TABLE votes ADD COLUMN first_at TIMESTAMPTZ;
ALTER TABLE votes ADD COLUMN turned_at TIMESTAMPTZ[];
ALTER TABLE votes ADD COLUMN author VARCHAR;
ALTER TABLE votes ADD COLUMN kind VARCHAR
