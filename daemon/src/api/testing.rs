//! A daemon that never runs anything, for the tests of what is told about one.

use crate::{
    model::{
        Backfill, Condition, ConnectorKind, ConnectorState, Event, FeedState, ImportError, ImportReport,
        ImportStatus, Notice, NoticeAction, NoticeKind, PastImport, Permissions, QuotaState, RunRecord, Text,
        Trouble, TroubleKind,
    },
    services::{BoxFuture, ImportRequest, RunOptions, ServiceError, Services},
};
use std::sync::Mutex;
use tokio::sync::broadcast;

/// What the API may ask, answered with fixed words.
pub(crate) struct FixedServices {
    pub(crate) connectors: Mutex<Vec<ConnectorState>>,
    pub(crate) unready: Mutex<Option<String>>,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) asked: Mutex<Vec<String>>,
}

impl Default for FixedServices {
    fn default() -> Self {
        Self {
            connectors: Mutex::new(vec![linky(), gas()]),
            unready: Mutex::default(),
            events: broadcast::channel(4).0,
            asked: Mutex::default(),
        }
    }
}

impl FixedServices {
    fn find(&self, name: &str) -> Result<(), ServiceError> {
        match self.connectors().iter().find(|connector| connector.name == name) {
            None => Err(ServiceError::UnknownConnector(name.to_owned())),
            Some(connector) if connector.running => Err(ServiceError::AlreadyRunning(name.to_owned())),
            Some(_) => Ok(()),
        }
    }
}

impl Services for FixedServices {
    fn connectors(&self) -> Vec<ConnectorState> {
        self.connectors.lock().unwrap().clone()
    }

    fn notices(&self) -> Vec<Notice> {
        vec![Notice {
            kind: NoticeKind::YourTurn,
            connector: Some("gas".to_owned()),
            text: Text::new("Drop a file.", "Déposez un fichier."),
            action: Some(NoticeAction { text: Text::new("Import", "Importer"), href: "#/import".to_owned() }),
            since: Some("2025-11-01T00:00:00Z".to_owned()),
            next_try: None,
        }]
    }

    fn run_now(&self, connector: &str, options: RunOptions) -> Result<(), ServiceError> {
        self.find(connector)?;
        self.asked.lock().unwrap().push(format!("{connector} {options:?}"));
        Ok(())
    }

    fn run(&self, connector: &str, options: RunOptions) -> BoxFuture<'_, Result<RunRecord, ServiceError>> {
        let answer = self.run_now(connector, options).map(|()| record(true));
        Box::pin(std::future::ready(answer))
    }

    fn import(&self, request: ImportRequest) -> BoxFuture<'_, Result<Vec<ImportReport>, ServiceError>> {
        let mut report = report(&request);
        match &request.body[..] {
            b"panic" => panic!("a defect"),
            b"bad" => {
                report.status = ImportStatus::Error;
                report.error = Some(ImportError {
                    code: "missing_column".to_owned(),
                    message: "a column is missing".to_owned(),
                    message_fr: "une colonne manque".to_owned(),
                });
            }
            _ => {}
        }
        self.asked.lock().unwrap().push(format!("{} {} bytes", request.filename, request.body.len()));
        Box::pin(std::future::ready(Ok(vec![report])))
    }

    fn imports(&self, limit: usize) -> Vec<PastImport> {
        let request = ImportRequest {
            filename: "export.xlsx".to_owned(),
            body: bytes::Bytes::new(),
            modified: None,
            connector: None,
            dry_run: false,
        };
        let past = PastImport { at: "2025-11-04T08:00:00Z".to_owned(), report: report(&request) };
        vec![past; 3.min(limit)]
    }

    fn announce(&self, event: Event) {
        let _ = self.events.send(event);
    }

    fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    fn unready(&self) -> Option<String> {
        self.unready.lock().unwrap().clone()
    }
}

fn report(request: &ImportRequest) -> ImportReport {
    ImportReport {
        file: request.filename.clone(),
        status: ImportStatus::Imported,
        format: Some("GRDF daily".to_owned()),
        connector: request.connector.clone().or_else(|| Some("gas".to_owned())),
        error: None,
        meter: Some("0011".to_owned()),
        from: Some("2025-10-01".to_owned()),
        to: Some("2025-10-30".to_owned()),
        exported: None,
        new: 30,
        unchanged: 0,
        corrected: 0,
        refused: Vec::new(),
        absent: 0,
        dry_run: request.dry_run,
        other_meters: Vec::new(),
        remarks: Vec::new(),
        changes: Vec::new(),
    }
}

pub(crate) fn record(ok: bool) -> RunRecord {
    RunRecord {
        started: "2025-11-05T06:30:00Z".to_owned(),
        ended: "2025-11-05T06:30:02Z".to_owned(),
        ok,
        new: 48,
        unchanged: 96,
        corrected: 1,
        refused: 2,
        problems: vec![],
    }
}

/// A source in trouble with one of its feeds.
pub(crate) fn linky() -> ConnectorState {
    let trouble = Trouble {
        kind: TroubleKind::Unavailable,
        party: Some("Enedis".to_owned()),
        message: Text::new("Enedis does not answer.", "Enedis ne répond pas."),
        since: "2025-11-05T06:30:00Z".to_owned(),
        tries: 2,
        next_try: None,
        what_to_do: None,
    };
    let feed = |name: &str, series: &str, error| FeedState {
        name: name.to_owned(),
        title: Text::new("Energy by day", "Énergie par jour"),
        series: vec![series.to_owned()],
        error,
        complete_until: Some("2025-11-04T00:00:00+01:00".to_owned()),
        history_start: None,
        backfill: Some(Backfill { done_days: 300, total_days: 300 }),
    };
    ConnectorState {
        name: "linky".to_owned(),
        plugin: "linky".to_owned(),
        version: "0.1.0".to_owned(),
        kind: ConnectorKind::Source,
        title: Text::new("Linky electricity meter", "Compteur Linky"),
        state: Condition::Waiting,
        text: Text::new("Yesterday is not published yet.", "Hier n'est pas encore publié."),
        last_success: Some("2025-11-05T06:30:02Z".to_owned()),
        last_run: Some(record(true)),
        next_run: Some("2025-11-05T10:30:00Z".to_owned()),
        error: None,
        feeds: vec![
            feed("load_curve", "linky.load_curve", None),
            feed("daily", "linky.daily_energy", None),
            feed("max_power", "linky.max_power", Some(trouble)),
        ],
        quota: Some(QuotaState { calls: 20, per_seconds: 86_400, used: 3, resets_at: None }),
        watch: None,
        series: ["daily_energy", "load_curve", "max_power"].map(|name| format!("linky.{name}")).to_vec(),
        running: false,
        permissions: Permissions {
            hosts: vec!["gateway.invalid/api/".to_owned()],
            folders: Vec::new(),
            memory_bytes: 32 << 20,
        },
    }
}

/// A reader of files that has not run.
pub(crate) fn gas() -> ConnectorState {
    ConnectorState {
        name: "gas".to_owned(),
        plugin: "grdf".to_owned(),
        kind: ConnectorKind::Files,
        title: Text::new("GRDF gas meter", "Compteur Gazpar"),
        state: Condition::NeverRun,
        text: Text::new("It has not run yet.", "Pas encore lancé."),
        last_success: None,
        last_run: None,
        next_run: None,
        feeds: Vec::new(),
        quota: None,
        watch: Some("/var/lib/watteau/inbox/grdf".to_owned()),
        series: ["energy", "volume", "coefficient"].map(|name| format!("gas.{name}")).to_vec(),
        ..linky()
    }
}
