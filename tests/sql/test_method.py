"""What docs/method.md says of the small formulas is what the SQL reckons."""

import re

import pytest


@pytest.mark.parametrize(("n", "sd"), [(1, None), (2, 0.5), (7, 0.0), (40, 0.31)])
def test_the_variance_of_a_mood_is_the_page_s(root, store, n, sd):
    page = (root / "docs" / "method.md").read_text("utf-8")
    (found,) = re.findall(r"variance is \(\(n−1\) sd² \+ (\S+) · (\S+)\) / \(\(n\+(\S+)\) n\)", page)
    users, spread, more = (float(number) for number in found)
    assert more == users - 1
    wanted = ((n - 1) * (sd or 0) ** 2 + users * spread) / ((n + more) * n)
    ((variance,),) = store.con.execute("SELECT internal.mean_variance(?, ?::DOUBLE)", [n, sd]).fetchall()
    assert variance == pytest.approx(wanted)
