UPDATE engines SET
    weights_hash = $weights_hash, trained_from = $trained_from::DATE, trained_until = $trained_until::DATE
WHERE engine = $engine AND version = $version;
