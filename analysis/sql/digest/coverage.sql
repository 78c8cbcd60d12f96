-- What the store saw of the week.
SELECT
    coalesce(sum(c.listed), 0)::BIGINT AS listed, coalesce(sum(c.fetched), 0)::BIGINT AS fetched,
    coalesce(sum(c.failed), 0)::BIGINT AS failed, coalesce(sum(c.gone), 0)::BIGINT AS gone
FROM coverage AS c
WHERE c.board = $board AND c.day BETWEEN $start::DATE AND $start::DATE + 6;
