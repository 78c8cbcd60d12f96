"""Makes ``closed_weekdays.csv`` anew from the calendar XTAI of the PyPI package ``exchange_calendars``.

Not needed at run time. In a throwaway environment::

    python -m venv /tmp/days && /tmp/days/bin/pip install exchange_calendars==4.13.2
    /tmp/days/bin/python analysis/trading_days/make_closed.py analysis/trading_days/closed_weekdays.csv
"""

import sys
from datetime import date, timedelta
from pathlib import Path

FIRST, LAST = date(2004, 1, 1), date(2027, 12, 31)


def main(target: Path) -> None:
    import exchange_calendars

    calendar = exchange_calendars.get_calendar("XTAI", start=str(FIRST), end=str(LAST))
    sessions = {session.date() for session in calendar.sessions}
    days = (FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1))
    closed = [day for day in days if day.weekday() < 5 and day not in sessions]
    source = f"exchange_calendars {exchange_calendars.__version__}"
    head = f"# Weekdays without trading on TWSE and TPEx, {FIRST} to {LAST}: {source}.\n"
    target.write_text(head + "day\n" + "".join(f"{day}\n" for day in closed), encoding="utf-8")
    print(f"{len(closed)} closed weekdays, {len(sessions)} sessions")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
