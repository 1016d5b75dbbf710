"""What `watteau homeassistant` prints, pasted into a real Home Assistant: every sensor says what the API says, before
there is any data, with it, without watteau, and once it is back.

Usage: python check_yaml.py WATTEAU FOLDER; the Python is one that Home Assistant is installed in.
"""

import asyncio
import datetime
import pathlib
import re
import sys

from hass import HomeAssistant, Watteau, closing, until

SOURCE = "watteau_source"


def paths(page):
    """The path in the summary that each sensor shows, as the page's own templates say it."""
    found = {}
    for block in re.split(r"\n      - name: ", page)[1:]:
        unique = re.search(r"unique_id: (\w+)", block)[1]
        if state := re.search(r'\n        state: "(.*)"', block):
            top = re.search(r"state_attr\('sensor\.watteau_source', '(\w+)'\)", state[1])[1]
            found[unique] = [top, *re.findall(r"\.get\('(\w+)'", state[1])]
    return found


def value(summary, path):
    for part in path:
        summary = summary[part]
    return summary


def same(state, expected):
    # A colour that is not published yet is `unknown` here and there.
    if state in ("unavailable", "unknown") or isinstance(expected, str):
        return state == expected
    return abs(float(state) - expected) < 1e-9


async def main(binary, folder):
    folder = pathlib.Path(folder)
    watteau = Watteau(binary, folder / "watteau")
    # What it has is known from a demo that is filled; what it says is asked of an empty one first, on the same port.
    watteau.demo()
    home = None
    async with closing(watteau):
        import aiohttp

        async with aiohttp.ClientSession() as session:

            async def filled():
                summary = await watteau.get(session, "/api/v1/summary")
                parts = ["electricity", "gas", "max_power", "temperature"]
                grid = summary["grid"]
                there = [summary[part]["available"] for part in parts] + [grid[part]["available"] for part in grid]
                settled = summary["electricity"]["settled"] and summary["gas"]["settled"]
                return summary if all(there) and settled else None

            await until("the demo to be filled", filled)
            demo = str(watteau.folder / "demo" / "demo.toml")
            page = watteau.command("homeassistant", "--config", demo, "--url", watteau.url, "--lang", "fr")
            wanted = paths(page)
            assert len(wanted) >= 15, page
            watteau.stop()
            watteau.run()
            await until("an empty watteau", lambda: watteau.get(session, "/api/v1/summary"))

            home = HomeAssistant(folder / "hass", {"watteau.yaml": page})
            async with closing(home):
                await home.start()

                async def source(expected):
                    await home.call("homeassistant", "update_entity", {"entity_id": "sensor.watteau_source"})
                    states = await home.states()
                    return states if states[SOURCE]["state"] == expected else None

                states = await until("an empty summary", lambda: source("empty"))
                for unique in wanted:
                    assert states[unique]["state"] == "unavailable", states[unique]
                print(f"empty: {len(wanted)} sensors are there, and unavailable")

                async def check(when):
                    async def agree():
                        await source("ok")
                        summary, states = await watteau.get(session, "/api/v1/summary"), await home.states()
                        for unique, path in wanted.items():
                            state, expected = states[unique], value(summary, path)
                            # Forecasts come a while after the data, and not at every hour.
                            if state["state"] == "unavailable" and path[0] == "forecast":
                                assert not value(summary, [*path[:-1], "available"]), unique
                                continue
                            assert same(state["state"], expected), (unique, state["state"], expected)
                            attributes = state["attributes"]
                            if attributes.get("state_class") == "total":
                                said = datetime.datetime.fromisoformat(attributes["last_reset"])
                                start = value(summary, [*path[:-1], "start"])
                                assert said == datetime.datetime.fromisoformat(start), (unique, said, start)
                        return True

                    await until(f"the same numbers {when}", agree)
                    print(f"{when}: {len(wanted)} sensors say what the API says")

                watteau.stop()
                watteau.demo()
                await until("the demo", filled)
                await check("with data")

                watteau.stop()
                states = await until("watteau to be missed", lambda: source("unavailable"))
                for unique in wanted:
                    assert states[unique]["state"] == "unavailable", states[unique]
                print("stopped: unavailable, no old number is shown")
                watteau.demo()
                await until("the demo again", filled)
                await check("back again")

                complaints = [
                    line
                    for line in home.log().splitlines()
                    if ("ERROR" in line or "WARNING" in line) and ("watteau" in line or "template" in line)
                    # That it was stopped, and is told so.
                    and "components.rest" not in line
                ]
                assert not complaints, "\n".join(complaints)
                validation = await home.ask({"type": "recorder/validate_statistics"})
                ours = {key: value for key, value in validation.items() if "watteau" in key}
                assert not ours, ours
                print("Home Assistant has no complaint")
        watteau.stop()


asyncio.run(main(*sys.argv[1:3]))
