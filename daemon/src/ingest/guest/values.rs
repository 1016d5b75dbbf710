//! The host's values as ingest's and the store's.

use crate::model::{Text, TroubleKind};
use watteau_host::{Cause, Failure, RunError, Series};
use watteau_store::{Kind, Point, Quality, SeriesDef, Step, Title};

use super::super::trouble::Met;

pub(super) fn text(text: &watteau_host::Text) -> Text {
    Text::new(text.en.clone(), text.fr.clone())
}

pub(super) fn name(series: &Series) -> String {
    series.name.clone()
}

/// A series of the manifest as an instance keeps it.
pub(super) fn definition(series: &Series, instance: &str, plugin: &str) -> SeriesDef {
    let mut labels = series.labels.clone();
    // What the daemon knows holds over what the plugin says.
    labels.insert("connector".to_owned(), instance.to_owned());
    labels.insert("plugin".to_owned(), plugin.to_owned());
    labels.extend(series.role.clone().map(|role| ("role".to_owned(), role)));
    SeriesDef {
        name: format!("{instance}.{}", series.name),
        unit: series.unit.clone(),
        kind: kind(series.kind),
        step: step(series.step),
        day_start: series.day_start,
        title: Title { en: series.title.en.clone(), fr: series.title.fr.clone() },
        labels,
    }
}

const fn kind(kind: watteau_host::Kind) -> Kind {
    match kind {
        watteau_host::Kind::Power => Kind::Power,
        watteau_host::Kind::Energy => Kind::Energy,
        watteau_host::Kind::Volume => Kind::Volume,
        watteau_host::Kind::Level => Kind::Level,
        watteau_host::Kind::Index => Kind::Index,
        watteau_host::Kind::Ratio => Kind::Ratio,
        watteau_host::Kind::Factor => Kind::Factor,
    }
}

const fn step(step: watteau_host::Step) -> Step {
    match step {
        watteau_host::Step::Seconds(seconds) => Step::Seconds(seconds),
        watteau_host::Step::Days(days) => Step::Days(days),
        watteau_host::Step::Months(months) => Step::Months(months),
        watteau_host::Step::Irregular => Step::Irregular,
    }
}

pub(super) const fn point(point: &watteau_host::Point) -> Point {
    Point {
        start: point.start,
        duration: point.duration,
        value: point.value,
        quality: match point.quality {
            watteau_host::Quality::Measured => Quality::Measured,
            watteau_host::Quality::Estimated => Quality::Estimated,
            watteau_host::Quality::Corrected => Quality::Corrected,
            watteau_host::Quality::Filled => Quality::Filled,
        },
    }
}

/// A failure of a run as a trouble; the answers that are no trouble are told apart before.
pub(super) fn met(error: &RunError, now: i64) -> Met {
    match error {
        RunError::Failure(failure) => met_failure(failure, now),
        RunError::Stopped(stop) => {
            Met { kind: TroubleKind::Stopped, party: None, message: text(&stop.message), not_before: None }
        }
        RunError::Store(reason) => Met {
            kind: TroubleKind::Store,
            party: None,
            message: Text::new(
                format!("Watteau could not write its store: {reason}."),
                format!("Watteau n’a pas pu écrire ses données : {reason}."),
            ),
            not_before: None,
        },
        RunError::File(error) => Met {
            kind: TroubleKind::Unreadable,
            party: None,
            message: text(&error.message),
            not_before: None,
        },
        RunError::Load(error) => Met {
            kind: TroubleKind::Stopped,
            party: None,
            message: Text::new(
                format!("The connector could not be started: {error}."),
                format!("Le connecteur n’a pas pu être démarré : {error}."),
            ),
            not_before: None,
        },
    }
}

fn met_failure(failure: &Failure, now: i64) -> Met {
    let (kind, not_before) = match &failure.cause {
        Cause::Settings(_) => (TroubleKind::Settings, None),
        Cause::Consent => (TroubleKind::Consent, None),
        Cause::Quota(until) => (TroubleKind::Quota, *until),
        Cause::Unavailable(wait) => {
            (TroubleKind::Unavailable, wait.map(|seconds| now + i64::from(seconds) * 1_000))
        }
        Cause::Unreadable => (TroubleKind::Unreadable, None),
        Cause::NoData | Cause::NotOffered => (TroubleKind::NotOffered, None),
    };
    let message = match &failure.cause {
        Cause::Settings(problems) => wrong_settings(&failure.message, problems),
        _ => text(&failure.message),
    };
    Met { kind, party: failure.party.clone(), message, not_before }
}

/// Every setting that is wrong, after what the connector says of them together, if that is more.
fn wrong_settings(whole: &watteau_host::Text, problems: &[watteau_host::SettingProblem]) -> Text {
    let said = problems.iter().any(|problem| problem.message == *whole);
    let mut parts = if said { vec![] } else { vec![text(whole)] };
    parts.extend(problems.iter().map(|watteau_host::SettingProblem { option, message }| {
        Text::new(format!("{option}: {}", message.en), format!("{option} : {}", message.fr))
    }));
    let join = |words: fn(&Text) -> &str| parts.iter().map(words).collect::<Vec<_>>().join(" ");
    Text::new(join(|part| &part.en), join(|part| &part.fr))
}
