-- Where a part's lines are, neighbours as one slice.
WITH lines AS (
    SELECT file, place, size, known,
        place IS DISTINCT FROM lag(place + size) OVER (PARTITION BY file, known ORDER BY place) AS begins
    FROM temp.backfill_lines WHERE part = $part
), slices AS (
    SELECT *, count(*) FILTER (begins) OVER (PARTITION BY file, known ORDER BY place) AS slice FROM lines
)
SELECT known, file, min(place) AS place, sum(size)::BIGINT AS size FROM slices GROUP BY known, file, slice ORDER BY ALL
