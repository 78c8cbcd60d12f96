-- Keys of one table whose rows are others, or other in number, than in the folder's last publication.
CREATE OR REPLACE TEMP TABLE {name} AS
SELECT {key}
FROM (SELECT {key}, count(*) AS n, sum(hash(r)) AS digest FROM new.{table} AS r WHERE {mine} GROUP BY ALL) AS now
FULL JOIN (SELECT {key}, count(*) AS n, sum(hash(r)) AS digest FROM {old} AS r WHERE {known} GROUP BY ALL) AS before
    USING ({key})
WHERE now.n IS DISTINCT FROM before.n OR now.digest IS DISTINCT FROM before.digest
