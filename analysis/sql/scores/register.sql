-- An engine's identity, once; the first comment engine of a store is the active one.
INSERT INTO engines BY NAME
SELECT
    $engine AS engine, $version AS version, $weights_hash AS weights_hash,
    $trained_from::DATE AS trained_from, $trained_until::DATE AS trained_until,
    $engine <> 'stance' AND NOT EXISTS (FROM engines AS a WHERE a.active AND a.engine <> 'stance') AS active
WHERE NOT EXISTS (FROM engines AS k WHERE k.engine = $engine AND k.version = $version);
