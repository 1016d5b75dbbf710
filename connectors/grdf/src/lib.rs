//! GRDF gas files dropped into a folder: what users download from the site, save again, or get from scripts.
//!
//! A file is recognised by its content ([`recognise`]), read as it streams by under [`limits`], and put together
//! as one statement for each meter and gas day ([`collect`]). All of that is pure: bytes in, an
//! [`Import`] out. Only [`deliver`] and this module speak to the host: which meter's rows to take,
//! at which instants days begin, and where points go.
//!
//! Tables, in a workbook ([`xlsx`]) or a text ([`mod@text`]), are read by `watteau-tabular` and found by their titles ([`table`]); [`json`] reads what
//! the site's pages are made from and the official interface's answers. Energy is what GRDF publishes: it is never
//! recomputed from volumes, indexes or coefficients, and a day that GRDF declares absent is never a zero.

pub mod collect;
pub mod consistency;
pub mod context;
pub mod deliver;
pub mod failure;
pub mod json;
pub mod limits;
pub mod numbers;
pub mod reading;
pub mod recognise;
pub mod sniff;
pub mod table;
pub mod text;
pub mod words;
pub mod xlsx;

use watteau_sdk::prelude::{
    Context, Decision, File, FileError, Files, Instant, MeterRows, Refusal, Report, Text,
};

use watteau_tabular::{Blocks, Day};

use self::collect::{Import, Meter};
use self::deliver::ZONE;
pub use self::failure::Failure;

/// A file younger than this may still be growing.
const FRESH_MS: i64 = 60_000;
/// A clock that shows an earlier year has not been set since the machine started.
const CLOCK_SET_YEAR: i16 = 2024;

/// The connector.
#[derive(Debug)]
pub struct Grdf;

/// What the user writes for an instance. The meter itself is the host's to compare: it answers claims.
#[derive(Debug, serde::Deserialize)]
pub struct Settings {}

impl Files for Grdf {
    type Settings = Settings;

    fn check(_ctx: Context<'_>, _settings: &Settings) -> Result<Text, watteau_sdk::failure::Failure> {
        Ok(Text::new(
            "Ready: drop the files downloaded from GRDF's site into the folder.",
            "Prêt : déposez dans le dossier les fichiers téléchargés sur le site de GRDF.",
        ))
    }

    fn sniff(_name: &str, size: u64, head: &[u8]) -> u8 {
        sniff::sniff(size, head)
    }

    fn ingest(ctx: Context<'_>, _settings: &Settings, file: &mut File) -> Result<Report, FileError> {
        let (name, size, modified) = (file.name(), file.size(), file.modified());
        let now = ctx.clock().now();
        let today = ctx.clock().date(ZONE, now).ok().map(Day::from);
        let around = context::Context {
            today: today.filter(|day| day.year() >= CLOCK_SET_YEAR),
            fresh: modified.is_some_and(|modified| (0..FRESH_MS).contains(&now.saturating_sub(modified))),
        };
        let import = recognise::read(Blocks::new(file, size), &name, around)
            .map_err(|failure| file_error(&failure, &name))?;

        let mut report = Report::new(import.format);
        report.exported = import.exported.and_then(|day| ctx.clock().midnight(ZONE, day.date()).ok());
        let taken = match claim(ctx, &import) {
            _ if import.meters.is_empty() => None,
            Decision::Take(number) => import.meters.iter().position(|meter| meter.number == number),
            Decision::Leave => return Ok(report),
            Decision::WhichMeter => return Err(file_error(&which_meter(&import), &name)),
        };
        report.remarks = import.remarks.iter().map(|remark| text(&remark.en, &remark.fr)).collect();
        refuse(ctx, &import, taken);
        let meter = taken.map(|at| &import.meters[at]);
        match meter {
            Some(meter) if meter.rows > 0 => take(ctx, meter, report.exported.or(modified), &mut report)?,
            _ if import.refusals.is_empty() => report.remarks.push(text(
                &format!("{} has no reading for this period.", watteau_tabular::shown(&name)),
                &format!("{} ne contient aucun relevé pour cette période.", watteau_tabular::shown(&name)),
            )),
            _ => {}
        }
        Ok(report)
    }
}

/// Asks whose rows to take.
fn claim(ctx: Context<'_>, import: &Import) -> Decision {
    if import.meters.is_empty() {
        return Decision::Take(None);
    }
    let named = import.meters.iter().filter_map(|meter| {
        let number = meter.number.clone()?;
        Some(MeterRows { meter: number, rows: meter.rows })
    });
    ctx.claim(&named.collect::<Vec<_>>())
}

/// Puts one meter's readings, and reports on them.
fn take(
    ctx: Context<'_>,
    meter: &Meter,
    as_of: Option<Instant>,
    report: &mut Report,
) -> Result<(), FileError> {
    let delivered = deliver::deliver(ctx, meter, as_of)?;
    report.absent = delivered.absent;
    report.first_day = delivered.days.map(|(first, _)| first.to_string());
    report.last_day = delivered.days.map(|(_, last)| last.to_string());
    report.remarks.extend(consistency::remarks(meter).iter().map(|remark| text(&remark.en, &remark.fr)));
    if meter.periods.iter().any(|period| period.may_be_partial) {
        report.remarks.push(text(
            "The first or last period may hold less than its label says: the request cut it.",
            "La première ou la dernière période peut couvrir moins que son intitulé : la demande l’a coupée.",
        ));
    }
    Ok(())
}

/// Tells of the rows left out, those of other meters excepted.
fn refuse(ctx: Context<'_>, import: &Import, taken: Option<usize>) {
    let ours = |meter: Option<usize>| meter.is_none() || taken.is_none() || meter == taken;
    for refusal in import.refusals.iter().filter(|refusal| ours(refusal.meter)) {
        let (en, fr) = refusal.words();
        let told = Refusal::new(import.places.place(refusal.number), (en, fr));
        ctx.sink().refuse(match refusal.day {
            Some(day) => told.date(day),
            None => told,
        });
    }
    if import.more_refused > 0 {
        let count = import.more_refused;
        let reason = (format!("and {count} rows more"), format!("et {count} lignes de plus"));
        ctx.sink().refuse(Refusal::new("…", reason));
    }
}

/// The last digits alone of the meters that a file names: a whole number is not for messages.
fn which_meter(import: &Import) -> Failure {
    let last_four = |number: &String| format!("…{}", &number[number.len().saturating_sub(4)..]);
    Failure::WhichMeter(
        import.meters.iter().filter_map(|meter| meter.number.as_ref()).map(last_four).collect(),
    )
}

fn file_error(failure: &Failure, name: &str) -> FileError {
    let error = FileError::new(failure.code(), text(&failure.english(name), &failure.french(name)));
    if failure.is_incomplete() { error.incomplete() } else { error }
}

fn text(en: &str, fr: &str) -> Text {
    Text::new(en, fr)
}

watteau_sdk::export_files!(Grdf, manifest = "manifest.toml");
