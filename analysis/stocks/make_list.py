"""Makes ``listed.csv`` anew from the tables of the PyPI package ``twstock``, less its warrants.

Not needed at run time. In a throwaway environment::

    python -m venv /tmp/list && /tmp/list/bin/pip install twstock==1.5.1
    /tmp/list/bin/python analysis/stocks/make_list.py analysis/stocks/listed.csv

Names come as the exchanges spell them (``國巨*``, ``TPK-KY``). The newest listing date is the tables' date.
"""

import csv
import sys
from pathlib import Path

WARRANTS = ("上市認購(售)權證", "上櫃認購(售)權證")
KINDS = {
    "股票": "stock",
    "創新板": "stock",
    "特別股": "preferred",
    "臺灣存託憑證(TDR)": "tdr",
    "ETF": "etf",
    "ETN": "etn",
    "受益證券-不動產投資信託": "reit",
    "受益證券-資產基礎證券": "reit",
}


def main(target: Path) -> None:
    import twstock

    rows = sorted(
        (
            row.code,
            row.name.strip(),
            KINDS[row.type],
            "TPEx" if row.market == "上櫃" else "TWSE",
            row.start.replace("/", "-"),
        )
        for row in twstock.codes.values()
        if row.type not in WARRANTS
    )
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["symbol", "name", "kind", "market", "listed_on"])
        writer.writerows(rows)
    print(f"{len(rows)} names, newest listing {max(row[-1] for row in rows)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
