//! One connection to the broker, from its beginning to its end.

use super::teller::{News, Teller};
use crate::config::{Exposed, Mqtt, Secret, SecretError};
use rumqttc::{
    AsyncClient, ClientError, ConnectReturnCode, ConnectionError, Event, EventLoop, LastWill, MqttOptions,
    Outgoing, Packet, Publish, QoS,
};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use watteau_homeassistant::discovery::{Device, OFFLINE, ONLINE};

/// How often the store is asked whether something changed.
const TICK: Duration = Duration::from_secs(15);
/// The weather and tomorrow change without the store.
const LONGEST: Duration = Duration::from_mins(5);
/// What is said at once is far fewer than this.
const QUEUE: usize = 256;
/// A summary is 3 kB, an announcement 1.
const LARGEST: usize = 64 << 10;
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// How long a farewell may take.
const FAREWELL: Duration = Duration::from_secs(3);

/// How a session ended.
pub(super) enum End {
    /// The daemon stops.
    Stopped,
    /// The settings changed.
    Changed,
    /// The connection is gone, or never was.
    Lost {
        /// Why.
        error: String,
        /// Whether it had been up.
        was_up: bool,
    },
}

pub(super) async fn run(
    teller: &Arc<Teller>,
    mqtt: &Mqtt,
    settings: &mut watch::Receiver<Option<Mqtt>>,
    stop: &CancellationToken,
) -> End {
    let device = teller.device(mqtt);
    let password = match password(mqtt) {
        Ok(password) => password,
        Err(error) => return End::Lost { error: error.to_string(), was_up: false },
    };
    let options = options(mqtt, &device, password.as_ref());
    let (client, events) = AsyncClient::new(options, QUEUE);
    let (mut events, poller) = poll(events);
    let mut session = Session { teller, device, client, told: Told::default(), unanswered: 0 };
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut up = false;
    let lost = |error: String, was_up| End::Lost { error, was_up };
    loop {
        let said = tokio::select! {
            () = stop.cancelled() => {
                if up {
                    session.leave();
                    session.farewell(&mut events).await;
                }
                return End::Stopped;
            }
            Ok(()) = settings.changed() => {
                let new = settings.borrow().clone();
                // The same file may hold another password.
                if new.as_ref() == Some(mqtt) && self::password(mqtt).as_ref() == Ok(&password) {
                    continue;
                }
                if up {
                    session.remove(new.as_ref());
                    session.farewell(&mut events).await;
                }
                drop(poller);
                return End::Changed;
            }
            _ = tick.tick(), if up => session.speak().await,
            event = events.recv() => match event {
                Some(Ok(Event::Incoming(Packet::ConnAck(_)))) => {
                    up = true;
                    teller.vitals.outputs.mqtt.well(teller.clock.now());
                    session.begin().await
                }
                Some(Ok(Event::Incoming(Packet::Publish(publish)))) => session.hear(&publish).await,
                Some(Ok(event)) => {
                    session.count(&event);
                    Ok(())
                }
                Some(Err(error)) => return lost(explain(mqtt, &error), up),
                None => return lost("the connection ended".to_owned(), up),
            },
        };
        if let Err(error) = said {
            return lost(error.to_string(), up);
        }
        if up {
            teller.vitals.outputs.mqtt.well(teller.clock.now());
        }
    }
}

/// The password as it is now.
fn password(mqtt: &Mqtt) -> Result<Option<Exposed>, SecretError> {
    mqtt.password.as_ref().map(Secret::read).transpose()
}

fn options(mqtt: &Mqtt, device: &Device, password: Option<&Exposed>) -> MqttOptions {
    let mut options = MqttOptions::new(format!("watteau-{}", device.id()), &mqtt.host, mqtt.port);
    options.set_keep_alive(KEEP_ALIVE).set_max_packet_size(LARGEST, LARGEST);
    options.set_last_will(LastWill::new(device.availability_topic(), OFFLINE, QoS::AtLeastOnce, true));
    if let Some(user) = &mqtt.username {
        options.set_credentials(user, password.map_or("", Exposed::expose));
    }
    options
}

/// What went wrong, for a person.
fn explain(mqtt: &Mqtt, error: &ConnectionError) -> String {
    let broker = format!("{}:{}", mqtt.host, mqtt.port);
    match error {
        ConnectionError::ConnectionRefused(
            ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized,
        ) => format!("the broker {broker} refuses the user or the password"),
        ConnectionError::Io(error) => format!("the broker {broker} cannot be reached: {error}"),
        ConnectionError::NetworkTimeout => format!("the broker {broker} does not answer"),
        other => format!("the broker {broker}: {other}"),
    }
}

/// The task that drives the connection, ended with its handle: driving it elsewhere would lose what a `select` drops.
struct Poller(JoinHandle<()>);

impl Drop for Poller {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn poll(mut events: EventLoop) -> (mpsc::Receiver<Result<Event, ConnectionError>>, Poller) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    let task = tokio::spawn(async move {
        loop {
            let event = events.poll().await;
            let last = matches!(event, Err(_) | Ok(Event::Outgoing(Outgoing::Disconnect)));
            if sender.send(event).await.is_err() || last {
                return;
            }
        }
    });
    (receiver, Poller(task))
}

/// What the broker has been told in this session.
#[derive(Debug, Default)]
struct Told {
    sensors: BTreeSet<&'static str>,
    state: Value,
    version: u64,
    at: Option<Instant>,
    begun: bool,
}

struct Session<'a> {
    teller: &'a Arc<Teller>,
    device: Device,
    client: AsyncClient,
    told: Told,
    /// Messages that the broker has not acknowledged.
    unanswered: usize,
}

/// A queue that is full is a broker that does not take anything.
type Said = Result<(), ClientError>;

impl Session<'_> {
    fn retain(&mut self, topic: String, payload: impl Into<Vec<u8>>) -> Said {
        self.client.try_publish(topic, QoS::AtLeastOnce, true, payload)?;
        self.unanswered += 1;
        Ok(())
    }

    const fn count(&mut self, event: &Event) {
        if matches!(event, Event::Incoming(Packet::PubAck(_))) {
            self.unanswered = self.unanswered.saturating_sub(1);
        }
    }

    /// Disconnects once everything is acknowledged: a connection that is closed while the broker still answers is reset,
    /// and takes with it what the broker has not read.
    async fn farewell(&mut self, events: &mut mpsc::Receiver<Result<Event, ConnectionError>>) {
        let _ = tokio::time::timeout(FAREWELL, async {
            while self.unanswered > 0
                && let Some(Ok(event)) = events.recv().await
            {
                self.count(&event);
            }
            let _ = self.client.try_disconnect();
            while events.recv().await.is_some() {}
        })
        .await;
    }

    async fn begin(&mut self) -> Said {
        self.client.try_subscribe(self.device.birth_topic(), QoS::AtLeastOnce)?;
        // What an earlier life announced comes back from the broker: what is no more is taken away.
        self.client.try_subscribe(self.device.config_filter(), QoS::AtLeastOnce)?;
        self.speak().await
    }

    /// Says what is new; reads the store only when something may be.
    async fn speak(&mut self) -> Said {
        let version = self.teller.store.version();
        let recent = self.told.at.is_some_and(|at| at.elapsed() < LONGEST);
        if recent && version == self.told.version {
            return Ok(());
        }
        let teller = Arc::clone(self.teller);
        let news = match tokio::task::spawn_blocking(move || teller.news()).await {
            Ok(Ok(news)) => news,
            Ok(Err(error)) => {
                tracing::warn!(%error, "there is nothing to say over MQTT");
                return Ok(());
            }
            Err(error) => {
                tracing::error!(%error, "a summary for MQTT met a defect");
                return Ok(());
            }
        };
        (self.told.version, self.told.at) = (version, Some(Instant::now()));
        self.say(&news)
    }

    fn say(&mut self, news: &News) -> Said {
        let wanted: BTreeSet<&'static str> = news.sensors.iter().map(|sensor| sensor.key).collect();
        let told = std::mem::replace(&mut self.told.sensors, wanted);
        for key in told.difference(&self.told.sensors).copied().collect::<Vec<_>>() {
            self.retain(self.device.config_topic(key), "")?;
        }
        for sensor in news.sensors.iter().filter(|sensor| !told.contains(sensor.key)) {
            let config = self.device.announcement(sensor).to_string();
            self.retain(self.device.config_topic(sensor.key), config)?;
        }
        let steady = news.steady();
        if steady != self.told.state {
            self.retain(self.device.state_topic(), news.summary.to_string())?;
            self.told.state = steady;
        }
        if !self.told.begun {
            // Only now: whoever hears it finds a state.
            self.retain(self.device.availability_topic(), ONLINE)?;
            self.told.begun = true;
        }
        Ok(())
    }

    async fn hear(&mut self, publish: &Publish) -> Said {
        if publish.topic == self.device.birth_topic() {
            if publish.payload == ONLINE {
                // Home Assistant has started: it may have been set up anew.
                self.told = Told { begun: self.told.begun, ..Told::default() };
                return self.speak().await;
            }
            return Ok(());
        }
        let Some(key) = self.device.key_of(&publish.topic) else { return Ok(()) };
        if publish.payload.is_empty() || !self.told.begun || self.told.sensors.contains(key) {
            return Ok(());
        }
        self.retain(publish.topic.clone(), "")
    }

    /// The daemon stops: sensors have no value until it is back.
    fn leave(&mut self) {
        let _ = self.retain(self.device.availability_topic(), OFFLINE);
    }

    /// The settings are others now: what was announced goes, unless the next session announces the same.
    fn remove(&mut self, new: Option<&Mqtt>) {
        let same = new.is_some_and(|new| {
            let device = self.teller.device(new);
            device.prefix == self.device.prefix && device.topic == self.device.topic
        });
        if same {
            return self.leave();
        }
        for key in std::mem::take(&mut self.told.sensors) {
            let _ = self.retain(self.device.config_topic(key), "");
        }
        let _ = self.retain(self.device.state_topic(), "");
        let _ = self.retain(self.device.availability_topic(), "");
    }
}
