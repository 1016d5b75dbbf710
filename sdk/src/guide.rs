//! A guide: from an empty folder to a connector that others install.
//!
//! # Begin
//!
//! `watteau connector new my-meter` writes a small connector that builds and passes its tests; `cargo test` runs them,
//! `cargo build --profile connector --target wasm32-wasip2` makes the component. Change it until it is yours: the
//! manifest first, then the two functions of [`Source`](crate::source::Source), or of [`Files`](crate::files::Files) for
//! files that people drop into a folder.
//!
//! # The manifest is a promise
//!
//! It travels inside the component, and `watteau connector inspect FILE.wasm` prints what it asks for before any of its
//! code runs: hosts, paths and methods, secrets by name, a quota, memory. Nothing else can be reached. The host never
//! shows a secret to the connector: a request [names](crate::http::Request::auth) a credential, and the host adds it.
//! Series are promised too: a batch in another unit is a lie and stops the connector, a value outside `minimum` and
//! `maximum` is refused, with its reason, and the good ones go on.
//!
//! # You decide nothing about time
//!
//! A feed says how far back its source goes, how many days one call may ask for, and when a day is usually there. From
//! that, from what the store has and from the schedule, the host decides each [`Job`](crate::source::Job), newest days
//! first: it fills the history, asks again for days that are late, and stops at the quota. What you put is an upsert, so
//! an answer that is longer than the span costs nothing. Put what you have and say when it is durable:
//!
//! ```
//! use watteau_sdk::prelude::*;
//!
//! fn page(ctx: Context<'_>, values: &[(Instant, f64)], next: &str) -> Result<(), Failure> {
//!     let points = values.iter().map(|(start, kwh)| Point::measured(*start, 3_600_000, *kwh)).collect();
//!     ctx.sink().put(Batch::new("energy", "kWh").points(points))?;
//!     // Points and cursor become durable together: after a power cut the next call goes on from here.
//!     ctx.sink().checkpoint(Some(next.as_bytes()))?;
//!     Ok(())
//! }
//! ```
//!
//! # Instants, days and the two odd nights
//!
//! A point is a START in UTC milliseconds and a length. Sources that write wall clock times need the zone, which the host
//! has: a time that the clock shows twice, or never, is told apart, and a day is 23 to 25 hours long.
//!
//! ```
//! use watteau_sdk::prelude::*;
//!
//! /// A stamp that names the END of a half-hour in Paris; of the two half past twos in autumn the first comes first.
//! fn start(ctx: Context<'_>, end: Civil, again: bool) -> Result<Instant, Failure> {
//!     let moment = ctx.clock().resolve("Europe/Paris", end).map_err(|error| Failure::unreadable(
//!         ("A time cannot be read.", "Une heure est illisible."), error))?;
//!     let end = if again { moment.later() } else { moment.earlier() };
//!     Ok(end - 1_800_000)
//! }
//!
//! /// A day's energy is as long as the day.
//! fn day(ctx: Context<'_>, date: Date, kwh: f64) -> Result<Point, String> {
//!     let span = ctx.clock().day("Europe/Paris", date)?;
//!     Ok(Point::measured(span.start, span.end.abs_diff(span.start), kwh))
//! }
//! ```
//!
//! # Nothing is zero
//!
//! Where the source has no value, put no point: a gap is shown as a gap, and asked for again. Where it says that it has
//! none and will have none, say so with [`absent`](crate::context::Sink::absent), and it is not asked again. A row that
//! cannot be used is [refused](crate::context::Sink::refuse) with its place and reason; the others are kept.
//!
//! # Say who has to do what
//!
//! A failure is a sentence in English and in French, a party at fault, and what has to happen before it is worth trying
//! again: that is how the host knows to wait, to back off, or to ask the person.
//!
//! ```
//! use watteau_sdk::prelude::*;
//!
//! fn refused(answer: &Response) -> Failure {
//!     match answer.status {
//!         401 => Failure::consent(("The key is refused.", "La clé est refusée.")).by("Example"),
//!         404 => Failure::setting("station", ("There is no such station.", "Cette station n’existe pas.")),
//!         429 => Failure::unavailable(("Too many calls.", "Trop d’appels."), answer.retry_after()).by("Example"),
//!         _ => answer.failure("Example"),
//!     }
//! }
//! ```
//!
//! # Series that come from settings
//!
//! With `dynamic = true` in the manifest, `describe` answers the series that these settings give; the host checks them
//! as it checks the manifest's. It must be quick and has no network.
//!
//! ```
//! use watteau_sdk::prelude::*;
//!
//! fn of_a_place(place: &str) -> Series {
//!     Series {
//!         name: format!("{place}.temperature"),
//!         unit: "degC".to_owned(),
//!         kind: Kind::Level,
//!         step: Step::Seconds(3600),
//!         day_start: 0,
//!         title: Text::new(format!("Temperature, {place}"), format!("Température, {place}")),
//!         minimum: Some(-60.0),
//!         maximum: Some(60.0),
//!         ahead: 0,
//!         optional: false,
//!         role: None,
//!         feed: Some("temperature".to_owned()),
//!         labels: vec![("place".to_owned(), place.to_owned())],
//!     }
//! }
//! # assert_eq!(of_a_place("lyon").name, "lyon.temperature");
//! ```
//!
//! # Test what you ship
//!
//! `watteau-testing` runs the same scenario twice, in the process of the test and as the component in the real host, on
//! recorded answers; one `assert_eq!` says that both put the same. Test a day of 23 and one of 25 hours, a null, each
//! refusal of the source. Then, against the real source: `watteau connector run NAME --dry-run` fetches, checks and writes
//! nothing.
//!
//! A component that changes is loaded again while watteau runs; one that cannot be loaded leaves the old at work, and the
//! Connectors page says why.
//!
//! # Another language
//!
//! The contract is the WIT in `wit/since-v1`, which never changes: any toolchain that makes components can keep it. The
//! folder `examples` beside this crate has one that is no Rust.
