//! Enedis electricity files dropped into a folder: what users download from their account, ask for, or save again.
//!
//! A file is recognised by its content ([`recognise`]): its tables are found by their titles, with what stands above
//! them ([`layout`]), and read row by row ([`table`]). What a file says of one meter is put together ([`collect`]):
//! the rows of a load curve become intervals ([`curve`]), the registers at midnights the energy of days ([`index`]).
//! [`deliver`] gives each value to the series of its direction and step.
//!
//! The traps are those of the formats. Most stamps are the END of an interval on the wall clock of Paris: the END is
//! made an instant first, and the step is subtracted from that. In autumn two stamps come twice, in the order of the
//! file. Values are mean powers in W or kW, or energies in Wh or kWh, by title: a unit that is not known is refused,
//! never guessed. `NA`, `null` and nothing are absences, never zeros, and a row that is missing stays missing.
//! A step may change in the middle of a file: each step has a series of its own, so that each is complete or not.

pub mod collect;
pub mod curve;
pub mod deliver;
pub mod failure;
pub mod index;
pub mod layout;
pub mod limits;
pub mod memo;
pub mod reading;
pub mod recognise;
pub mod sniff;
pub mod table;
pub mod words;

use watteau_sdk::prelude::{
    Context, Decision, File, FileError, Files, Instant, MeterRows, Refusal as Told, Report, Text,
};
use watteau_tabular::{Blocks, Wall, shown};

use self::collect::{Import, Meter};
use self::deliver::Trouble;
pub use self::failure::Failure;
use self::reading::Refusal;

/// Enedis's clocks, wherever the house's are.
pub const ZONE: &str = "Europe/Paris";

/// 2024-01-01: a clock that shows less has not been set since the machine started.
const CLOCK_SET: Instant = 1_704_067_200_000;

/// The connector.
#[derive(Debug)]
pub struct EnedisFile;

/// What the user writes for an instance. The meter itself is the host's to compare: it answers claims.
#[derive(Debug, serde::Deserialize)]
pub struct Settings {}

impl Files for EnedisFile {
    type Settings = Settings;

    fn check(_ctx: Context<'_>, _settings: &Settings) -> Result<Text, watteau_sdk::failure::Failure> {
        Ok(Text::new(
            "Ready: drop the files downloaded from Enedis's site into the folder.",
            "Prêt : déposez dans le dossier les fichiers téléchargés sur le site d’Enedis.",
        ))
    }

    fn sniff(_name: &str, size: u64, head: &[u8]) -> u8 {
        sniff::sniff(size, head)
    }

    fn ingest(ctx: Context<'_>, _settings: &Settings, file: &mut File) -> Result<Report, FileError> {
        let (name, size, modified) = (file.name(), file.size(), file.modified());
        let mut wall = Wall::new(ctx, ZONE);
        let now = ctx.clock().now();
        let newest = if now < CLOCK_SET { Instant::MAX } else { now };
        let import = recognise::read(Blocks::new(file, size), &name, &mut wall, newest);
        let mut import = import.map_err(|failure| failure.told(&name))?;

        let mut report = Report::new(import.format);
        let taken = match claim(ctx, &import) {
            _ if import.meters.is_empty() => None,
            Decision::Take(number) => import.meters.iter().position(|meter| meter.number == number),
            Decision::Leave => return Ok(report),
            Decision::WhichMeter => return Err(which_meter(&import).told(&name)),
        };
        let meter = taken.map(|at| std::mem::take(&mut import.meters[at]));
        let mut refusals = std::mem::take(&mut import.refusals);
        refusals.retain(|refusal| refusal.meter.is_none() || taken.is_none() || refusal.meter == taken);
        report.remarks.append(&mut import.remarks);
        match meter.filter(|meter| meter.rows > 0) {
            Some(meter) => {
                refusals.extend(take(ctx, &mut wall, meter, &import, modified, &mut report, &name)?);
            }
            None if refusals.is_empty() => report.remarks.push(Text::new(
                format!("{} has no value for this period.", shown(&name)),
                format!("{} ne contient aucune valeur pour cette période.", shown(&name)),
            )),
            None => {}
        }
        refuse(ctx, refusals, import.more_refused);
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

/// Puts one meter's rows, reports on them, and answers those that contradict one another.
fn take(
    ctx: Context<'_>,
    wall: &mut Wall<'_>,
    meter: Meter,
    import: &Import,
    as_of: Option<Instant>,
    report: &mut Report,
    name: &str,
) -> Result<Vec<Refusal>, FileError> {
    let delivered =
        deliver::deliver(ctx, wall, meter, as_of, import.last_day).map_err(|trouble| match trouble {
            Trouble::Sink(error) => error,
            Trouble::Clock(why) => Failure::Clock(why).told(name),
        })?;
    report.absent = delivered.absent;
    report.remarks.extend(delivered.remarks);
    let day = |instant| ctx.clock().date(ZONE, instant).ok().map(|date| date.to_string());
    report.first_day = delivered.span.and_then(|span| day(span.start));
    report.last_day = delivered.span.and_then(|span| day(span.end - 1));
    Ok(delivered.refused)
}

/// Tells of the rows left out, in the order of the file.
fn refuse(ctx: Context<'_>, mut refusals: Vec<Refusal>, more: u32) {
    refusals.sort_by_key(|refusal| refusal.place);
    let more = more as usize + refusals.len().saturating_sub(limits::REFUSALS);
    for refusal in refusals.iter().take(limits::REFUSALS) {
        let told = Told::new(refusal.place.to_string(), refusal.words());
        ctx.sink().refuse(match refusal.day {
            Some(day) => told.date(day),
            None => told,
        });
    }
    if more > 0 {
        let reason = (format!("and {more} rows more"), format!("et {more} lignes de plus"));
        ctx.sink().refuse(Told::new("…", reason));
    }
}

/// The last digits alone of the meters that a file names: a whole number is not for messages.
fn which_meter(import: &Import) -> Failure {
    let last_four = |number: &String| format!("…{}", &number[number.len().saturating_sub(4)..]);
    Failure::WhichMeter(
        import.meters.iter().filter_map(|meter| meter.number.as_ref()).map(last_four).collect(),
    )
}

watteau_sdk::export_files!(EnedisFile, manifest = "manifest.toml");
