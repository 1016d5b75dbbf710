"""Long-term statistics in a real Home Assistant equal the store, day by day, after all that may happen on the way: a
year of half-hours with both clock changes, a correction in its middle, a restart of Home Assistant and a kill of watteau
while hours are being sent, and statistics that somebody cleared.

Usage: python check_statistics.py WATTEAU FOLDER; the Python is one that Home Assistant is installed in.
"""

import asyncio
import datetime
import pathlib
import signal
import sys
import time
import zoneinfo

import aiohttp

from hass import HomeAssistant, Watteau, closing, until

PARIS = zoneinfo.ZoneInfo("Europe/Paris")
ELECTRICITY = "watteau:electricity_import"
YEAR = 2025
SETTINGS = """
[home]
timezone = "Europe/Paris"
[homeassistant]
url = "{url}"
token = {{ file = "{token}" }}
[connectors.meter]
plugin = "csv"
watch = "{inbox}"
time = {{ column = "time", format = "rfc3339", stamp = "start" }}
step = "30min"
series = [{{ column = "watts", name = "load_curve", unit = "W", kind = "power", role = "electricity.load_curve" }}]
"""


def half_hours():
    start = datetime.datetime(YEAR, 1, 1, tzinfo=PARIS).astimezone(datetime.UTC)
    end = datetime.datetime(YEAR + 1, 1, 1, tzinfo=PARIS).astimezone(datetime.UTC)
    while start < end:
        yield start
        start += datetime.timedelta(minutes=30)


def csv(watts):
    rows = [f"{start:%Y-%m-%dT%H:%M:%SZ},{value}" for start, value in watts.items()]
    return "time,watts\n" + "\n".join(rows) + "\n"


def day_of(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.UTC).astimezone(PARIS).date()


async def main(binary, folder):
    folder = pathlib.Path(folder)
    home, watteau = HomeAssistant(folder / "hass"), Watteau(binary, folder / "watteau")
    inbox, token = folder / "inbox", folder / "token"
    inbox.mkdir(parents=True, exist_ok=True)
    watts = {start: 200 + (n * 37) % 900 for n, start in enumerate(half_hours())}
    days = {}
    for start in watts:
        days.setdefault(start.astimezone(PARIS).date(), []).append(start)
    counts = sorted({len(slots) for slots in days.values()})
    assert (len(days), counts) == (365, [46, 48, 50]), "a year with both days of the clock"
    async with closing(home, watteau), aiohttp.ClientSession() as session:
        await home.start()
        token.write_text(home.token)
        token.chmod(0o600)
        settings = SETTINGS.format(url=home.url, token=token, inbox=inbox)

        async def hours(statistic=ELECTRICITY):
            result = await home.ask(
                {
                    "type": "recorder/statistics_during_period",
                    "start_time": "2024-01-01T00:00:00+00:00",
                    "end_time": "2027-01-01T00:00:00+00:00",
                    "statistic_ids": [statistic],
                    "period": "hour",
                    "types": ["sum"],
                    "units": {"energy": "kWh"},
                }
            )
            return result.get(statistic, [])

        async def by_day():
            """What Home Assistant's differences of sums come to, by local day."""
            found, before = {}, 0.0
            for row in await hours():
                assert row["sum"] >= before - 1e-9, ("a sum that falls", row)
                day = day_of(row["start"])
                found[day] = found.get(day, 0.0) + row["sum"] - before
                before = row["sum"]
            return found

        async def equal():
            """Every day of the store, as its own API adds it up, is a day of Home Assistant."""
            path = f"/api/v1/series/meter.load_curve/points?step=day&from={YEAR}-01-01&to={YEAR + 1}-01-01"
            columns = await watteau.get(session, path)
            store = {day_of(start * 1000): value for start, value in zip(columns["start"], columns["value"])}
            found = await by_day()
            assert len(store) == 365 and found.keys() == store.keys(), (len(store), len(found))
            for day, value in store.items():
                assert abs(found[day] - value) < 1e-6, (day, found[day], value)
            return sum(store.values())

        async def check(when):
            begun = time.monotonic()
            total = await until(f"equal sums {when}", equal)
            print(f"{when}: 365 days and {total:.3f} kWh are equal ({time.monotonic() - begun:.1f} s)")
            return total

        async def read_back():
            async def well():
                return (await watteau.get(session, "/api/v1/status"))["outputs"][0]["ok"]

            await until("watteau to have read it back", well, patience=240)

        def drop(name):
            (inbox / name).write_text(csv(watts))
            import os

            old = time.time() - 3600
            os.utime(inbox / name, (old, old))

        watteau.run(settings)
        drop("year.csv")
        first = await check("a year")
        rows = await hours()
        assert len(rows) == 8760, len(rows)

        # A correction in the middle of the year; Home Assistant is started again while it is being told.
        middle = [start for start in days[datetime.date(YEAR, 6, 15)]]
        for start in middle:
            watts[start] += 1000
        drop("corrected.csv")

        async def begun():
            found = await by_day()
            return abs(found.get(datetime.date(YEAR, 6, 15), 0.0) - 24.0) > 1 and found

        await until("the correction to be on its way", begun)
        await home.stop()
        status = await until("the outage to be told", lambda: outage(watteau, session), patience=150)
        print("outage:", status["error"])
        await home.start()
        second = await check("a correction and a restart of Home Assistant")
        assert abs(second - first - 24.0) < 1e-6, (first, second)

        # Another, early in the year, and watteau is killed as soon as the first hours are in.
        for start in days[datetime.date(YEAR, 1, 10)]:
            watts[start] += 500

        async def january():
            """The sum at the end of that day: the first that moves, and the last half-hours follow it."""
            rows = await home.ask(
                {
                    "type": "recorder/statistics_during_period",
                    "start_time": f"{YEAR}-01-10T22:00:00+00:00",
                    "end_time": f"{YEAR}-01-10T23:00:00+00:00",
                    "statistic_ids": [ELECTRICITY],
                    "period": "hour",
                    "types": ["sum"],
                }
            )
            return rows[ELECTRICITY][0]["sum"]

        before = await january()
        drop("again.csv")

        async def half():
            return abs(await january() - before) > 1e-6

        await until("the second correction to begin", half)
        watteau.stop(signal.SIGKILL)
        await asyncio.sleep(1)
        watteau.run(settings)
        third = await check("a second correction and a kill of watteau")
        assert abs(third - second - 12.0) < 1e-6, (second, third)

        # Somebody cleared it.
        await read_back()
        watteau.stop()
        try:
            await home.ask({"type": "recorder/clear_statistics", "statistic_ids": [ELECTRICITY]})
        except AssertionError as error:
            # It clears in its turn, after what it still writes, and only stops waiting for itself.
            assert "timed out" in str(error), error

        async def cleared():
            return not await hours()

        await until("the statistics to be cleared", cleared, patience=240)
        watteau.run(settings)
        await check("statistics cleared")
        for issue in (await home.ask({"type": "recorder/validate_statistics"})).items():
            assert not issue[0].startswith("watteau"), issue
        await read_back()

        # A token that is none is told, and told once.
        token.write_text("no token")
        watteau.stop()
        watteau.run(settings)
        refused = await until("the token to be refused", lambda: outage(watteau, session))
        assert "token" in refused["error"], refused
        print("a bad token:", refused["error"])


async def outage(watteau, session):
    for output in (await watteau.get(session, "/api/v1/status"))["outputs"]:
        if output["name"] == "homeassistant" and not output["ok"] and output["error"]:
            return output
    return None


asyncio.run(main(*sys.argv[1:3]))
