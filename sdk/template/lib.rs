//! Reads the power of a meter by the half-hour.

use watteau_sdk::prelude::*;

/// Who is at fault when the other side fails, as the user knows it.
const PARTY: &str = "meter.example";

/// What the user writes: the manifest's options, defaults filled in, secrets left out.
#[derive(serde::Deserialize)]
pub struct Settings {
    station: String,
}

/// One value of the answer.
#[derive(serde::Deserialize)]
struct Reading {
    /// Start of the half-hour, milliseconds since 1970 (UTC).
    at: Instant,
    /// Mean power; null where the meter was silent.
    watts: Option<f64>,
}

/// The connector.
pub struct Meter;

impl Source for Meter {
    type Settings = Settings;

    /// The least that tells whether settings and key are right, in words for the user.
    fn check(ctx: Context<'_>, settings: &Settings) -> Result<Text, Failure> {
        ask(ctx, Request::get("/v1/station").query("id", &settings.station))?;
        Ok(Text::new("The station answers.", "La station répond."))
    }

    /// Fetches one span; what is put becomes durable when this succeeds.
    fn pull(ctx: Context<'_>, settings: &Settings, job: &Job) -> Result<Outcome, Failure> {
        let request = Request::get("/v1/readings")
            .query("id", &settings.station)
            .query("from", job.span.start)
            .query("to", job.span.end);
        let readings: Vec<Reading> = ask(ctx, request)?.json().map_err(|failure| failure.by(PARTY))?;
        // A silence is no zero: a point that is not put is a gap that everybody sees.
        let point = |reading: &Reading| Some(Point::measured(reading.at, 1_800_000, reading.watts?));
        ctx.sink().put(Batch::new("power", "W").points(readings.iter().filter_map(point).collect()))?;
        Ok(Outcome::default())
    }
}

/// Sends a request with the key; every answer but 200 becomes a sentence that says who has to do what.
fn ask(ctx: Context<'_>, request: Request) -> Result<Response, Failure> {
    let answer = ctx.http().send(&request.auth("key")).map_err(|error| error.failure(PARTY))?;
    match answer.status {
        200 => Ok(answer),
        401 => Err(Failure::consent(("The key is refused.", "La clé est refusée.")).by(PARTY)),
        404 => Err(Failure::setting("station", ("There is no such station.", "Cette station n’existe pas."))),
        _ => Err(answer.failure(PARTY)),
    }
}

watteau_sdk::export_source!(Meter, manifest = "manifest.toml");
