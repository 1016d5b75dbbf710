//! The connector of `sdk/examples/javascript`: what it puts, what is refused, how it fails.

use super::{PROJECT, build, load};
use crate::support::{Absence, Memory, OneSecret, SECRET, Server, moved, ok};
use jiff::Timestamp;
use std::{ops::Range, sync::Arc};
use tokio::sync::OnceCell;
use watteau_host::{
    Cause, Clock, Failure, Grant, Job, Outcome, Plugin, Put, Quality, Refusal, RunError, Sink, Text, Why,
};

/// The example as a plugin; none where it cannot be built here.
async fn example() -> Option<&'static Plugin> {
    static EXAMPLE: OnceCell<Option<Plugin>> = OnceCell::const_new();
    let made = EXAMPLE.get_or_init(async || {
        let folder = PROJECT.as_ref()?;
        build(folder, &["run", "build"]);
        Some(load(&folder.join("heat-pump.component.wasm"), &folder.join("manifest.toml")).await)
    });
    made.await.as_ref()
}

struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }
}

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

/// The instant at which these tests take place.
const NOW: &str = "2024-12-01T00:00:00Z";

/// An instance as a user would write it, behind a server of the test's.
fn instance(plugin: &Plugin, pump: &str, hot_water: bool, base_url: &str) -> (Grant, Arc<Memory>) {
    let table = format!("pump = \"{pump}\"\nkey = \"{SECRET}\"\nhot_water = {hot_water}").parse().unwrap();
    let settings = plugin.manifest().validate_settings(&table);
    assert_eq!(settings.problems, []);
    let sink = Arc::new(Memory::default());
    let mut grant = Grant::new(plugin, "pump");
    grant.settings = settings.settings;
    grant.base_url = Some(base_url.parse().unwrap());
    grant.clock = Arc::new(At(NOW.parse().unwrap()));
    grant.secrets = Arc::new(OneSecret);
    grant.sink = sink.clone();
    (grant, sink)
}

/// The night in which the clock goes back: a day of 25 hours.
fn autumn() -> Job {
    Job { feed: "hours".to_owned(), span: at("2024-10-26T22:00:00Z")..at("2024-10-27T23:00:00Z") }
}

/// That day as the cloud tells it: 25 rows of civil time, the second hour twice. The pump was not heard at noon,
/// counted nonsense at 13:00, and one row more cannot be read.
fn autumn_as_told() -> String {
    let clock = (0..=2).chain(2..=23);
    let mut rows: Vec<_> = clock
        .enumerate()
        .map(|(nth, hour)| {
            let electricity = match hour {
                12 => "null".to_owned(),
                13 => "9999".to_owned(),
                _ => format!("{:.2}", 0.5 + nth as f64 / 100.0),
            };
            format!(
                "{{\"hour\":\"2024-10-27T{hour:02}:00\",\"electricity\":{electricity},\"heat\":2.5,\"outdoor\":11.5,\"hot_water\":0.4}}"
            )
        })
        .collect();
    rows.push("{\"hour\":\"yesterday\",\"electricity\":1}".to_owned());
    format!("{{\"zone\":\"Europe/Paris\",\"installed\":\"2023-09-01\",\"hours\":[{}]}}", rows.join(","))
}

fn failure(ended: Result<impl std::fmt::Debug, RunError>) -> Failure {
    match ended {
        Err(RunError::Failure(failure)) => failure,
        other => panic!("expected a failure: {other:?}"),
    }
}

fn status(line: &str, headers: &str, body: &str) -> Option<String> {
    let length = body.len();
    Some(format!("HTTP/1.1 {line}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"))
}

#[tokio::test]
async fn it_checks_with_one_call_and_a_key_it_never_sees() {
    let Some(plugin) = example().await else { return };
    assert_eq!(plugin.manifest().permissions().hosts, ["GET api.heatpump.example/v1/pumps/"]);
    let server = Server::start(|_| ok("{\"name\":\"Cave à l’été\"}")).await;
    let (grant, _) = instance(plugin, "HP-0042", false, &server.url("/"));
    let said = plugin.start(grant).check().await.unwrap();
    let expected = ("The heat pump Cave à l’été answers.", "La pompe à chaleur Cave à l’été répond.");
    assert_eq!(said, Text::new(expected.0, expected.1));
    let asked = server.asked();
    assert_eq!(asked.len(), 1);
    assert!(asked[0].starts_with("GET /v1/pumps/HP-0042 "), "{asked:?}");
    assert!(asked[0].to_lowercase().contains(&format!("x-api-key: {SECRET}")), "{asked:?}");
}

#[tokio::test]
async fn it_puts_each_hour_of_a_long_day_and_refuses_what_is_none() {
    let Some(plugin) = example().await else { return };
    let server = Server::start(|_| ok(&autumn_as_told())).await;
    let (grant, sink) = instance(plugin, "HP-0042", false, &server.url("/"));
    let outcome = plugin.start(grant).pull(autumn()).await.unwrap();
    let installed = at("2023-08-31T22:00:00Z");
    assert_eq!(outcome, Outcome { history_start: Some(installed), remark: None });
    let query = "hours?from=2024-10-27&to=2024-10-27&zone=Europe%2FParis ";
    assert!(server.asked()[0].contains(query), "{:?}", server.asked());

    let puts = sink.puts.lock().unwrap();
    let put: Vec<_> = puts.iter().map(|put| (put.series.as_str(), put.points.len())).collect();
    assert_eq!(put, [("electricity", 23), ("heat", 25), ("outdoor", 25)]);
    for (nth, point) in puts[1].points.iter().enumerate() {
        let start = autumn().span.start + i64::try_from(nth).unwrap() * 3_600_000;
        assert_eq!((point.start, point.duration, point.value), (start, 3_600_000, 2.5), "hour {nth}");
        assert_eq!(point.quality, Quality::Measured);
    }
    // The same civil time, an hour apart.
    let twice: Vec<_> = puts[0].points[2..4].iter().map(|point| (point.start, point.value)).collect();
    assert_eq!(twice, [(at("2024-10-27T00:00:00Z"), 0.52), (at("2024-10-27T01:00:00Z"), 0.53)]);

    let refusals = sink.refusals.lock().unwrap();
    let mut refused: Vec<_> = refusals
        .iter()
        .map(|refusal| (refusal.place.as_str(), refusal.reason.en.as_str(), refusal.reason.fr.as_str()))
        .collect();
    refused.sort_unstable();
    let (too_much, dépasse) = ("the value is above 20 kWh", "la valeur est supérieure à 20 kWh");
    assert_eq!(
        refused,
        [
            ("2024-10-27T12:00:00Z", too_much, dépasse),
            ("hours[25]", "the hour cannot be read", "l’heure est illisible"),
        ]
    );
    let holes = sink.absences.lock().unwrap();
    let noon = at("2024-10-27T11:00:00Z")..at("2024-10-27T12:00:00Z");
    let absence = Absence {
        series: "electricity".to_owned(),
        spans: vec![noon],
        reason: Text::new("The pump was not heard.", "La pompe n’a pas été entendue."),
    };
    assert_eq!(*holes, [absence]);
    assert_eq!(*sink.checkpoints.lock().unwrap(), 1);
}

#[tokio::test]
async fn hours_that_have_no_instant_are_refused_one_by_one() {
    let Some(plugin) = example().await else { return };
    let cases = [
        ("2024-10-27T02:00", "the clock shows this hour twice, and the answer does not"),
        ("2024-03-31T02:00", "the clock skips this hour"),
        ("2024-02-30T02:00", "there is no such date"),
        ("2024-10-27T04:30", "the hour cannot be read"),
        ("2024-10-27T05:00", "`heat` is not a number"),
    ];
    for (hour, reason) in cases {
        let heat = if reason.contains("heat") { "\"a lot\"" } else { "1.5" };
        let told = format!(
            "{{\"zone\":\"Europe/Paris\",\"hours\":[{{\"hour\":\"{hour}\",\"heat\":{heat}}},{{\"hour\":\"2024-10-27T06:00\",\"heat\":2}},null]}}"
        );
        let server = Server::start(move |_| ok(&told)).await;
        let (grant, sink) = instance(plugin, "HP-0042", false, &server.url("/"));
        plugin.start(grant).pull(autumn()).await.unwrap();
        let refusals = sink.refusals.lock().unwrap();
        let refused: Vec<_> =
            refusals.iter().map(|one| (one.place.as_str(), one.reason.en.as_str())).collect();
        assert_eq!(refused, [("hours[0]", reason), ("hours[2]", "the hour cannot be read")], "{hour}");
        let puts = sink.puts.lock().unwrap();
        assert_eq!(puts.iter().map(|put| put.points.len()).collect::<Vec<_>>(), [1], "{hour}");
    }
}

#[tokio::test]
async fn its_series_follow_the_settings() {
    let Some(plugin) = example().await else { return };
    let server = Server::start(|_| ok(&autumn_as_told())).await;
    let of_the_manifest = ["electricity", "heat", "outdoor"];
    for (hot_water, more) in [(false, None), (true, Some("hot_water"))] {
        let (mut grant, sink) = instance(plugin, "HP-0042", hot_water, &server.url("/"));
        let series = plugin.start(grant.clone()).describe().await.unwrap();
        let wanted: Vec<_> = of_the_manifest.into_iter().chain(more).collect();
        assert_eq!(series.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), wanted);
        assert!(series.iter().all(|one| !one.title.fr.is_empty() && one.unit.len() >= 3), "{series:?}");
        grant.series = series;
        plugin.start(grant).pull(autumn()).await.unwrap();
        let puts = sink.puts.lock().unwrap();
        assert_eq!(puts.iter().map(|put| put.series.as_str()).collect::<Vec<_>>(), wanted);
    }
}

#[tokio::test]
async fn what_goes_wrong_has_a_cause_a_party_and_two_languages() {
    let Some(plugin) = example().await else { return };
    let server = Server::start(|line| match line.split([' ', '/']).find(|part| part.starts_with("HP-"))? {
        "HP-401" => status("401 Unauthorized", "", "{}"),
        "HP-404" => status("404 Not Found", "", "{}"),
        "HP-429" => status("429 Too Many Requests", "Retry-After: 90\r\n", ""),
        "HP-503" => status("503 Service Unavailable", "", "<html>"),
        "HP-418" => status("418 I'm a teapot", "", "short and stout"),
        "HP-LOGIN" => ok(&format!("<html>Sign in, {SECRET}")),
        _ => ok("{\"zone\":\"Asia/Tokyo\",\"hours\":[]}"),
    })
    .await;
    let in_90_s = at(NOW) + 90_000;
    let no_such = "does not know this pump";
    let cases = [
        ("HP-401", Cause::Consent, "refuses the API key", "refuse la clé", None),
        ("HP-404", Cause::Settings(Vec::new()), no_such, "ne connaît pas cette pompe", None),
        ("HP-429", Cause::Quota(Some(in_90_s)), "takes no more calls", "n’accepte plus d’appels", None),
        ("HP-503", Cause::Unavailable(None), "(HTTP 503)", "ne fonctionne pas (HTTP 503)", None),
        ("HP-418", Cause::Unreadable, "cannot be read", "est illisible", Some("HTTP 418: short and stout")),
        ("HP-LOGIN", Cause::Unreadable, "cannot be read", "est illisible", Some("<html>Sign in, [secret]")),
        ("HP-0042", Cause::Unreadable, "cannot be read", "est illisible", Some("Asia/Tokyo")),
    ];
    for (pump, cause, en, fr, evidence) in cases {
        let (grant, sink) = instance(plugin, pump, false, &server.url("/"));
        let failure = failure(plugin.start(grant).pull(autumn()).await);
        assert_eq!(failure.party.as_deref(), Some("Heat Pump Cloud"), "{pump}");
        assert!(failure.message.en.contains(en), "{pump}: {}", failure.message.en);
        assert!(failure.message.fr.contains(fr), "{pump}: {}", failure.message.fr);
        match (failure.cause, cause) {
            (Cause::Settings(problems), Cause::Settings(_)) => {
                assert_eq!(problems.iter().map(|one| one.option.as_str()).collect::<Vec<_>>(), ["pump"]);
            }
            (told, cause) => assert_eq!(told, cause, "{pump}"),
        }
        match evidence {
            Some(part) => assert!(failure.evidence.unwrap().contains(part), "{pump}"),
            None => assert_eq!(failure.evidence, None, "{pump}"),
        }
        assert_eq!(*sink.checkpoints.lock().unwrap(), 0, "{pump}: a failure keeps nothing");
    }
    let (grant, _) = instance(plugin, "HP-0042", false, "http://127.0.0.1:9/");
    let failure = failure(plugin.start(grant).check().await);
    assert_eq!(failure.cause, Cause::Unavailable(None), "{failure:?}");
}

struct FullDisk;

impl Sink for FullDisk {
    fn put(&self, _: Put) -> Result<u32, String> {
        Err("no space left".to_owned())
    }

    fn absent(&self, _: &str, _: &[Range<i64>], _: Text) -> Result<(), String> {
        Ok(())
    }

    fn refuse(&self, _: Refusal) {}

    fn checkpoint(&self, _: Option<Vec<u8>>) -> Result<(), String> {
        Ok(())
    }
}

#[tokio::test]
async fn a_store_that_cannot_write_is_nobodys_fault_but_is_told() {
    let Some(plugin) = example().await else { return };
    let server = Server::start(|_| ok(&autumn_as_told())).await;
    let (mut grant, _) = instance(plugin, "HP-0042", false, &server.url("/"));
    grant.sink = Arc::new(FullDisk);
    let failure = failure(plugin.start(grant).pull(autumn()).await);
    assert_eq!((failure.cause, failure.party), (Cause::Unavailable(None), None));
    let (en, fr) =
        ("watteau cannot keep the hours: no space left", "watteau ne peut pas conserver les heures");
    assert_eq!(failure.message.en, en);
    assert!(failure.message.fr.starts_with(fr), "{}", failure.message.fr);
}

#[tokio::test]
async fn it_is_led_nowhere_else() {
    let Some(plugin) = example().await else { return };
    let elsewhere = Server::start(|_| ok("{}")).await;
    let there = elsewhere.url("/v1/pumps/HP-0042");
    let server = Server::start(move |_| moved(&there)).await;
    let (grant, _) = instance(plugin, "HP-0042", false, &server.url("/"));
    let failure = failure(plugin.start(grant).check().await);
    assert!(failure.message.en.contains("is not among the hosts"), "{}", failure.message.en);
    assert!(failure.message.fr.starts_with("La requête n’est pas partie"), "{}", failure.message.fr);
    assert_eq!(failure.party, None, "it is not the cloud's fault: {failure:?}");
    assert_eq!((server.asked().len(), elsewhere.asked().len()), (1, 0));
}

/// July, each hour with all its fields.
fn month_as_told() -> String {
    let hours = (1..=31).flat_map(|day| (0..24).map(move |hour| (day, hour)));
    let rows: Vec<_> = hours
        .map(|(day, hour)| {
            format!(
                "{{\"hour\":\"2024-07-{day:02}T{hour:02}:00\",\"electricity\":0.5,\"heat\":2.5,\"outdoor\":21.5,\"hot_water\":0.25}}"
            )
        })
        .collect();
    format!("{{\"zone\":\"Europe/Paris\",\"hours\":[{}]}}", rows.join(","))
}

#[tokio::test]
async fn the_longest_span_takes_less_than_half_of_the_memory_it_asks_for() {
    let Some(plugin) = example().await else { return };
    let server = Server::start(|_| ok(&month_as_told())).await;
    let month =
        Job { feed: "hours".to_owned(), span: at("2024-06-30T22:00:00Z")..at("2024-07-31T22:00:00Z") };
    for (part, fits) in [(2, true), (6, false)] {
        let (mut grant, sink) = instance(plugin, "HP-0042", true, &server.url("/"));
        grant.series = plugin.start(grant.clone()).describe().await.unwrap();
        grant.limits.memory_bytes /= part;
        let ended = plugin.start(grant).pull(month.clone()).await;
        let points: usize = sink.puts.lock().unwrap().iter().map(|put| put.points.len()).sum();
        match ended {
            Ok(_) => assert_eq!((fits, points), (true, 4 * 31 * 24)),
            Err(RunError::Stopped(stop)) => {
                assert_eq!((fits, points, stop.why), (false, 0, Why::Memory), "{stop}");
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}
