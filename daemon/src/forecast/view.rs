//! Forecasts as the API writes them.

use super::record::{Method, Note, Record, SERVED};
use crate::model::Text;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use watteau_analysis::{Day, interval::LEVELS};

/// What is forecast.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TargetView {
    /// The series.
    pub target: String,
    /// The job.
    pub job: String,
    /// Unit of its forecasts.
    pub unit: String,
    /// Somebody else's forecast of it.
    pub official: Option<String>,
    /// Local times of issue.
    pub at: Vec<String>,
    /// How late the target is known: `1h`, `day`.
    pub lag: String,
    /// Everyone on the scoreboard.
    pub models: Vec<String>,
    /// First day with a forecast.
    pub first_day: Option<String>,
    /// Last day with a forecast.
    pub last_day: Option<String>,
    /// What became of the last run since the daemon started.
    pub last_run: Option<RunView>,
    /// When the next one is due, RFC 3339.
    pub next_run: Option<String>,
}

/// What became of a run.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RunView {
    /// When it ended, epoch seconds.
    pub issued_at: i64,
    /// The day that it forecast.
    pub day: String,
    /// Whether there is a forecast.
    pub ok: bool,
    /// Why not.
    pub message: Option<Text>,
    /// How long it took, seconds.
    pub seconds: f64,
}

/// What was forecast beside what happened.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Curve {
    /// The series.
    pub target: String,
    /// Unit of every column.
    pub unit: String,
    /// Local time of issue, the day before.
    pub at: String,
    /// The zone in which days turn.
    pub timezone: String,
    /// First instant of each row, epoch seconds.
    pub start: Vec<i64>,
    /// What happened.
    pub actual: Vec<Option<f64>>,
    /// Somebody else's forecast.
    pub official: Vec<Option<f64>>,
    /// Ours: the median.
    pub value: Vec<Option<f64>>,
    /// Ours: quantile 0.1.
    pub lower: Vec<Option<f64>>,
    /// Ours: quantile 0.9.
    pub upper: Vec<Option<f64>>,
    /// Ours: quantile 0.25, halfway from 0.2 to 0.3.
    pub inner_lower: Vec<Option<f64>>,
    /// Ours: quantile 0.75, halfway from 0.7 to 0.8.
    pub inner_upper: Vec<Option<f64>>,
    /// Whether ours was made afterwards, with no more of the target than was known then.
    pub replayed: Vec<bool>,
}

/// The forecasts of a day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DayView {
    /// The series.
    pub target: String,
    /// Unit of the values.
    pub unit: String,
    /// The local day.
    pub day: String,
    /// Every forecast of it that is kept, in the order of issue.
    pub runs: Vec<RecordView>,
}

/// A forecast that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RecordView {
    /// Who forecast.
    pub model: String,
    /// `served`, or `part` for one beside.
    pub role: String,
    /// Local time of issue.
    pub at: String,
    /// Whether it was issued the day before, or on the day itself.
    pub eve: bool,
    /// When it was made, epoch seconds.
    pub issued_at: i64,
    /// First instant of the target that was not known, epoch seconds; null where it was replayed.
    pub known_until: Option<i64>,
    /// Whether this is the one that scores and curves take, of those for the same time by the same model.
    pub counts: bool,
    /// Made afterwards, with no more of the target than was known then.
    pub replayed: bool,
    /// How it was made.
    pub method: Text,
    /// Why it was not made in the best way.
    pub notes: Vec<Text>,
    /// The temperatures it was made with: `forecast`, `measured`, `noisy:DEGC`, `none`.
    pub weather: String,
    /// What tells this model from others of its name.
    pub hash: String,
    /// First instant of each value, epoch seconds.
    pub start: Vec<i64>,
    /// The median.
    pub value: Vec<f64>,
    /// The mean, of which energies are made; null where it is the median.
    pub mean: Option<Vec<f64>>,
    /// By level, from `0.1` to `0.9`.
    pub quantiles: BTreeMap<String, Vec<f64>>,
    /// Energy of the day.
    pub total: Option<EnergyView>,
    /// Energy of parts of the day.
    pub blocks: Vec<BlockView>,
    /// Energy of the month.
    pub month: Option<MonthView>,
}

/// An energy and its 80 % interval.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EnergyView {
    /// The most likely.
    pub value: f64,
    /// Quantile 0.1.
    pub lower: f64,
    /// Quantile 0.9.
    pub upper: f64,
    /// kWh.
    pub unit: String,
}

/// Energy of a part of the day, kWh.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BlockView {
    /// Local time it begins.
    pub from: String,
    /// Local time it ends.
    pub to: String,
    /// The most likely.
    pub value: f64,
    /// Quantile 0.1.
    pub lower: f64,
    /// Quantile 0.9.
    pub upper: f64,
}

/// Energy of the month of the day, kWh.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MonthView {
    /// Of the whole month.
    pub value: f64,
    /// Quantile 0.1.
    pub lower: f64,
    /// Quantile 0.9.
    pub upper: f64,
    /// kWh.
    pub unit: String,
    /// What is known of it.
    pub so_far: f64,
}

/// `10:00`; a time of issue on the day itself is told by its own hour.
pub(super) fn clock_time(minutes: u16) -> String {
    let minutes = minutes % 1440;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Six digits, as many as were kept.
pub(super) fn tidy(value: f32) -> f64 {
    let value = f64::from(value);
    let scale = 10_f64.powf(5.0 - value.abs().max(1e-9).log10().floor());
    (value * scale).round() / scale
}

pub(super) fn view(record: &Record, counts: bool) -> RecordView {
    let tidied = |values: &[f32]| values.iter().map(|value| tidy(*value)).collect::<Vec<f64>>();
    let quantiles = LEVELS.iter().enumerate().map(|(index, level)| {
        let values: Vec<f32> = record.quantiles.iter().map(|all| all[index]).collect();
        (format!("{level}"), tidied(&values))
    });
    let kwh = || "kWh".to_owned();
    let round = |value: f64| crate::query::tidy(value);
    RecordView {
        model: record.model.clone(),
        role: if record.model == SERVED { "served" } else { "part" }.to_owned(),
        at: clock_time(record.at),
        eve: record.at < 1440,
        issued_at: record.issued_at.div_euclid(1000),
        known_until: (!record.replayed).then(|| record.known_until.div_euclid(1000)),
        counts,
        replayed: record.replayed,
        method: words(record.method),
        notes: record.notes.iter().map(|note| why(*note)).collect(),
        weather: record.weather.word(),
        hash: record.hash.clone(),
        start: record.start.iter().map(|start| start.div_euclid(1000)).collect(),
        value: tidied(&record.value),
        mean: (!record.mean.is_empty()).then(|| tidied(&record.mean)),
        quantiles: quantiles.collect(),
        total: record.total.map(|band| EnergyView {
            value: round(band.value),
            lower: round(band.lower),
            upper: round(band.upper),
            unit: kwh(),
        }),
        blocks: record
            .blocks
            .iter()
            .map(|block| BlockView {
                from: format!("{:02}:00", block.from),
                to: format!("{:02}:00", block.to),
                value: round(block.band.value),
                lower: round(block.band.lower),
                upper: round(block.band.upper),
            })
            .collect(),
        month: record.month.map(|month| MonthView {
            value: round(month.band.value),
            lower: round(month.band.lower),
            upper: round(month.band.upper),
            unit: kwh(),
            so_far: round(month.so_far),
        }),
    }
}

/// `14 March 2025`.
fn english(day: Day) -> String {
    day.date().strftime("%-d %B %Y").to_string()
}

/// `14/03/2025`.
fn french(day: Day) -> String {
    day.date().strftime("%d/%m/%Y").to_string()
}

/// How a forecast was made, for people.
fn words(method: Method) -> Text {
    match method {
        Method::Adaptive => Text::new(
            "The adaptive model, from the one that comes with watteau.",
            "Le modèle adaptatif, parti de celui fourni avec watteau.",
        ),
        Method::AdaptiveAlone => Text::new(
            "The adaptive model, learnt from the history kept here.",
            "Le modèle adaptatif, appris sur l’historique gardé ici.",
        ),
        Method::AdaptiveWithOperator => Text::new(
            "The adaptive model and the grid operator’s forecast, mixed as their last 60 days deserve.",
            "Le modèle adaptatif et la prévision du gestionnaire de réseau, mêlés selon leurs 60 derniers jours.",
        ),
        Method::Household => Text::new(
            "Days like this one and a filter for each hour, mixed.",
            "Des jours semblables et un filtre par heure, mêlés.",
        ),
        Method::Daily => Text::new("A filter of the days’ energy.", "Un filtre de l’énergie des jours."),
        Method::Recent => Text::new(
            "The same hours of the last days: there is too little for the model yet.",
            "Les mêmes heures des derniers jours : il y a encore trop peu pour le modèle.",
        ),
        Method::Chronos => Text::new("A Chronos model.", "Un modèle Chronos."),
    }
}

/// Why a forecast was not made in the best way, for people.
fn why(note: Note) -> Text {
    match note {
        Note::FewCurves(days) => Text::new(
            format!("Only {days} days of the load curve are known yet: bands are wider."),
            format!("Seulement {days} jours de courbe de charge sont connus : les bandes sont plus larges."),
        ),
        Note::FewDays(days) => Text::new(
            format!("Only {days} days of energy are known yet; it takes two weeks."),
            format!("Seulement {days} jours d’énergie sont connus ; il en faut deux semaines."),
        ),
        Note::NoCurve => Text::new("There is no load curve.", "Il n’y a pas de courbe de charge."),
        Note::NoWeather => Text::new(
            "No temperature is forecast for the day: it was left out.",
            "Aucune température n’est prévue pour ce jour : elle n’est pas prise en compte.",
        ),
        Note::Late(day) => Text::new(
            format!("The last day that is known is {}.", english(day)),
            format!("Le dernier jour connu est le {}.", french(day)),
        ),
        Note::Jump(day) => Text::new(
            format!("The level changed on {}: nothing older was used.", english(day)),
            format!("Le niveau a changé le {} : rien de plus ancien n’est utilisé.", french(day)),
        ),
        Note::Doubtful(days) => Text::new(
            format!("The last {days} days are out of all proportion: bands are wider."),
            format!("Les {days} derniers jours sont hors de proportion : les bandes sont plus larges."),
        ),
        Note::Unchanged(days) => Text::new(
            format!("The meter said the same for {days} days."),
            format!("Le compteur a dit la même chose pendant {days} jours."),
        ),
    }
}
