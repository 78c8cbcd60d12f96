-- Engines that judged a part; the first comment engine of a store is the active one, and the only one.
INSERT INTO engines BY NAME
SELECT p.* REPLACE (p.active AND NOT EXISTS (FROM engines AS a WHERE a.active AND a.engine <> 'stance') AS active)
FROM part.engines AS p
WHERE NOT EXISTS (FROM engines AS e WHERE e.engine = p.engine AND e.version = p.version)
