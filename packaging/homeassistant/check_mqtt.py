"""MQTT discovery through a real mosquitto into a real Home Assistant: the sensors say what the API says, through a
restart of the broker that forgets everything, a kill of watteau, and until they are switched off.

Usage: python check_mqtt.py WATTEAU FOLDER; the Python is one that Home Assistant is installed in.
"""

import asyncio
import json
import pathlib
import re
import shutil
import signal
import sys

import aiohttp
import paho.mqtt.client as paho

from hass import HomeAssistant, Process, Watteau, closing, free_port, until

BROKER = "listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
# Forecasts come a while after the data.
LATE = ("electricity_tomorrow", "gas_tomorrow", "grid_peak_tomorrow")


class Broker:
    """A mosquitto that keeps nothing on its disk."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        (self.folder / "mosquitto.conf").write_text(BROKER.format(port=self.port))
        self.process = None

    def start(self):
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self.process = Process([program, "-c", str(self.folder / "mosquitto.conf")], self.folder / "log")

    def stop(self, how=signal.SIGTERM):
        if self.process is not None:
            self.process.stop(how)
            self.process = None


class Listener:
    """What the broker retains, as a newcomer is told."""

    def __init__(self, port):
        self.retained = {}
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self.client.on_message = self._hear
        self.client.on_connect = lambda client, *_: client.subscribe("#", 1)
        self.client.reconnect_delay_set(1, 1)
        self.client.connect_async("127.0.0.1", port)
        self.client.loop_start()

    def _hear(self, _client, _data, message):
        if message.payload:
            self.retained[message.topic] = message.payload.decode()
        else:
            self.retained.pop(message.topic, None)

    def configs(self):
        pattern = re.compile(r"homeassistant/sensor/watteau/(\w+)/config")
        found = {pattern.fullmatch(topic): text for topic, text in self.retained.items()}
        return {match[1]: json.loads(text) for match, text in found.items() if match}

    def state(self):
        return json.loads(self.retained.get("watteau/state", "null"))

    def say(self, topic, text, retain=False):
        self.client.publish(topic, text, 1, retain).wait_for_publish(10)


def steady(value):
    """Without what changes every second."""
    if isinstance(value, dict):
        return {key: steady(inner) for key, inner in value.items() if key != "age_seconds"}
    return value


def shown(config, state):
    """The value that a sensor's template takes, the path being all there is to it."""
    for part in re.fullmatch(r"{{ value_json\.([\w.]+) }}", config["value_template"])[1].split("."):
        state = state[part]
    return state


async def main(binary, folder):
    folder = pathlib.Path(folder)
    broker, watteau = Broker(folder / "broker"), Watteau(binary, folder / "watteau")
    home = HomeAssistant(folder / "hass")
    with (home.folder / "configuration.yaml").open("a", encoding="utf-8") as file:
        file.write("config:\n")
    async with closing(home, watteau, broker), aiohttp.ClientSession() as session:
        broker.start()
        listener = Listener(broker.port)
        # What an earlier version may have announced.
        await until("the broker", lambda: asyncio.sleep(0, listener.client.is_connected()))
        listener.say("homeassistant/sensor/watteau/of_old/config", '{"name": "Of old"}', retain=True)
        await home.start()
        await add_mqtt(home, broker.port)
        watteau.demo()
        settings = watteau.folder / "demo" / "demo.toml"

        async def filled():
            summary = await watteau.get(session, "/api/v1/summary")
            return summary["electricity"]["settled"] and summary["gas"]["available"] and summary["grid"]["load"]["available"]

        await until("the demo to be filled", filled)
        plain = settings.read_text()
        settings.write_text(plain + f'\n[mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\n')

        async def told():
            summary = await watteau.get(session, "/api/v1/summary")
            configs, state = listener.configs(), listener.state()
            assert "of_old" not in configs, "an old announcement is taken away"
            assert listener.retained.get("watteau/availability") == "online"
            assert len(configs) >= 15 and state and steady(state) == steady(summary)
            outputs = (await watteau.get(session, "/api/v1/status"))["outputs"]
            assert [(output["name"], output["ok"]) for output in outputs] == [("mqtt", True)]
            return configs

        configs = await until("watteau to announce itself", told)
        print(f"{len(configs)} sensors are announced, the state is the summary")

        async def same():
            states, state = await home.states(), listener.state()
            for key, config in listener.configs().items():
                entity = states[config["unique_id"]]
                if key in LATE and entity["state"] == "unavailable":
                    continue
                expected, found = shown(config, state), entity["state"]
                if isinstance(expected, str):
                    # A colour that is not published yet is `unknown` here and there.
                    assert found == expected, (key, found, expected)
                else:
                    assert found not in ("unavailable", "unknown"), (key, found)
                    assert abs(float(found) - expected) < 1e-9, (key, found, expected)
                assert entity["entity_id"] == f"sensor.watteau_{key}", entity["entity_id"]
                reset = entity["attributes"].get("last_reset")
                assert (reset is not None) == (entity["attributes"].get("state_class") == "total"), key
            return True

        await until("Home Assistant to say the same", same)
        print("Home Assistant has every sensor, with the numbers of the API")

        listener.retained.clear()
        broker.stop(signal.SIGKILL)
        broker.start()
        await until("watteau to be back after the broker", told)
        await until("Home Assistant to say the same after the broker", same)
        print("a broker that forgot everything is told again")

        listener.say("homeassistant/sensor/watteau/gas_day/config", "", retain=True)
        await until("a sensor to be gone", lambda: asyncio.sleep(0, "gas_day" not in listener.configs()))
        listener.say("homeassistant/status", "online")
        await until("the announcements to be said again", told)
        await until("Home Assistant to say the same after its birth", same)
        print("the birth of Home Assistant is answered")

        watteau.stop(signal.SIGKILL)

        async def missed():
            states = await home.states()
            keys = [config["unique_id"] for config in listener.configs().values()]
            return keys and all(states[key]["state"] == "unavailable" for key in keys)

        await until("the last will", missed)
        print("killed: every sensor is unavailable")
        # The demo writes its settings anew.
        watteau.demo()
        await until("the demo again", filled)
        settings.write_text(settings.read_text() + f'\n[mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\n')
        await until("watteau to be back", told)
        await until("Home Assistant to say the same again", same)
        print("back again: the same numbers")

        metrics = await (await session.get(watteau.url + "/metrics")).text()
        assert "\nwatteau_mqtt_connected 1\n" in metrics
        text = settings.read_text()
        settings.write_text(text[: text.index("\n[mqtt]")])

        async def gone():
            states = await home.states()
            ours = [topic for topic in listener.retained if "watteau" in topic]
            return not ours and not any(str(key).startswith("watteau_") for key in states)

        await until("everything to be taken away", gone)
        assert not (await watteau.get(session, "/api/v1/status"))["outputs"]
        print("switched off: no announcement, no sensor is left")
        listener.client.loop_stop()


async def add_mqtt(home, port):
    headers = {"Authorization": f"Bearer {home.token}"}
    url = f"{home.url}/api/config/config_entries/flow"
    async with home.session.post(url, headers=headers, json={"handler": "mqtt"}) as answer:
        flow = await answer.json()
    broker = {"broker": "127.0.0.1", "port": port}
    async with home.session.post(f"{url}/{flow['flow_id']}", headers=headers, json=broker) as answer:
        done = await answer.json()
    assert done.get("type") == "create_entry", done


asyncio.run(main(*sys.argv[1:3]))
