//! Keeps Home Assistant's statistics equal to the store.
//!
//! Every turn goes through each statistic month by month, reads what Home Assistant has, and sends from the first
//! difference on; then it goes through once more, and is content when nothing differs. What was verified is not looked
//! at again until a series changes, or after some hours: Home Assistant may have been put back from a backup. Nothing is
//! remembered beyond this process, so a kill at any moment costs one more look.

use super::{
    link::{Link, LinkError},
    source::{Fingerprint, Source},
};
use crate::{
    clock::Clock,
    config::{Exposed, HomeAssistant, SecretError},
    metrics::Vitals,
    query,
    services::Services,
};
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use watteau_homeassistant::{
    sensor::Lang,
    statistics::{Comparison, Row, Statistic},
};
use watteau_store::Store;

/// How often the store is asked whether something changed.
const TICK: Duration = Duration::from_secs(10);
/// How soon the first failure is followed by another try; then twice as long each time.
const FIRST_DELAY: Duration = Duration::from_secs(5);
const LONGEST_DELAY: Duration = Duration::from_mins(10);
/// What was verified so long ago is verified again.
const TRUSTED: Duration = Duration::from_hours(6);
/// How long Home Assistant may take to write what it has in its queue.
const SETTLING: Duration = Duration::from_mins(2);
/// So many passes, and Home Assistant does not keep what it is given.
const PASSES: u32 = 3;

/// What the exporter needs.
pub(crate) struct Exporter {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) services: Arc<dyn Services>,
    pub(crate) vitals: Arc<Vitals>,
    pub(crate) lang: Lang,
}

/// Why a turn did not end well.
#[derive(Debug, thiserror::Error)]
enum ExportError {
    #[error(transparent)]
    Link(#[from] LinkError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("the store could not be read for Home Assistant")]
    Query(#[from] query::Error),
    #[error("the store could not be read for Home Assistant")]
    Store(#[from] watteau_store::Error),
    #[error("Home Assistant does not keep what it is given of {0}; its journal may say why")]
    NotKept(&'static str),
    #[error("reading for Home Assistant met a defect")]
    Defect,
}

/// What was found equal, and when; and when Home Assistant was last asked anything.
#[derive(Default)]
struct Verified {
    statistics: BTreeMap<Statistic, (Fingerprint, Instant)>,
    asked: Option<Instant>,
}

/// Goes on until `stop`, with the settings as they come.
pub(crate) async fn run(
    exporter: Arc<Exporter>,
    mut settings: watch::Receiver<Option<HomeAssistant>>,
    stop: CancellationToken,
) {
    let standing = &exporter.vitals.outputs.homeassistant;
    loop {
        let current = settings.borrow_and_update().clone();
        let token = token(current.as_ref());
        let mut verified = Verified::default();
        let (mut pause, mut delay) = (Duration::ZERO, FIRST_DELAY);
        if current.is_some() {
            standing.on();
        } else {
            standing.off();
        }
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = replaced(&mut settings, current.as_ref(), token.as_ref()) => break,
                () = tokio::time::sleep(pause), if current.is_some() => {}
            }
            let Some(home) = &current else { continue };
            let turn = tokio::select! {
                () = stop.cancelled() => return,
                // A turn may be years of hours; what was sent of them is found again.
                () = replaced(&mut settings, current.as_ref(), token.as_ref()) => break,
                turn = exporter.turn(home, &mut verified) => turn,
            };
            match turn {
                Ok(told) => {
                    if told {
                        standing.well(exporter.clock.now());
                    }
                    (pause, delay) = (TICK, FIRST_DELAY);
                }
                Err(error) => {
                    standing.ill(exporter.clock.now(), error.to_string());
                    (pause, delay) = (delay, (delay * 2).min(LONGEST_DELAY));
                }
            }
        }
    }
}

/// The token as it is now, where there is to be one.
fn token(home: Option<&HomeAssistant>) -> Option<Result<Exposed, SecretError>> {
    home.map(|home| home.token.read())
}

/// Ends when the settings are others than these, or when the same file holds another token, which is tried at once.
async fn replaced(
    settings: &mut watch::Receiver<Option<HomeAssistant>>,
    current: Option<&HomeAssistant>,
    token: Option<&Result<Exposed, SecretError>>,
) {
    while settings.changed().await.is_ok() {
        if settings.borrow().as_ref() != current || self::token(current).as_ref() != token {
            return;
        }
    }
    // Nobody gives new ones any more.
    std::future::pending::<()>().await;
}

impl Exporter {
    /// Brings every statistic to where the store is; answers whether Home Assistant was asked anything.
    async fn turn(&self, home: &HomeAssistant, verified: &mut Verified) -> Result<bool, ExportError> {
        let all = blocking({
            let store = self.store.clone();
            move || Ok(store.series()?)
        })
        .await?;
        let connectors = self.services.connectors();
        let mut due = Vec::new();
        for &statistic in &home.statistics {
            let Some(source) = Source::find(statistic, &all, &connectors) else { continue };
            let fresh = verified
                .statistics
                .get(&statistic)
                .is_some_and(|(print, at)| *print == source.fingerprint() && at.elapsed() < TRUSTED);
            if !fresh {
                due.push((statistic, source));
            }
        }
        // With nothing to tell yet, the address and the token are tried all the same: a mistake is told at once.
        if due.is_empty() && verified.asked.is_some_and(|at| at.elapsed() < TRUSTED) {
            return Ok(false);
        }
        let token = home.token.read()?;
        let mut link = Link::open(&home.url, token.expose()).await?;
        for (statistic, source) in due {
            let sent = self.bring(&mut link, statistic, &source).await?;
            if sent > 0 {
                tracing::info!(statistic = statistic.id(), hours = sent, "told Home Assistant");
            }
            verified.statistics.insert(statistic, (source.fingerprint(), Instant::now()));
        }
        link.close().await;
        verified.asked = Some(Instant::now());
        Ok(true)
    }

    /// Sends what differs until nothing does; answers how many hours were sent.
    async fn bring(
        &self,
        link: &mut Link,
        statistic: Statistic,
        source: &Source,
    ) -> Result<u64, ExportError> {
        let mut sent = 0;
        for _ in 0..PASSES {
            let pass = self.pass(link, statistic, source).await?;
            let Some((count, last)) = pass else { return Ok(sent) };
            sent += count;
            written(link, statistic, last).await?;
        }
        Err(ExportError::NotKept(statistic.id()))
    }

    /// Goes through a history once; answers how many hours were sent, and the last of them.
    async fn pass(
        &self,
        link: &mut Link,
        statistic: Statistic,
        source: &Source,
    ) -> Result<Option<(u64, Row)>, ExportError> {
        let mut comparison = Comparison::default();
        let mut last = None;
        for piece in source.pieces(&self.clock)? {
            let theirs = link.rows(statistic, piece).await?;
            let (store, source) = (self.store.clone(), source.clone());
            let ours = blocking(move || Ok(source.hours(&store, piece)?)).await?;
            let rows = comparison.piece(&ours, &theirs);
            if let Some(row) = rows.last() {
                last = Some(*row);
                link.import(statistic, self.lang, &rows).await?;
            }
        }
        Ok(last.map(|last| (comparison.sent(), last)))
    }
}

/// Waits until Home Assistant has written the last row it was given: it answers before it does.
async fn written(link: &mut Link, statistic: Statistic, last: Row) -> Result<(), LinkError> {
    let asked = Instant::now();
    let mut pause = Duration::from_millis(100);
    while asked.elapsed() < SETTLING {
        let rows = link.rows(statistic, (last.start, last.start + 3_600_000)).await?;
        if rows.iter().any(|row| (row.sum - last.sum).abs() < 1e-6) {
            break;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
    // The next pass decides whether it is good.
    Ok(())
}

/// Reads the store on a thread that may block.
async fn blocking<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, ExportError> + Send + 'static,
) -> Result<T, ExportError> {
    tokio::task::spawn_blocking(read).await.unwrap_or(Err(ExportError::Defect))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing;
    use futures_util::FutureExt as _;
    use std::{fs, path::Path};

    fn home(folder: &Path) -> Option<HomeAssistant> {
        let text = "[homeassistant]\nurl = \"http://home.test\"\ntoken = { file = \"token\" }\n";
        testing::config(folder, text).homeassistant
    }

    #[tokio::test]
    async fn only_other_settings_or_another_token_end_what_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("token"), "first").unwrap();
        let current = home(folder.path());
        let token = token(current.as_ref());
        let (give, mut settings) = watch::channel(current.clone());
        let ended = |settings: &mut watch::Receiver<_>| {
            replaced(settings, current.as_ref(), token.as_ref()).now_or_never().is_some()
        };
        assert!(!ended(&mut settings), "nothing happened");
        give.send_replace(current.clone());
        assert!(!ended(&mut settings), "the same again");
        fs::write(folder.path().join("token"), "second").unwrap();
        give.send_replace(current.clone());
        assert!(ended(&mut settings), "another token");
        fs::write(folder.path().join("token"), "first").unwrap();
        give.send_replace(None);
        assert!(ended(&mut settings), "switched off");
        drop(give);
        assert!(!ended(&mut settings), "nobody is there to change anything");
    }
}
