//! MQTT through a real mosquitto, skipped and said where there is none.
//!
//! What Home Assistant makes of it is checked by `cargo xtask test --only homeassistant`.

use crate::support::{Home, settle, wait_for};
use bytes::BytesMut;
use rumqttc::{
    Client, ConnAck, ConnectReturnCode, Error as Malformed, Event, MqttOptions, Packet, PubAck, QoS, SubAck,
    SubscribeReasonCode,
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// A broker that keeps nothing on its disk.
struct Broker {
    program: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl Broker {
    /// None where mosquitto is not installed.
    fn find() -> Option<Self> {
        // Debian keeps servers where only root looks.
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
        let Some(program) = folders.map(|folder| folder.join("mosquitto")).find(|program| program.is_file())
        else {
            eprintln!("skipped: mosquitto is not installed (apt install mosquitto)");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Some(Self { program, port, child: None })
    }

    fn start(&mut self, folder: &Path) {
        let file = folder.join("mosquitto.conf");
        let text = format!("listener {} 127.0.0.1\nallow_anonymous true\npersistence false\n", self.port);
        fs::write(&file, text).unwrap();
        let mut command = Command::new(&self.program);
        command.arg("-c").arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().unwrap());
        wait_for("the broker", || TcpStream::connect(("127.0.0.1", self.port)).ok());
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What the broker retains, by topic; asks again by itself when the broker was away.
type Retained = Arc<Mutex<BTreeMap<String, String>>>;

fn listen(port: u16) -> (Client, Retained) {
    let mut options = MqttOptions::new("listener", "127.0.0.1", port);
    options.set_max_packet_size(1 << 20, 1 << 20);
    let (client, mut connection) = Client::new(options, 16);
    let (retained, again) = (Retained::default(), client.clone());
    let shared = Arc::clone(&retained);
    // It ends with the process of the tests.
    thread::spawn(move || {
        for event in connection.iter() {
            match event {
                Ok(Event::Incoming(Packet::ConnAck(_))) => {
                    shared.lock().unwrap().clear();
                    let _ = again.try_subscribe("#", QoS::AtLeastOnce);
                }
                Ok(Event::Incoming(Packet::Publish(publish))) => {
                    let text = String::from_utf8_lossy(&publish.payload).into_owned();
                    let mut retained = shared.lock().unwrap();
                    if text.is_empty() {
                        retained.remove(&publish.topic);
                    } else {
                        retained.insert(publish.topic, text);
                    }
                }
                Ok(_) => {}
                Err(_) => thread::sleep(Duration::from_millis(100)),
            }
        }
    });
    (client, retained)
}

fn configs(retained: &Retained) -> Vec<String> {
    let retained = retained.lock().unwrap();
    let key = |topic: &String| {
        let key = topic.strip_prefix("homeassistant/sensor/maison_watteau/")?.strip_suffix("/config")?;
        Some(key.to_owned())
    };
    retained.keys().filter_map(key).collect()
}

fn said(retained: &Retained, topic: &str) -> Option<String> {
    retained.lock().unwrap().get(topic).cloned()
}

fn meter(home: &Home) -> String {
    format!(
        "[connectors.meter]\nplugin = \"csv\"\nwatch = {:?}\ntime = {{ column = \"date\", format = \"%Y-%m-%d\", zone = \
         \"Europe/Paris\", stamp = \"start\" }}\nstep = \"1d\"\nseries = [{{ column = \"kwh\", name = \"energy\", unit \
         = \"kWh\", kind = \"energy\", role = \"gas.energy\" }}]\n",
        home.inbox()
    )
}

#[test]
fn a_broker_is_told_through_its_restart_and_until_it_is_switched_off() {
    let Some(mut broker) = Broker::find() else { return };
    let home = Home::new("");
    broker.start(home.path());
    let (client, retained) = listen(broker.port);
    // An earlier life announced something that is no more, and somebody else something of theirs.
    wait_for("the listener", || {
        let old = "homeassistant/sensor/maison_watteau/of_old/config";
        client.try_publish(old, QoS::AtLeastOnce, true, "{}").ok()
    });
    client.publish("homeassistant/sensor/other/of_old/config", QoS::AtLeastOnce, true, "{}").unwrap();
    let mqtt = format!("[mqtt]\nurl = \"mqtt://127.0.0.1:{}\"\ntopic = \"maison/watteau\"\n", broker.port);
    home.configure(&format!("{mqtt}{}", meter(&home)));
    let running = home.start();
    let gas = ["gas_day", "gas_month", "gas_year"];
    let told = || {
        let online = said(&retained, "maison/watteau/availability").as_deref() == Some("online");
        (online && configs(&retained) == gas).then_some(())
    };
    // Before there is any data the sensors are there, and say that they have no value.
    wait_for("the announcements", told);
    let state =
        || said(&retained, "maison/watteau/state").map(|text| serde_json::from_str::<Value>(&text).unwrap());
    assert_eq!(state().unwrap()["gas"]["available"], false);
    let config = said(&retained, "homeassistant/sensor/maison_watteau/gas_day/config").unwrap();
    let config: Value = serde_json::from_str(&config).unwrap();
    assert_eq!(config["unique_id"], "maison_watteau_gas_day");
    assert!(said(&retained, "homeassistant/sensor/other/of_old/config").is_some());

    let path = home.inbox().join("gas.csv");
    fs::write(&path, "date,kwh\n2025-01-01,10\n2025-01-02,12.5\n").unwrap();
    settle(&path);
    let state = wait_for("the state", || state().filter(|state| state["gas"]["available"] == true));
    let summary = running.get("/api/v1/summary");
    assert_eq!(
        (&state["gas"]["day"], &state["gas"]["year"]),
        (&summary["gas"]["day"], &summary["gas"]["year"])
    );
    assert_eq!(state["gas"]["year"]["kwh"], 22.5);

    broker.kill();
    running.wait("/api/v1/status", |status| status["outputs"][0]["ok"] == false);
    retained.lock().unwrap().clear();
    broker.start(home.path());
    wait_for("everything once more, for a broker that forgot it", told);
    let metrics = running.try_get("/metrics").unwrap().body;
    assert!(String::from_utf8_lossy(&metrics).contains("\nwatteau_mqtt_connected 1\n"));

    // Home Assistant starts: it is told again.
    client.publish("homeassistant/sensor/maison_watteau/gas_day/config", QoS::AtLeastOnce, true, "").unwrap();
    wait_for("a sensor to be gone", || (configs(&retained).len() == 2).then_some(()));
    client.publish("homeassistant/status", QoS::AtLeastOnce, false, "online").unwrap();
    wait_for("the answer to a birth", told);

    running.kill();
    wait_for("the last will", || {
        (said(&retained, "maison/watteau/availability")? == "offline").then_some(())
    });
    let running = home.start();
    wait_for("watteau to be back", told);
    home.configure(&meter(&home));
    wait_for("everything to be taken away", || {
        let retained = retained.lock().unwrap();
        let ours = retained.keys().any(|topic| topic.contains("maison"));
        (!ours).then_some(())
    });
    running.wait("/api/v1/status", |status| status["outputs"] == json!([]));
    running.stop();
    let log = home.log();
    assert_eq!(log.matches("it is tried again").count(), 1, "an outage is told once: {log}");
}

/// A broker that takes whoever comes and keeps the passwords that it was shown.
fn confidant() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let shown = Arc::<Mutex<Vec<String>>>::default();
    let shared = Arc::clone(&shown);
    // It ends with the process of the tests.
    thread::spawn(move || {
        for stream in listener.incoming() {
            let shared = Arc::clone(&shared);
            thread::spawn(move || converse(stream.unwrap(), &shared));
        }
    });
    (port, shown)
}

fn converse(mut stream: TcpStream, shown: &Mutex<Vec<String>>) -> Option<()> {
    const LARGEST: usize = 1 << 20;
    let (mut received, mut chunk) = (BytesMut::new(), [0; 4096]);
    loop {
        let answer = match Packet::read(&mut received, LARGEST) {
            Ok(Packet::Connect(connect)) => {
                shown.lock().unwrap().push(connect.login?.password);
                Packet::ConnAck(ConnAck::new(ConnectReturnCode::Success, false))
            }
            Ok(Packet::Subscribe(subscribe)) => {
                let granted = vec![SubscribeReasonCode::Success(QoS::AtLeastOnce)];
                Packet::SubAck(SubAck::new(subscribe.pkid, granted))
            }
            Ok(Packet::Publish(publish)) => Packet::PubAck(PubAck::new(publish.pkid)),
            Ok(Packet::Disconnect) => return None,
            Ok(_) => continue,
            Err(Malformed::InsufficientBytes(_)) => {
                let count = stream.read(&mut chunk).ok().filter(|count| *count > 0)?;
                received.extend_from_slice(&chunk[..count]);
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        let mut sent = BytesMut::new();
        answer.write(&mut sent, LARGEST).unwrap();
        stream.write_all(&sent).ok()?;
    }
}

#[test]
fn a_password_that_changes_in_its_file_is_shown_at_once() {
    let (port, shown) = confidant();
    let home = Home::new("");
    let password = home.path().join("password");
    fs::write(&password, "invented-one\n").unwrap();
    home.configure(&format!(
        "[mqtt]\nhost = \"127.0.0.1\"\nport = {port}\nusername = \"watteau\"\npassword = {{ file = {password:?} }}\n"
    ));
    let running = home.start();
    let told = || running.wait("/api/v1/status", |status| status["outputs"][0]["ok"] == true);
    told();
    // Settings that are read again and are the same end no session.
    wait_for("the settings to be read again", || {
        // The first look at them after the start is not told.
        running.signal("HUP");
        home.log().contains("was read again").then_some(())
    });
    assert_eq!(*shown.lock().unwrap(), ["invented-one"]);

    fs::write(&password, "invented-two\n").unwrap();
    wait_for("the other password", || {
        (*shown.lock().unwrap() == ["invented-one", "invented-two"]).then_some(())
    });
    told();
    running.stop();
    assert!(!home.log().contains("invented"), "{}", home.log());
}

#[test]
fn no_broker_costs_nothing_but_a_word() {
    let home = Home::new("");
    // A port that nobody has.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    home.configure(&format!("[mqtt]\nhost = \"127.0.0.1\"\nport = {port}\n"));
    let running = home.start();
    let status = running.wait("/api/v1/status", |status| status["outputs"][0]["error"].is_string());
    assert!(status["outputs"][0]["error"].as_str().unwrap().contains("cannot be reached"), "{status}");
    running.stop();
}
