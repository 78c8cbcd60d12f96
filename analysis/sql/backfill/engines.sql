-- Engines that judged a part; the first comment engine of a store is the active one.
INSERT INTO engines BY NAME
FROM part.engines AS p
WHERE NOT EXISTS (FROM engines AS e WHERE e.engine = p.engine AND e.version = p.version)
