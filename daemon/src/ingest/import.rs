//! Reads one file with the connector that recognises it, for each instance that has rows in it.

use super::{
    Ingest,
    desk::Desk,
    guest::{FileFailure, Session},
    handed::{Handed, MOST_BYTES, Manner},
    instance::Instance,
    meters::{Claim, Household, last_four, meter_in},
    recognise::{ambiguous, recognise},
    report::{Reading, STORE, announce, keep_failures, left_over, ours, refusal, remember, start_report},
    sink::Counts,
};
use crate::{
    model::{ImportReport, ImportStatus, OtherMeter, RunRecord, Text},
    services::{ImportRequest, ServiceError},
};
use jiff::Timestamp;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use watteau_store::StateChange;

/// A file handed over by the API or the command line.
pub(super) async fn on_purpose(
    ingest: &Arc<Ingest>,
    request: ImportRequest,
) -> Result<Vec<ImportReport>, ServiceError> {
    let readers: Vec<Arc<Instance>> = match &request.connector {
        Some(name) => {
            let named = ingest.instance(name).ok_or_else(|| ServiceError::UnknownConnector(name.clone()))?;
            vec![named]
        }
        None => ingest.instances(),
    };
    let readers: Vec<Arc<Instance>> = readers.into_iter().filter(|instance| instance.reads_files()).collect();
    if readers.is_empty() {
        return Err(ServiceError::NoReader);
    }
    let manner = Manner { on_purpose: request.connector.is_some(), dry_run: request.dry_run };
    let handed = Arc::new(Handed::from_bytes(request.filename, request.body, request.modified));
    // A client that goes away must not cut an import: it is a task of its own.
    let ingest = Arc::clone(ingest);
    let task = tokio::spawn(async move {
        let reading = match ambiguous(&ingest, &readers, &handed, manner).await {
            Some(ambiguous) => ambiguous,
            None => read(&ingest, &readers, &handed, manner).await,
        };
        if !manner.dry_run {
            keep_failures(&ingest, &reading.reports);
            // What a write met is said on every page at once.
            ingest.nudge.notify_one();
        }
        reading.reports
    });
    task.await.map_err(|error| ServiceError::Internal(format!("the import ended badly: {error}")))
}

/// Reads a file with the plugin that knows it best.
pub(super) async fn read(
    ingest: &Arc<Ingest>,
    readers: &[Arc<Instance>],
    file: &Arc<Handed>,
    manner: Manner,
) -> Reading {
    if file.size > MOST_BYTES {
        let most = MOST_BYTES >> 20;
        let message = Text::new(
            format!("{} exceeds {most} MB. Export a shorter period.", file.name),
            format!("{} dépasse {most} Mo. Exportez une période plus courte.", file.name),
        );
        return Reading::failed(refusal(file, None, "too_large", message, manner), false);
    }
    let chosen = recognise(ingest, readers, file).await;
    if chosen.is_empty() {
        let message = Text::new(
            format!("{} is not a file that any connector of this installation knows.", file.name),
            format!("{} n’est un fichier connu d’aucun connecteur de cette installation.", file.name),
        );
        let failed = Reading::failed(refusal(file, None, "unrecognised_layout", message, manner), false);
        return Reading { undecided: true, ..failed };
    }
    // What settings describe, other settings describe otherwise.
    let undecided = chosen.iter().any(|instance| instance.is_described());
    let mut reading = Reading { undecided, ..Reading::default() };
    let mut left = None;
    for instance in &chosen {
        let started = ingest.clock.now();
        let read = read_for(ingest, instance, readers, file, manner).await;
        if !manner.dry_run {
            count(ingest, instance, &read, started);
        }
        match read {
            Ok(One::Taken(report)) => {
                reading.undecided |= !report.other_meters.is_empty();
                reading.reports.push(report);
            }
            Ok(One::Left(report)) => {
                reading.undecided = true;
                left.get_or_insert(report);
            }
            Err(failure) => {
                reading.incomplete |= failure.incomplete;
                // Another plugin, another version or other settings may make something of it.
                reading.undecided = true;
                reading.unkept |= failure.code == STORE;
                let report =
                    refusal(file, Some(&instance.settings.name), &failure.code, failure.message, manner);
                // The same structural problem is met by every instance of the plugin: once is enough.
                if !reading.reports.iter().any(|known| known.error == report.error) {
                    reading.reports.push(report);
                }
            }
        }
    }
    if reading.reports.is_empty() {
        reading.reports.extend(left);
    }
    reading
}

/// Counts a file as a run of its instance, for whoever watches from outside. One that is somebody else's is none.
fn count(ingest: &Ingest, instance: &Instance, read: &Result<One, FileFailure>, started: Timestamp) {
    let report = match read {
        Ok(One::Taken(report)) => Some(report),
        Ok(One::Left(_)) => return,
        Err(_) => None,
    };
    let ended = ingest.clock.now();
    let counts = report.map_or((0, 0, 0, 0), |report| {
        (report.new, report.unchanged, report.corrected, report.refused.len() as u64)
    });
    let record = RunRecord {
        started: started.to_string(),
        ended: ended.to_string(),
        ok: report.is_some(),
        new: counts.0,
        unchanged: counts.1,
        corrected: counts.2,
        refused: counts.3,
        problems: vec![],
    };
    ingest.vitals.run(&instance.settings.name, &record, ended.duration_since(started).unsigned_abs());
}

/// What became of a file for one instance.
enum One {
    Taken(ImportReport),
    /// None of its rows are this instance's.
    Left(ImportReport),
}

async fn read_for(
    ingest: &Arc<Ingest>,
    instance: &Arc<Instance>,
    readers: &[Arc<Instance>],
    file: &Arc<Handed>,
    manner: Manner,
) -> Result<One, FileFailure> {
    let _turn = instance.turn(&ingest.store).await;
    let desk = Arc::new(Mutex::new(Desk::for_file(ingest, instance, file)));
    lock(&desk).household = household(ingest, instance, readers, manner);
    let started = ingest.clock.now();
    let mut session = Session::open(ingest, instance, Arc::clone(&desk)).map_err(|met| FileFailure {
        code: "stopped".to_owned(),
        message: met.message,
        incomplete: false,
    })?;
    let answer = session.ingest(file).await;
    let read = answer?;
    if !file.is_unchanged() {
        return Err(FileFailure {
            code: "changed_while_read".to_owned(),
            message: Text::new(
                format!("{} changed while it was read; it is read again.", file.name),
                format!("{} a changé pendant la lecture ; il est relu.", file.name),
            ),
            incomplete: true,
        });
    }
    let mut report = start_report(file, instance, &read, manner);
    let (other_meters, taken) = meters(&lock(&desk), instance);
    report.other_meters = other_meters;
    report.meter = taken.as_deref().map(last_four);
    if let Some(other) = another_meter(&lock(&desk), instance, file, taken.as_deref(), manner) {
        return Err(other);
    }
    let left = matches!(lock(&desk).claimed, Some((_, Claim::Leave)));
    report.refused = lock(&desk).take_refused();
    if left {
        let named: Vec<String> = match &lock(&desk).claimed {
            Some((named, _)) => named.keys().map(|meter| last_four(meter)).collect(),
            None => Vec::new(),
        };
        return Ok(One::Left(left_over(report, file, &named)));
    }
    let written = {
        let (ingest, instance, desk) = (Arc::clone(ingest), Arc::clone(instance), Arc::clone(&desk));
        let report = report.clone();
        tokio::task::spawn_blocking(move || write(&ingest, &instance, &desk, report, taken, started)).await
    };
    match written {
        Ok(Ok(report)) => {
            if !manner.dry_run {
                announce(ingest, &report);
                ingest.announce(instance);
            }
            Ok(One::Taken(report))
        }
        Ok(Err(error)) => Err(ours(file, &error.to_string())),
        Err(error) => Err(ours(file, &error.to_string())),
    }
}

/// Commits the file whole: points, absences, what was seen of meters, and the report itself.
fn write(
    ingest: &Ingest,
    instance: &Instance,
    desk: &Mutex<Desk>,
    mut report: ImportReport,
    taken: Option<String>,
    started: Timestamp,
) -> Result<ImportReport, watteau_store::Error> {
    // First a rehearsal for the counts, which are part of what is committed.
    let mut desk = lock(desk);
    let rows = desk.foresee()?;
    report.new = rows.counts.new;
    report.unchanged = rows.counts.unchanged;
    report.corrected = rows.counts.corrected;
    report.changes = rows.changes;
    report.remarks.extend((rows.older > 0).then(|| not_taken(rows.older)));
    report.remarks.extend(mostly_corrected(rows.counts));
    report.status = if !report.refused.is_empty() {
        ImportStatus::ImportedWithRejects
    } else if report.new + report.unchanged + report.corrected == 0 {
        ImportStatus::Empty
    } else {
        ImportStatus::Imported
    };
    if report.dry_run {
        return Ok(report);
    }
    report.changes.clear();
    let ended = ingest.clock.now();
    {
        let mut memory = instance.memory();
        memory.last_success = Some(ended.as_millisecond());
        memory.trouble = None;
        memory.last_run = Some(RunRecord {
            started: started.to_string(),
            ended: ended.to_string(),
            ok: true,
            new: report.new,
            unchanged: report.unchanged,
            corrected: report.corrected,
            refused: report.refused.len() as u64,
            problems: vec![],
        });
        if rows.counts != Counts::default() {
            memory.bound_meter = taken.or_else(|| memory.bound_meter.take());
        }
    }
    let mut state = remember(ingest, &report);
    if let Some((named, _)) = &desk.claimed {
        let owner = seen_meters(instance);
        state.extend(named.keys().map(|meter| StateChange {
            owner: owner.clone(),
            key: meter.clone(),
            value: Some(Vec::new()),
        }));
    }
    desk.finish_file(state)?;
    Ok(report)
}

/// What is said of values that are older than what is kept.
fn not_taken(values: u64) -> Text {
    Text::new(
        format!(
            "{values} values differ from what a later file gave, and were not taken: the later file holds."
        ),
        format!(
            "{values} valeurs diffèrent de ce qu’a donné un fichier plus récent, et n’ont pas été prises : le plus récent l’emporte."
        ),
    )
}

/// What is said of a file that changes most of what was there: a source publishes a few days again, rarely a month.
fn mostly_corrected(counts: Counts) -> Option<Text> {
    const A_MONTH: u64 = 30;
    let Counts { unchanged, corrected, .. } = counts;
    (corrected >= A_MONTH && corrected > unchanged).then(|| {
        Text::new(
            format!(
                "{corrected} values were there already with another value: is this another meter's file, or another \
                 unit? What was there before is kept as revisions."
            ),
            format!(
                "{corrected} valeurs étaient déjà là avec une autre valeur : est-ce le fichier d’un autre compteur, ou \
                 une autre unité ? Ce qu’il y avait avant est gardé comme révisions."
            ),
        )
    })
}

/// What decides whose rows a file's are.
fn household(ingest: &Ingest, instance: &Instance, readers: &[Arc<Instance>], manner: Manner) -> Household {
    let all = ingest.instances();
    let siblings = || {
        all.iter().filter(|other| {
            other.settings.name != instance.settings.name && other.settings.plugin == instance.settings.plugin
        })
    };
    Household {
        own: instance.meter_setting(),
        bound: instance.memory().bound_meter.clone(),
        others: siblings().filter_map(|other| other.meter_setting()).collect(),
        rival: readers.len() > 1
            && siblings().any(|other| {
                other.meter_setting().is_none()
                    && readers.iter().any(|reader| reader.settings.name == other.settings.name)
            }),
        seen: ingest
            .store
            .states(&seen_meters(instance))
            .unwrap_or_default()
            .into_iter()
            .map(|(meter, _)| meter)
            .collect(),
        on_purpose: manner.on_purpose,
    }
}

/// Whether the rows are of another meter than those that the instance's series hold: two meters in one series could
/// never be told apart again.
fn another_meter(
    desk: &Desk,
    instance: &Instance,
    file: &Handed,
    taken: Option<&str>,
    manner: Manner,
) -> Option<FileFailure> {
    let bound = instance.memory().bound_meter.clone();
    let name = &instance.settings.name;
    if let (Some(bound), Some(taken)) = (&bound, taken)
        && bound != taken
    {
        return Some(mixed(file, name, bound, taken));
    }
    let unnamed = desk.claimed.as_ref().is_some_and(|(named, _)| named.is_empty());
    let ours = taken.map(str::to_owned).or(bound)?;
    // What a file is called is no proof, but worth a question.
    let said = meter_in(&file.name).filter(|said| *said != ours && unnamed && !manner.on_purpose)?;
    let (ours, said) = (last_four(&ours), last_four(said));
    Some(FileFailure {
        code: "which_meter".to_owned(),
        message: Text::new(
            format!(
                "The file's name speaks of meter …{said}, and `{name}` holds meter …{ours}; the file itself names none. \
                 If it is the right one: watteau import --connector {name} FILE."
            ),
            format!(
                "Le nom du fichier parle du compteur …{said}, et « {name} » contient le compteur …{ours} ; le fichier \
                 n’en nomme aucun. S’il est le bon : watteau import --connector {name} FICHIER."
            ),
        ),
        incomplete: false,
    })
}

fn mixed(file: &Handed, name: &str, bound: &str, taken: &str) -> FileFailure {
    let (bound, taken) = (last_four(bound), last_four(taken));
    FileFailure {
        code: "other_meter".to_owned(),
        message: Text::new(
            format!(
                "{} holds meter …{taken}, and the series of `{name}` hold meter …{bound}: give …{taken} a \
                 [connectors.NAME] table of its own.",
                file.name
            ),
            format!(
                "{} contient le compteur …{taken}, et les séries de « {name} » le compteur …{bound} : donnez à …{taken} \
                 sa propre table [connectors.NOM].",
                file.name
            ),
        ),
        incomplete: false,
    }
}

fn seen_meters(instance: &Instance) -> String {
    format!("meters:{}", instance.settings.plugin)
}

/// Rows that no instance takes, and the meter taken.
fn meters(desk: &Desk, instance: &Instance) -> (Vec<OtherMeter>, Option<String>) {
    let Some((named, claim)) = &desk.claimed else { return (vec![], instance.meter_setting()) };
    let set: BTreeSet<String> = named.keys().cloned().collect();
    let option = instance.plugin.as_ref().ok().and_then(|plugin| plugin.meter_option()).unwrap_or_default();
    let plugin = &instance.settings.plugin;
    let others = desk.household.unclaimed(&set, claim).into_iter().map(|meter| {
        let four = last_four(&meter);
        OtherMeter {
            rows: named.get(&meter).copied().unwrap_or(0),
            advice: Text::new(
                format!(
                    "no connector has this meter: add a [connectors.NAME] table with plugin = \"{plugin}\" and \
                     {option} = \"…{four}\" (its whole number)"
                ),
                format!(
                    "aucun connecteur n’a ce compteur : ajoutez une table [connectors.NOM] avec plugin = \
                     \"{plugin}\" et {option} = \"…{four}\" (son numéro entier)"
                ),
            ),
            meter: four,
        }
    });
    let taken = match claim {
        Claim::Take(meter) => meter.clone().or_else(|| instance.meter_setting()),
        Claim::Leave | Claim::WhichMeter => None,
    };
    (others.collect(), taken)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
