-- The rate that each day's habits were centred on when they were last reckoned.
CREATE TABLE IF NOT EXISTS internal.board_rates (board VARCHAR NOT NULL, day DATE NOT NULL, rate DOUBLE NOT NULL)
