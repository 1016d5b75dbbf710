//! A connector that does, on demand, everything a connector must not.

use watteau_sdk::prelude::*;

#[derive(serde::Deserialize)]
struct Settings {
    deed: String,
    url: String,
    /// Names of further series, with their unit.
    #[serde(default)]
    more: serde_json::Map<String, serde_json::Value>,
}

struct Misbehave;

const HALF_HOUR: u64 = 1_800_000;

impl Source for Misbehave {
    type Settings = Settings;

    fn describe(_: Context<'_>, settings: &Settings) -> Result<Vec<Series>, Failure> {
        let series = |(name, unit): (&String, &serde_json::Value)| {
            let problem = ("it must be a unit", "il faut une unité");
            let unit = unit.as_str().ok_or_else(|| Failure::setting(format!("more.{name}"), problem))?;
            Ok(Series {
                name: name.clone(),
                unit: unit.to_owned(),
                kind: Kind::Power,
                step: Step::Seconds(1800),
                day_start: 0,
                title: Text::new("More", "Encore"),
                minimum: None,
                maximum: None,
                ahead: 0,
                optional: false,
                role: None,
                feed: Some("power".to_owned()),
                labels: vec![("place".to_owned(), name.clone())],
            })
        };
        settings.more.iter().map(series).collect()
    }

    fn check(_: Context<'_>, settings: &Settings) -> Result<Text, Failure> {
        Ok(Text::new(format!("Would {}.", settings.deed), format!("Ferait {}.", settings.deed)))
    }

    fn pull(ctx: Context<'_>, settings: &Settings, job: &Job) -> Result<Outcome, Failure> {
        let at = job.span.start;
        let power = |points| Batch::new("power", "W").points(points);
        match settings.deed.as_str() {
            "noop" => {}
            "put" => {
                ctx.sink().put(power(vec![Point::measured(at, HALF_HOUR, 100.0)]))?;
            }
            "put-more" => {
                for (name, unit) in &settings.more {
                    let points = vec![Point::measured(at, HALF_HOUR, 100.0)];
                    ctx.sink().put(Batch::new(name, unit.as_str().unwrap_or_default()).points(points))?;
                }
            }
            "count" => {
                let before = ctx.cursor().unwrap_or_default().len();
                ctx.sink().checkpoint(Some(&vec![1; before + 1]))?;
                ctx.sink().checkpoint(None)?;
                return Ok(Outcome::default().remark((before.to_string(), String::new())));
            }
            "spin" => spin(),
            "alloc" => alloc(),
            "panic" => panic!("on purpose"),
            "recurse" => {
                recurse(&mut [1; 64]);
            }
            "flood-points" => loop {
                ctx.sink().put(power(vec![Point::measured(at, HALF_HOUR, 100.0); 1000]))?;
            },
            "flood-log" => {
                for line in 0..1000 {
                    ctx.log().info(format!("line {line}"));
                }
            }
            "park" => {
                let _ = ctx.http().send(&Request::get(&settings.url));
            }
            "fetch" => {
                let request = Request::get(&settings.url).auth("key");
                let answer = ctx.http().send(&request).map_err(|error| error.failure("Upstream"))?;
                return Ok(Outcome::default().remark((answer.text(), String::new())));
            }
            "lie-unit" => {
                ctx.sink()
                    .put(Batch::new("power", "kW").points(vec![Point::measured(at, HALF_HOUR, 1.0)]))?;
            }
            "undeclared" => {
                ctx.sink().put(Batch::new("other", "W"))?;
            }
            "bad-points" => {
                let refused = ctx.sink().put(power(vec![
                    Point::measured(at, HALF_HOUR, f64::NAN),
                    Point::measured(at, HALF_HOUR, -1.0),
                    Point::measured(at, HALF_HOUR, 50_001.0),
                    Point::measured(at + 1, HALF_HOUR, 1.0),
                    Point::measured(at, 1000, 1.0),
                    Point::measured(ctx.clock().now() / 1_800_000 * 1_800_000 + 3_600_000, HALF_HOUR, 1.0),
                    Point::measured(at, HALF_HOUR, 230.0),
                ]))?;
                return Ok(Outcome::default().remark((refused.to_string(), refused.to_string())));
            }
            "fail" => return Err(Failure::consent(("No consent.", "Pas d'accord.")).by("Enedis")),
            "environment" => {
                let seen = std::env::vars().count() + std::env::args().count();
                let files = std::fs::read_dir("/").is_ok();
                return Ok(Outcome::default().remark((format!("{seen} {files}"), String::new())));
            }
            other => return Err(Failure::setting("deed", (format!("unknown deed {other}"), "inconnu"))),
        }
        Ok(Outcome::default())
    }
}

#[inline(never)]
fn spin() {
    let mut count = 0_u64;
    loop {
        count = std::hint::black_box(count.wrapping_add(1));
    }
}

fn alloc() {
    let mut kept: Vec<Vec<u8>> = Vec::new();
    loop {
        kept.push(std::hint::black_box(vec![1; 1 << 20]));
    }
}

#[inline(never)]
#[allow(unconditional_recursion)] // that is the deed
fn recurse(bytes: &mut [u8; 64]) -> u8 {
    let mut deeper = std::hint::black_box(*bytes);
    deeper[0] = deeper[0].wrapping_add(recurse(&mut deeper));
    bytes[1] = deeper[0];
    deeper[0]
}

watteau_sdk::export_source!(Misbehave, manifest = "manifest.toml");
