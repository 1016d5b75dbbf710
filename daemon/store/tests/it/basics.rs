//! One promise a test.

use std::ops::ControlFlow;

use watteau_store::{
    BatchId, Commit, Error, Kind, Outcome, Point, Quality, SeriesAbsences, SeriesId, StateChange, Step,
};

use crate::support::{Fixture, HALF_HOUR, ORIGIN, batch, def, one, point, provenance, put, values};

#[test]
fn a_definition_is_kept_and_its_meaning_fixed() {
    let mut fixture = Fixture::new();
    let id = fixture.store.define(&def("linky.load_curve")).expect("defines");
    assert_eq!(fixture.store.define(&def("linky.load_curve")).expect("again"), id);
    let version = fixture.store.version();
    let mut changed = def("linky.load_curve");
    changed.title.fr = "Courbe de charge".to_owned();
    changed.step = Step::Seconds(900);
    assert_eq!(fixture.store.define(&changed).expect("updates"), id);
    assert!(fixture.store.version() > version);
    fixture.store.define(&def("gas.energy")).expect("defines another");
    put(&fixture.store, id, vec![point(0, 1.0)]);
    fixture.reopen(false);
    let names: Vec<String> =
        fixture.store.series().expect("lists").into_iter().map(|info| info.def.name).collect();
    assert_eq!(names, ["gas.energy", "linky.load_curve"]);
    assert_eq!(fixture.store.find("linky.load_curve").expect("finds").expect("is there").def, changed);
    assert_eq!(fixture.store.find("nobody").expect("finds"), None);
    let mut other = changed.clone();
    other.unit = "kWh".to_owned();
    let refused = fixture.store.define(&other).expect_err("another unit");
    assert_eq!(
        refused.to_string(),
        "series linky.load_curve is defined with the unit \"W\" and cannot become \"kWh\""
    );
    changed.kind = Kind::Energy;
    assert!(matches!(fixture.store.define(&changed), Err(Error::Redefined { what: "kind", .. })));
    // A slip of the pen costs nothing while there is nothing.
    let empty = fixture.store.find("gas.energy").expect("finds").expect("is there");
    let kwh = watteau_store::SeriesDef { unit: "kWh".to_owned(), kind: Kind::Energy, ..empty.def };
    assert_eq!(fixture.store.define(&kwh).expect("holds nothing"), empty.id);
}

#[test]
fn points_are_new_then_unchanged_then_corrected() {
    let mut fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    let first = put(&fixture.store, id, (0..48).map(|i| point(i, 100.0)).collect());
    assert_eq!(first.batches[0].id, Some(BatchId(1)));
    assert_eq!((first.batches[0].series[0].new, first.batches[0].series[0].unchanged), (48, 0));
    let whole_day = Some((ORIGIN, ORIGIN + 48 * HALF_HOUR));
    assert_eq!(first.batches[0].series[0].changed, whole_day);

    let again = put(&fixture.store, id, (0..48).map(|i| point(i, 100.0)).collect());
    assert_eq!((again.version, again.batches[0].id), (first.version, None));
    assert_eq!(again.batches[0].series[0].unchanged, 48);
    assert_eq!(again.batches[0].series[0].changed, None);

    for properly in [false, true] {
        fixture.reopen(properly);
        let id = fixture.store.find("a").expect("finds").expect("is there").id;
        assert_eq!(values(&fixture.store, id), vec![100.0; 48]);
    }
    let corrected = put(&fixture.store, id, vec![point(3, 120.0), point(4, 100.0)]);
    let report = &corrected.batches[0].series[0];
    assert_eq!((report.new, report.unchanged, report.corrected), (0, 1, 1));
    let old = Outcome::Corrected { old: 100.0, old_quality: Quality::Measured };
    assert_eq!(report.outcomes, [(point(3, 0.0).start, old)]);
    for compact in [false, true] {
        if compact {
            assert!(fixture.store.compact().expect("compacts"));
        }
        let revisions = fixture.store.revisions(id, i64::MIN..i64::MAX).expect("reads");
        assert_eq!(revisions.len(), 1);
        assert_eq!((revisions[0].old, revisions[0].replaced_at), (point(3, 100.0), ORIGIN + 7));
        assert_eq!((revisions[0].old_batch, revisions[0].replaced_by), (BatchId(1), BatchId(2)));
        let detail = fixture.store.point(id, point(3, 0.0).start).expect("reads").expect("is there");
        assert_eq!((detail.point.value, detail.batch), (120.0, BatchId(2)));
        let origin = fixture.store.batch(detail.batch).expect("reads").expect("is there");
        assert_eq!((origin.provenance, origin.corrected), (provenance(None), 1));
        assert_eq!(fixture.store.point(id, ORIGIN + 1).expect("reads"), None);
    }
    let newest: Vec<u64> = fixture.store.batches(10).expect("reads").iter().map(|batch| batch.id.0).collect();
    assert_eq!(newest, [2, 1]);
    let stats = fixture.store.stats().expect("counts");
    assert_eq!((stats.points, stats.revisions, stats.batches, stats.series), (48, 1, 2, 1));
    assert!(stats.file_bytes > 0 && stats.bytes_written > 0);
}

#[test]
fn quality_and_duration_are_part_of_a_point() {
    let fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    let point = |duration, quality| Point { start: ORIGIN, duration, value: -0.0, quality };
    put(&fixture.store, id, vec![point(10, Quality::Measured)]);
    for (duration, quality, end) in
        [(10, Quality::Estimated, 10), (5, Quality::Estimated, 5), (20, Quality::Filled, 20)]
    {
        let report = put(&fixture.store, id, vec![point(duration, quality)]);
        assert_eq!(report.batches[0].series[0].corrected, 1);
        let info = fixture.store.find("a").expect("finds").expect("is there");
        assert_eq!(info.last_end, Some(ORIGIN + end), "the latest end follows a shorter interval");
        assert_eq!(info.last, Some(point(duration, quality)));
    }
    let positive = Point { value: 0.0, ..point(20, Quality::Filled) };
    assert_eq!(
        put(&fixture.store, id, vec![positive]).batches[0].series[0].corrected,
        1,
        "0 has other bits than -0"
    );
}

#[test]
fn a_preview_says_what_a_commit_does_and_writes_nothing() {
    let fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    put(&fixture.store, id, vec![point(0, 1.0), point(1, 2.0)]);
    let commit = one(batch(id, vec![point(2, 9.0), point(1, 5.0), point(0, 1.0)], None));
    let version = fixture.store.version();
    let preview = fixture.store.preview(&commit).expect("previews");
    assert_eq!(fixture.store.version(), version);
    assert_eq!(values(&fixture.store, id), [1.0, 2.0]);
    let outcomes: Vec<Outcome> =
        preview.batches[0].series[0].outcomes.iter().map(|(_, outcome)| *outcome).collect();
    let corrected = Outcome::Corrected { old: 2.0, old_quality: Quality::Measured };
    assert_eq!(outcomes, [Outcome::Unchanged, corrected, Outcome::New]);
    let mut done = fixture.store.commit(commit).expect("commits");
    assert_eq!(done.batches[0].series[0].outcomes, [(point(1, 0.0).start, corrected)]);
    done.batches[0].series[0].outcomes.clone_from(&preview.batches[0].series[0].outcomes);
    assert_eq!(done, preview);
}

#[test]
fn of_two_points_with_one_start_the_last_counts() {
    let fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    let report = put(&fixture.store, id, vec![point(1, 1.0), point(0, 7.0), point(1, 2.0)]);
    assert_eq!(report.batches[0].series[0].new, 2);
    assert_eq!(values(&fixture.store, id), [7.0, 2.0]);
}

#[test]
fn batches_of_one_commit_see_each_other() {
    let fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    let batches = vec![
        batch(id, vec![point(0, 1.0), point(5, 1.0)], Some(10)),
        batch(id, vec![point(0, 2.0), point(5, 1.0)], Some(20)),
        batch(id, vec![point(0, 3.0), point(5, 9.0)], Some(15)),
    ];
    let report = fixture.store.commit(Commit { batches, state: Vec::new() }).expect("commits");
    let counts: Vec<_> = report
        .batches
        .iter()
        .map(|batch| &batch.series[0])
        .map(|series| (series.new, series.unchanged, series.corrected, series.older))
        .collect();
    assert_eq!(counts, [(2, 0, 0, 0), (0, 1, 1, 0), (0, 0, 0, 2)]);
    assert_eq!(values(&fixture.store, id), [2.0, 1.0]);
    assert_eq!(fixture.store.revisions(id, i64::MIN..i64::MAX).expect("reads").len(), 3);
}

#[test]
fn what_cannot_be_stored_is_named_and_nothing_is_written() {
    let fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    let version = fixture.store.version();
    let at = |start, duration, value| Point { start, duration, value, quality: Quality::Measured };
    let cases = [
        (at(ORIGIN, 1, f64::NAN), "not a finite number"),
        (at(ORIGIN, 1, f64::INFINITY), "not a finite number"),
        (at(-62_135_596_800_001, 1, 1.0), "outside of the years 1 to 9999"),
        (at(i64::MAX, 0, 1.0), "outside of the years 1 to 9999"),
        (at(ORIGIN, u64::MAX, 1.0), "ends after year 9999"),
    ];
    for (bad, words) in cases {
        let error =
            fixture.store.commit(one(batch(id, vec![point(0, 1.0), bad], None))).expect_err("refused");
        assert!(matches!(error, Error::Invalid(_)) && error.to_string().contains(words), "{error}");
    }
    let unknown = fixture.store.commit(one(batch(SeriesId(99), vec![point(0, 1.0)], None)));
    assert!(matches!(unknown, Err(Error::UnknownSeries(SeriesId(99)))));
    assert!(matches!(fixture.store.points(SeriesId(99), 0..1), Err(Error::UnknownSeries(_))));
    let mut long = def(&"x".repeat(10_000));
    assert!(matches!(fixture.store.define(&long), Err(Error::Invalid(_))));
    long.name.clear();
    assert!(matches!(fixture.store.define(&long), Err(Error::Invalid(_))));
    let mut backwards = batch(id, Vec::new(), None);
    backwards.absences.push(SeriesAbsences { series: id, spans: vec![(5, 5)], reason: String::new() });
    assert!(matches!(fixture.store.commit(one(backwards)), Err(Error::Invalid(_))));
    assert_eq!(fixture.store.version(), version);
    assert!(values(&fixture.store, id).is_empty());

    let edges = vec![at(-62_135_596_800_000, 1, 1.5), at(253_402_300_799_999, 1, f64::MIN_POSITIVE / 4.0)];
    put(&fixture.store, id, edges.clone());
    fixture.store.compact().expect("compacts");
    assert_eq!(fixture.store.points(id, i64::MIN..i64::MAX).expect("reads"), edges);
}

#[test]
fn state_travels_with_points_and_costs_nothing_when_the_same() {
    let mut fixture = Fixture::new();
    let set = |owner: &str, key: &str, value: Option<&[u8]>| StateChange {
        owner: owner.to_owned(),
        key: key.to_owned(),
        value: value.map(<[u8]>::to_vec),
    };
    let commit = |state| Commit { batches: Vec::new(), state };
    let first = vec![
        set("linky", "cursor", Some(b"1")),
        set("linky", "token", Some(b"")),
        set("gas", "x", Some(b"9")),
    ];
    let report = fixture.store.commit(commit(first.clone())).expect("commits");
    assert_eq!(fixture.store.commit(commit(first)).expect("commits").version, report.version);
    assert_eq!(fixture.store.stats().expect("counts").batches, 0);
    fixture.reopen(true);
    fixture
        .store
        .commit(commit(vec![set("linky", "cursor", Some(b"2")), set("linky", "token", None)]))
        .expect("commits");
    for properly in [false, true, false] {
        assert_eq!(fixture.store.state("linky", "cursor").expect("reads").as_deref(), Some(&b"2"[..]));
        assert_eq!(fixture.store.state("linky", "token").expect("reads"), None);
        assert_eq!(fixture.store.states("linky").expect("reads"), [("cursor".to_owned(), b"2".to_vec())]);
        assert_eq!(fixture.store.states("gas").expect("reads").len(), 1);
        fixture.reopen(properly);
    }
}

#[test]
fn an_absence_is_what_no_point_covers() {
    let mut fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    put(&fixture.store, id, vec![point(0, 1.0)]);
    let span = (point(0, 0.0).start, point(4, 0.0).start);
    let mut declares = batch(id, Vec::new(), None);
    declares.absences.push(SeriesAbsences { series: id, spans: vec![span], reason: "no data".to_owned() });
    let report = fixture.store.commit(one(declares.clone())).expect("commits");
    assert!(report.batches[0].id.is_some());
    let again = fixture.store.commit(one(declares)).expect("commits");
    assert_eq!((again.version, again.batches[0].id), (report.version, None));
    assert_eq!(values(&fixture.store, id), [1.0], "an absence erases nothing");
    let spans = |fixture: &Fixture| -> Vec<(i64, i64)> {
        let absences = fixture.store.absences(id, span.0..span.1).expect("reads");
        assert!(absences.iter().all(|absence| absence.reason == "no data"));
        absences.iter().map(|a| ((a.start - ORIGIN) / HALF_HOUR, (a.end - ORIGIN) / HALF_HOUR)).collect()
    };
    assert_eq!(spans(&fixture), [(1, 4)]);
    put(&fixture.store, id, vec![point(2, 5.0)]);
    assert_eq!(spans(&fixture), [(1, 2), (3, 4)]);
    fixture.reopen(true);
    assert_eq!(spans(&fixture), [(1, 2), (3, 4)]);
    put(&fixture.store, id, vec![point(1, 5.0), point(3, 5.0)]);
    assert_eq!(spans(&fixture), []);
}

#[test]
fn a_clock_that_jumps_back_ten_years_changes_nothing_of_the_order() {
    const TEN_YEARS: i64 = 10 * 365 * 86_400_000;
    let mut fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    let state = |value: u8| StateChange { owner: "a".into(), key: "cursor".into(), value: Some(vec![value]) };
    for (turn, clock) in [ORIGIN, ORIGIN - TEN_YEARS, ORIGIN - TEN_YEARS + 1].into_iter().enumerate() {
        let mut batch = batch(id, vec![point(0, turn as f64), point(turn as i64 + 1, 7.0)], None);
        batch.provenance.fetched_at = clock;
        let commit = Commit { batches: vec![batch], state: vec![state(turn as u8)] };
        let version = fixture.store.version();
        assert!(fixture.store.commit(commit).expect("commits").version > version);
        fixture.reopen(turn % 2 == 0);
    }
    // What arrived last holds, whatever the clock said; each value says when it was replaced, by that clock.
    assert_eq!(values(&fixture.store, id), [2.0, 7.0, 7.0, 7.0]);
    let revisions = fixture.store.revisions(id, i64::MIN..i64::MAX).expect("reads");
    let told: Vec<(f64, i64)> = revisions.iter().map(|one| (one.old.value, one.replaced_at)).collect();
    assert_eq!(told, [(0.0, ORIGIN - TEN_YEARS), (1.0, ORIGIN - TEN_YEARS + 1)]);
    assert_eq!(fixture.store.state("a", "cursor").expect("reads"), Some(vec![2]));
}

#[test]
fn a_store_can_be_handed_around() {
    fn check<T: Clone + Send + Sync + 'static>() {}
    check::<watteau_store::Store>();
}

#[test]
fn a_scan_is_cut_short_when_told() {
    let fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    put(&fixture.store, id, (0..20_000).map(|i| point(i, (i * 7919 % 4096) as f64)).collect());
    let mut calls = 0;
    fixture
        .store
        .scan(id, i64::MIN..i64::MAX, &mut |points| {
            calls += 1;
            assert!(!points.is_empty() && points.len() < 8193);
            if calls == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .expect("scans");
    assert_eq!(calls, 2);
    let from = point(9_000, 0.0).start + 1;
    let to = point(9_005, 0.0).start;
    let inside = fixture.store.points(id, from..to).expect("reads");
    assert_eq!(
        inside.iter().map(|p| (p.start - ORIGIN) / HALF_HOUR).collect::<Vec<_>>(),
        [9001, 9002, 9003, 9004]
    );
}

#[test]
fn whoever_follows_the_store_learns_what_came_since() {
    let mut fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    put(&fixture.store, id, (0..100).filter(|i| *i != 50).map(|i| point(i, 100.0)).collect());
    fixture.reopen(true);
    put(&fixture.store, id, vec![point(10, 100.0), point(20, 7.0), point(50, 8.0), point(120, 9.0)]);
    let newest = fixture.store.batches(1).expect("lists")[0].id;
    // The second batch lies in the log, then in blocks.
    for _ in 0..2 {
        let all = |range| {
            let mut all = Vec::new();
            let reading = fixture.store.details(id, range, &mut |detail| all.push(detail)).expect("reads");
            assert!(reading.skipped.is_empty());
            all
        };
        let details = all(i64::MIN..i64::MAX);
        let points: Vec<Point> = details.iter().map(|detail| detail.point).collect();
        assert_eq!(points, fixture.store.points(id, i64::MIN..i64::MAX).expect("reads"));
        let since = details.iter().filter(|detail| detail.batch >= newest).map(|detail| detail.point);
        assert!(since.eq([point(20, 7.0), point(50, 8.0), point(120, 9.0)]), "what was the same is not news");
        let some: Vec<Point> =
            all(point(19, 0.0).start..point(21, 0.0).start).iter().map(|detail| detail.point).collect();
        assert_eq!(some, [point(19, 100.0), point(20, 7.0)]);
        assert!(
            fixture.store.compact().expect("folds")
                || fixture.store.stats().expect("counts").fresh_commits == 0
        );
    }
    assert!(fixture.store.details(SeriesId(99), 0..1, &mut |_| {}).is_err());
}
