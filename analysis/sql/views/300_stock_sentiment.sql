-- The coverage of a session is that of the Taipei day it is named after.
CREATE OR REPLACE VIEW stock_sentiment AS
SELECT s.*, c.listed, c.fetched, c.failed, c.complete
FROM internal.stock_rows(NULL::VARCHAR, 'infinity'::TIMESTAMPTZ, FALSE, '-infinity'::TIMESTAMPTZ) AS s
LEFT JOIN coverage AS c ON c.board = s.board AND c.day = s.session_on;
