-- Small formulas shared by the views, so that each stands in one place. docs/method.md explains them.

-- Into [-1, 1], and null instead of NaN.
CREATE OR REPLACE MACRO internal.unit(x) AS
    CASE WHEN isfinite(x) THEN greatest(-1.0, least(1.0, x)) END;

-- θ on the log-odds scale -> approval in (-1, 1); 0 means "as these users usually vote".
CREATE OR REPLACE MACRO internal.approval(theta) AS 2 / (1 + exp(-(theta))) - 1;

-- Variance of a mean of n values with sample deviation sd. Four values' worth of the usual spread keep a mean of one or
-- two comments as uncertain as it is: variance 0.15, that of users' means within 589 real news threads being 0.14.
CREATE OR REPLACE MACRO internal.mean_variance(n, sd) AS
    CASE WHEN n > 0 THEN ((n - 1) * coalesce(sd, 0) ** 2 + 4 * 0.15) / ((n + 3) * n) END;

-- Variance of approval by the delta method: d approval / d θ = (1 - approval²) / 2.
CREATE OR REPLACE MACRO internal.approval_variance(approval, se) AS ((1 - approval ** 2) / 2 * se) ** 2;

-- Inverse-variance mean of two estimates; one that is missing drops out.
CREATE OR REPLACE MACRO internal.pooled(a, a_variance, b, b_variance) AS CASE
    WHEN a IS NULL THEN b
    WHEN b IS NULL THEN a
    ELSE (a / a_variance + b / b_variance) / (1 / a_variance + 1 / b_variance)
END;

CREATE OR REPLACE MACRO internal.pooled_variance(a_variance, b_variance) AS CASE
    WHEN a_variance IS NULL THEN b_variance
    WHEN b_variance IS NULL THEN a_variance
    ELSE 1 / (1 / a_variance + 1 / b_variance)
END;

-- Taipei's wall clock, whatever the session's time zone.
CREATE OR REPLACE MACRO internal.taipei(t) AS t AT TIME ZONE 'Asia/Taipei';

-- Relative change, null where there is nothing to compare with.
CREATE OR REPLACE MACRO internal.change(now_count, before_count) AS
    CASE WHEN before_count > 0 THEN now_count / before_count - 1 END;

-- Mean of many threads' approvals, each weighted by what it can tell, and the variance of that mean.
CREATE OR REPLACE MACRO internal.weighted_mean(w, x) AS sum((w) * (x)) / sum(w);

CREATE OR REPLACE MACRO internal.weighted_variance(w, x) AS internal.mean_variance(
    sum(w) ** 2 / sum((w) ** 2),
    sqrt(greatest(0, sum((w) * (x) ** 2) / sum(w) - (sum((w) * (x)) / sum(w)) ** 2))
);

-- When the session of a day closes, on Taipei's wall clock: 13:30.
CREATE OR REPLACE MACRO internal.close_of(day) AS (day)::TIMESTAMP + INTERVAL 810 MINUTE;
