"""A real Home Assistant for the checks beside: started on a folder of its own, onboarded, asked over its API."""

import asyncio
import contextlib
import pathlib
import signal
import socket
import subprocess
import sys
import time

import aiohttp

PATIENCE = 120
CONFIGURATION = """
homeassistant:
  name: Test
  latitude: 45.76
  longitude: 4.84
  time_zone: Europe/Paris
  unit_system: metric
  packages: !include_dir_named packages
http:
  server_host: 127.0.0.1
  server_port: {port}
api:
websocket_api:
onboarding:
recorder:
  commit_interval: 1
sensor:
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


async def until(what, probe, patience=PATIENCE):
    """Waits for a probe to answer something true."""
    end = time.monotonic() + patience
    last = None
    while time.monotonic() < end:
        try:
            if answer := await probe():
                return answer
        except (aiohttp.ClientError, ConnectionError, asyncio.TimeoutError, AssertionError) as error:
            last = error
        await asyncio.sleep(0.2)
    raise AssertionError(f"waited {patience} s for {what} ({last!r})")


class Process:
    """A child that is never left behind."""

    def __init__(self, arguments, log):
        self.log = pathlib.Path(log)
        with self.log.open("ab") as output:
            self.child = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    def stop(self, how=signal.SIGTERM):
        self.child.send_signal(how)
        try:
            self.child.wait(60)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


class HomeAssistant:
    """One Home Assistant."""

    def __init__(self, folder, packages=None, extra=None):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.extra = extra
        self.token = None
        self.process = None
        self.session = None
        (self.folder / "packages").mkdir(parents=True, exist_ok=True)
        text = CONFIGURATION.format(port=self.port)
        (self.folder / "configuration.yaml").write_text(text, encoding="utf-8")
        for name, content in (packages or {}).items():
            (self.folder / "packages" / name).write_text(content, encoding="utf-8")

    async def start(self):
        self.session = self.session or aiohttp.ClientSession()
        arguments = [sys.executable, "-m", "homeassistant", "-c", str(self.folder), "--skip-pip"]
        self.process = Process(arguments, self.folder / "hass.out")
        if self.token is None:
            await until("Home Assistant to take its owner", self._onboard)
        await until("Home Assistant to run", self._running)

    async def _onboard(self):
        owner = {"client_id": self.url, "name": "Owner", "username": "owner", "password": "owner", "language": "en"}
        async with self.session.post(f"{self.url}/api/onboarding/users", json=owner) as answer:
            if answer.status != 200:
                return False
            code = (await answer.json())["auth_code"]
        form = {"grant_type": "authorization_code", "code": code, "client_id": self.url}
        async with self.session.post(f"{self.url}/auth/token", data=form) as answer:
            self.token = (await answer.json())["access_token"]
        return await self._long_lived()

    async def _long_lived(self):
        """The token that its owner makes on the profile page."""
        message = {"type": "auth/long_lived_access_token", "client_name": "watteau", "lifespan": 3650}
        self.token = await self.ask(message)
        return True

    async def _running(self):
        return (await self.get("/api/config"))["state"] == "RUNNING"

    async def get(self, path):
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.session.get(self.url + path, headers=headers) as answer:
            return await answer.json() if answer.status == 200 else None

    async def call(self, domain, service, data):
        headers = {"Authorization": f"Bearer {self.token}"}
        path = f"{self.url}/api/services/{domain}/{service}"
        async with self.session.post(path, headers=headers, json=data) as answer:
            assert answer.status == 200, await answer.text()

    async def ask(self, message):
        """One message of the WebSocket, and its result."""
        async with self.session.ws_connect(f"{self.url}/api/websocket", max_msg_size=0) as socket_:
            await socket_.receive_json()
            await socket_.send_json({"type": "auth", "access_token": self.token})
            assert (await socket_.receive_json())["type"] == "auth_ok"
            await socket_.send_json({"id": 1, **message})
            answer = await socket_.receive_json()
            assert answer.get("success"), answer
            return answer["result"]

    async def states(self):
        """Every entity by its unique id, or by its own id where it has none."""
        entries = await self.ask({"type": "config/entity_registry/list"}) if self.token else []
        unique = {entry["entity_id"]: entry.get("unique_id") for entry in entries}
        for entity in list(unique):
            if unique[entity] is None:
                full = await self.ask({"type": "config/entity_registry/get", "entity_id": entity})
                unique[entity] = full["unique_id"]
        return {unique.get(state["entity_id"], state["entity_id"]): state for state in await self.get("/api/states")}

    def log(self):
        return (self.folder / "home-assistant.log").read_text(encoding="utf-8", errors="replace")

    async def stop(self, how=signal.SIGTERM):
        if self.process is not None:
            await asyncio.to_thread(self.process.stop, how)
            self.process = None

    async def close(self):
        await self.stop(signal.SIGKILL)
        if self.session is not None:
            await self.session.close()


class Watteau:
    """A watteau on a folder and a port of its own."""

    def __init__(self, binary, folder, port=None):
        self.binary, self.folder = binary, pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def settings(self, text=""):
        file = self.folder / "watteau.toml"
        file.write_text(
            f'[server]\nlisten = "127.0.0.1:{self.port}"\nsocket = "{self.folder}/sock"\n'
            f'[store]\ndir = "{self.folder}/data"\n{text}',
            encoding="utf-8",
        )
        return str(file)

    def run(self, text=""):
        self.process = Process([self.binary, "run", "--config", self.settings(text)], self.folder / "log")

    def demo(self):
        arguments = [self.binary, "demo", "--listen", f"127.0.0.1:{self.port}", "--data-dir", str(self.folder / "demo")]
        self.process = Process(arguments, self.folder / "log")

    def command(self, *arguments):
        done = subprocess.run([self.binary, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    async def get(self, session, path):
        async with session.get(self.url + path) as answer:
            assert answer.status == 200, answer.status
            return await answer.json()

    def stop(self, how=signal.SIGTERM):
        if self.process is not None:
            self.process.stop(how)
            self.process = None


@contextlib.asynccontextmanager
async def closing(*parts):
    """Ends what was started, and shows what it said when a check failed."""
    try:
        yield
    except BaseException:
        for part in parts:
            for name in ("home-assistant.log", "log"):
                file = part.folder / name
                if file.exists():
                    print(f"--- {file}\n" + "\n".join(file.read_text(errors="replace").splitlines()[-40:]), file=sys.stderr)
        raise
    finally:
        for part in parts:
            if isinstance(part, HomeAssistant):
                await part.close()
            else:
                part.stop(signal.SIGKILL)
