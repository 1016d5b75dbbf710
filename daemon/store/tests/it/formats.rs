//! A file of every format that was ever written still opens, with all that was put into it.
//!
//! The files are in `tests/formats`, one a format, made by this very test when `WATTEAU_KEEP_FORMAT` is set and the
//! file is not there; once a format is released its file is never made anew.

use std::path::PathBuf;

use watteau_store::{Commit, Options, Quality, SeriesAbsences, StateChange, Step, Store};

use crate::support::{Fixture, HALF_HOUR, ORIGIN, batch, def, point, put, values};

/// A regular series with a correction, an irregular one with odd values, an absence, a state.
fn fill(store: &Store) {
    let regular = store.define(&def("kept.regular")).expect("defines");
    let mut odd = def("kept.odd");
    odd.step = Step::Irregular;
    let odd = store.define(&odd).expect("defines");
    put(store, regular, (0..6000).map(|i| point(i, (i * i % 4001) as f64)).collect());
    put(store, regular, vec![point(17, -3.5)]);
    let mut points: Vec<_> = ODD.iter().zip([0, 1, 5, 6, 100]).map(|(value, at)| point(at, *value)).collect();
    points[2].quality = Quality::Estimated;
    points[3].duration = 0;
    let mut declared = batch(odd, points, Some(ORIGIN));
    let spans = vec![(ORIGIN + 200 * HALF_HOUR, ORIGIN + 248 * HALF_HOUR)];
    declared.absences = vec![SeriesAbsences { series: odd, spans, reason: "no reading".to_owned() }];
    let cursor = StateChange { owner: "kept".into(), key: "cursor".into(), value: Some(vec![1, 2, 3]) };
    store.commit(Commit { batches: vec![declared], state: vec![cursor] }).expect("commits");
}

const ODD: [f64; 5] = [-0.0, 0.1 + 0.2, 1e300, 5e-324, 11.244];

fn check(store: &Store, format: u64) {
    let id = |name: &str| store.find(name).expect("finds").expect("is there").id;
    let (regular, odd) = (id("kept.regular"), id("kept.odd"));
    let found = values(store, regular);
    let expected = (0..6000u32).map(|i| if i == 17 { -3.5 } else { f64::from(i * i % 4001) });
    assert!(found.iter().copied().eq(expected), "format {format}");
    let revisions = store.revisions(regular, i64::MIN..i64::MAX).expect("reads");
    assert_eq!(revisions.iter().map(|revision| revision.old).collect::<Vec<_>>(), [point(17, 289.0)]);
    let points = store.points(odd, i64::MIN..i64::MAX).expect("reads");
    assert!(points.iter().map(|p| p.value.to_bits()).eq(ODD.map(f64::to_bits)), "format {format}");
    assert_eq!((points[2].quality, points[3].duration), (Quality::Estimated, 0));
    let absences = store.absences(odd, i64::MIN..i64::MAX).expect("reads");
    assert_eq!((absences.len(), absences[0].reason.as_str()), (1, "no reading"));
    assert_eq!(store.state("kept", "cursor").expect("reads"), Some(vec![1, 2, 3]));
    let origin = store.point(odd, ORIGIN).expect("reads").expect("is there").batch;
    assert_eq!(store.batch(origin).expect("reads").expect("is there").provenance.as_of, Some(ORIGIN));
    assert!(store.verify().expect("walks").is_sound(), "format {format}");
}

#[test]
fn every_format_still_opens() {
    let fixture = Fixture::new();
    fill(&fixture.store);
    check(&fixture.store, 0);
    let current = fixture.store.stats().expect("counts").format;
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/formats");
    for format in 1..=current {
        let kept = folder.join(format!("{format}.redb"));
        if format == current && !kept.exists() && std::env::var_os("WATTEAU_KEEP_FORMAT").is_some() {
            std::fs::create_dir_all(&folder).expect("makes the folder");
            fixture.store.backup(&kept).expect("keeps");
        }
        // Opening may write; what is kept stays as it is.
        let copy = fixture.path.with_extension(format!("{format}"));
        std::fs::copy(&kept, &copy)
            .unwrap_or_else(|_| panic!("set WATTEAU_KEEP_FORMAT to make {}", kept.display()));
        check(&Store::open(&copy, Options::default()).expect("opens"), format);
    }
}
