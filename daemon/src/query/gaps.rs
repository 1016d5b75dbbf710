//! Why a slot is empty, told from what the source said and from what its connector has done.

use crate::model::{ConnectorKind, ConnectorState, FeedState, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use watteau_store::Absence;

/// A source publishes a day, and corrects it, within this time: such a hole is asked for again by itself.
const LATE_MS: i64 = 10 * 86_400_000;

/// The class of a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// The source itself says that it has no value there.
    DeclaredEmpty,
    /// Recent: the source has not published it yet.
    NotPublishedYet,
    /// Watteau has not asked for it yet: the history is still being filled.
    NotAskedYet,
    /// The source was asked, and has nothing there.
    SourceHasNone,
    /// Nothing is known about it.
    Unknown,
}

/// Why something is missing, for a program and for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reason {
    /// Its class.
    pub code: ReasonCode,
    /// English.
    pub en: String,
    /// French.
    pub fr: String,
    /// When watteau asks again by itself, RFC 3339.
    pub next_try: Option<String>,
}

/// A run of missing slots that have the same reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Gap {
    /// First instant missing, epoch seconds.
    pub from: i64,
    /// First instant no longer missing, epoch seconds.
    pub to: i64,
    /// How many slots of the series' step.
    pub missing: u64,
    /// Why.
    pub reason: Reason,
}

/// A class of reason and, where the source said more, the number of what it said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Why {
    code: ReasonCode,
    told: Option<usize>,
}

/// A source's reason is kept as one text: both languages as JSON, or as it was told.
fn told(reason: &str) -> Text {
    serde_json::from_str(reason).unwrap_or_else(|_| Text::new(reason, reason))
}

/// What is known about the holes of one series.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) now: i64,
    pub(super) first: Option<i64>,
    pub(super) last_end: Option<i64>,
    pub(super) connector: Option<&'a ConnectorState>,
    pub(super) feed: Option<&'a FeedState>,
    /// Where the source's data begins, once it has said so.
    pub(super) history_start: Option<i64>,
    /// What the source declares empty, ascending and apart, with the number of its reason.
    declared: Vec<(i64, i64, usize)>,
    /// The source's own reasons.
    told: Vec<Text>,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        now: i64,
        first: Option<i64>,
        last_end: Option<i64>,
        connector: Option<&'a ConnectorState>,
        series: &str,
    ) -> Self {
        let feed =
            connector.and_then(|it| it.feeds.iter().find(|feed| feed.series.iter().any(|id| id == series)));
        let history_start = feed
            .and_then(|feed| feed.history_start.as_deref())
            .and_then(|text| text.parse::<jiff::Timestamp>().ok())
            .map(jiff::Timestamp::as_millisecond);
        Self { now, first, last_end, connector, feed, history_start, declared: Vec::new(), told: Vec::new() }
    }

    /// Takes in what the source declares to have no value for.
    pub(super) fn declared(&mut self, absences: &[Absence]) {
        let mut absences: Vec<&Absence> = absences.iter().collect();
        absences.sort_by_key(|absence| (absence.start, absence.end));
        for absence in absences {
            let text = told(&absence.reason);
            let reason = self.told.iter().position(|known| *known == text).unwrap_or_else(|| {
                self.told.push(text);
                self.told.len() - 1
            });
            let start = self.declared.last().map_or(absence.start, |last| absence.start.max(last.1));
            if start < absence.end {
                self.declared.push((start, absence.end, reason));
            }
        }
    }

    /// Why the slot `[start, end)` is empty.
    pub(super) fn why(&self, start: i64, end: i64) -> Why {
        let told = self.declared_for(start, end);
        Why { code: if told.is_some() { ReasonCode::DeclaredEmpty } else { self.code(start, end) }, told }
    }

    /// The source's own reason for having nothing in `[start, end)`.
    fn declared_for(&self, start: i64, end: i64) -> Option<usize> {
        let next = self.declared.partition_point(|&(_, declared_end, _)| declared_end <= start);
        self.declared.get(next).filter(|declared| declared.0 < end).map(|declared| declared.2)
    }

    fn code(&self, start: i64, end: i64) -> ReasonCode {
        if self.history_start.is_some_and(|history| end <= history) {
            return ReasonCode::SourceHasNone;
        }
        let Some(connector) = self.connector else { return ReasonCode::Unknown };
        if connector.kind == ConnectorKind::Files {
            return ReasonCode::Unknown;
        }
        let filling = self
            .feed
            .and_then(|feed| feed.backfill)
            .is_some_and(|backfill| backfill.done_days < backfill.total_days);
        let trailing = self.last_end.is_none_or(|last| start >= last);
        let leading = self.first.is_none_or(|first| end <= first);
        if start >= self.now.saturating_sub(LATE_MS) {
            ReasonCode::NotPublishedYet
        } else if filling || leading {
            ReasonCode::NotAskedYet
        } else if trailing {
            ReasonCode::Unknown
        } else {
            ReasonCode::SourceHasNone
        }
    }

    /// The words for a class.
    pub(super) fn reason(&self, Why { code, told }: Why) -> Reason {
        let files = self.connector.is_some_and(|it| it.kind == ConnectorKind::Files);
        let own = told.and_then(|told| self.told.get(told)).filter(|text| !text.en.is_empty());
        let text = match code {
            ReasonCode::DeclaredEmpty if own.is_some() => own.cloned().unwrap_or_default(),
            ReasonCode::DeclaredEmpty => Text::new(
                "The source itself declares no value here.",
                "La source elle-même déclare qu'il n'y a pas de valeur ici.",
            ),
            ReasonCode::NotPublishedYet => Text::new("Not published yet.", "Pas encore publié."),
            ReasonCode::NotAskedYet => Text::new(
                "Not asked for yet: the history is still being filled.",
                "Pas encore demandé : l'historique est en cours de remplissage.",
            ),
            ReasonCode::SourceHasNone => Text::new(
                "The source was asked and has nothing here.",
                "La source, interrogée, n'a rien ici.",
            ),
            ReasonCode::Unknown if files => Text::new(
                "No file that covers this has been imported.",
                "Aucun fichier couvrant cette période n'a été importé.",
            ),
            ReasonCode::Unknown => Text::new("The reason is not known.", "La raison n'est pas connue."),
        };
        let waits = matches!(code, ReasonCode::NotPublishedYet | ReasonCode::NotAskedYet);
        Reason { code, en: text.en, fr: text.fr, next_try: if waits { self.next_try() } else { None } }
    }

    fn next_try(&self) -> Option<String> {
        let of_feed = self.feed.and_then(|feed| feed.error.as_ref()?.next_try.clone());
        let of_all = || self.connector.and_then(|it| it.error.as_ref()?.next_try.clone());
        of_feed.or_else(of_all).or_else(|| self.connector.and_then(|it| it.next_run.clone()))
    }
}
