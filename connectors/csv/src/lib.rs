//! Any CSV file, by a few lines of settings: which column holds the time and how it is written, which columns become
//! series and what they are.
//!
//! ```toml
//! [connectors.occupancy]
//! plugin = "csv"
//! watch = "/var/lib/watteau/inbox/csv"
//! time = { column = "date", format = "%Y-%m-%d", zone = "Europe/Paris", stamp = "start" }
//! step = "1d"
//! series = [{ column = "persons", name = "persons", unit = "1", kind = "level" }]
//! ```
//!
//! The description is checked whole ([`settings`]) and gives the series ([`Description::series`]). A file goes by in
//! small pieces, compressed by gzip or not ([`recognise`]): its columns are found by their titles ([`columns`]), the
//! time of each row is read ([`mod@format`]) and becomes an interval ([`interval`]), its cells become values, exact to
//! the bit ([`value`]), and go out in batches ([`output`]). Of several places in one file, by a column that names them
//! or by a column each, every place has series of its own.

pub mod columns;
pub mod failure;
pub mod format;
pub mod interval;
pub mod output;
pub mod recognise;
pub mod rows;
pub mod settings;
pub mod sniff;
pub mod value;

use watteau_sdk::prelude::{
    Context, Date, Failure as CallFailure, File, FileError, Files, Report, Series, Text,
};
use watteau_sdk::types::SettingProblem;
use watteau_tabular::{Blocks, Wall, shown};

pub use self::failure::Failure;
use self::output::Output;
pub use self::settings::{Description, Settings};

/// The connector.
#[derive(Debug)]
pub struct Csv;

impl Files for Csv {
    type Settings = Settings;

    fn describe(ctx: Context<'_>, settings: &Settings) -> Result<Vec<Series>, CallFailure> {
        described(ctx, settings).map(|(description, _)| description.series()).map_err(wrong)
    }

    fn check(ctx: Context<'_>, settings: &Settings) -> Result<Text, CallFailure> {
        let count = described(ctx, settings).map_err(wrong)?.0.series().len();
        Ok(Text::new(
            format!("Ready to read files of {count} series."),
            format!("Prêt à lire des fichiers de {count} séries."),
        ))
    }

    /// Without its settings it knows no file.
    fn sniff(_name: &str, _size: u64, _head: &[u8]) -> u8 {
        0
    }

    fn sniff_as(_ctx: Context<'_>, settings: &Settings, _name: &str, _size: u64, head: &[u8]) -> u8 {
        settings.description().map_or(0, |description| sniff::sniff(&description, head))
    }

    fn ingest(ctx: Context<'_>, settings: &Settings, file: &mut File) -> Result<Report, FileError> {
        let (name, size, as_of) = (file.name(), file.size(), file.modified());
        let read = || -> Result<Report, Failure> {
            let (description, zone) = described(ctx, settings).map_err(Failure::Settings)?;
            let mut output = Output::new(ctx, &zone, description.series(), as_of);
            let mut wall = Wall::new(ctx, zone);
            let read = recognise::read(Blocks::new(file, size), size, &description, &mut wall, &mut output)?;
            output.finish()?;
            let mut report = Report::new(read.format);
            report.absent = output.absent;
            if let Some(span) = output.span {
                // The last instant of an interval, or the instant of a reading.
                let last = if span.end > span.start { span.end - 1 } else { span.end };
                report.first_day = wall.date(span.start).ok().map(|date| date.to_string());
                report.last_day = wall.date(last).ok().map(|date| date.to_string());
            }
            report.remarks.extend(remark(&read, &output, &name));
            Ok(report)
        };
        read().map_err(|failure| failure.told(&name))
    }
}

/// The description and its zone, which the host knows.
fn described(ctx: Context<'_>, settings: &Settings) -> Result<(Description, String), Vec<SettingProblem>> {
    let description = settings.description()?;
    let zone = description.time.zone.clone().unwrap_or_else(|| ctx.clock().home_zone());
    let known = Date::new(2024, 1, 1).is_some_and(|date| ctx.clock().midnight(&zone, date).is_ok());
    if known {
        return Ok((description, zone));
    }
    let message = Text::new(
        format!("`{zone}` is not a time zone; write for example \"Europe/Paris\""),
        format!("« {zone} » n’est pas un fuseau horaire ; écrire par exemple « Europe/Paris »"),
    );
    Err(vec![SettingProblem { option: "time.zone".to_owned(), message }])
}

fn wrong(problems: Vec<SettingProblem>) -> CallFailure {
    CallFailure::settings(
        ("The description of the files is wrong.", "La description des fichiers est fausse."),
        problems,
    )
}

/// What is worth a word of a file that was read.
fn remark(read: &recognise::Reading, output: &Output<'_>, name: &str) -> Option<Text> {
    let (rows, words) = &read.strangers;
    if *rows > 0 {
        let list = words.iter().map(|word| shown(word)).collect::<Vec<_>>().join(", ");
        return Some(Text::new(
            format!("{rows} rows are of places that `places.names` does not name, such as {list}."),
            format!("{rows} lignes sont de lieux que « places.names » ne nomme pas, comme {list}."),
        ));
    }
    let name = shown(name);
    (read.timed == 0 && output.refused() == 0).then(|| {
        Text::new(format!("{name} has titles and no row."), format!("{name} a des titres et aucune ligne."))
    })
}

watteau_sdk::export_files!(Csv, manifest = "manifest.toml");
