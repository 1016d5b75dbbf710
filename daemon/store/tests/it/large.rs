//! Many points: long histories, filled forwards, backwards and at random, many writers at once.

use std::sync::Barrier;

use watteau_store::{Commit, StateChange};

use crate::support::{Fixture, HALF_HOUR, ORIGIN, batch, def, one, point, put, values};

/// A value that does not compress to nothing.
fn noise(i: i64) -> f64 {
    (i.wrapping_mul(2_654_435_761) >> 7 & 0xfff) as f64
}

#[test]
fn a_history_can_be_filled_in_any_direction() {
    let forwards: Vec<i64> = (0..60).collect();
    let backwards: Vec<i64> = (0..60).rev().collect();
    let mixed: Vec<i64> = (0..60).map(|i| i * 37 % 60).collect();
    for (name, order) in [("forwards", forwards), ("backwards", backwards), ("mixed", mixed)] {
        let mut fixture = Fixture::new();
        let id = fixture.store.define(&def("a")).expect("defines");
        for week in order {
            put(&fixture.store, id, (week * 336..(week + 1) * 336).map(|i| point(i, noise(i))).collect());
        }
        let expected: Vec<f64> = (0..60 * 336).map(noise).collect();
        assert!(values(&fixture.store, id) == expected, "{name}");
        fixture.store.compact().expect("compacts");
        assert!(values(&fixture.store, id) == expected, "{name}, compacted");
        fixture.reopen(true);
        assert!(values(&fixture.store, id) == expected, "{name}, opened again");
        let info = fixture.store.find("a").expect("finds").expect("is there");
        assert_eq!((info.points, info.first), (60 * 336, Some(ORIGIN)));
        assert_eq!(info.last_end, Some(ORIGIN + 60 * 336 * HALF_HOUR));
        let bytes = fixture.store.stats().expect("counts").file_bytes;
        assert!(bytes < 160_000, "{name}: {bytes} bytes, some 90 kB of them fixed costs");
    }
}

#[test]
fn corrections_spread_over_years_are_kept() {
    let mut fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    put(&fixture.store, id, (0..30_000).map(|i| point(i, noise(i))).collect());
    let report = put(&fixture.store, id, (0..30_000).step_by(7).map(|i| point(i, noise(i) + 0.5)).collect());
    assert_eq!(report.batches[0].series[0].corrected, 4286);
    fixture.reopen(false);
    let expected: Vec<f64> =
        (0..30_000).map(|i| if i % 7 == 0 { noise(i) + 0.5 } else { noise(i) }).collect();
    assert!(values(&fixture.store, id) == expected);
    assert_eq!(fixture.store.revisions(id, i64::MIN..i64::MAX).expect("reads").len(), 4286);
}

#[test]
fn a_million_points_in_one_batch() {
    let fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    let report = put(&fixture.store, id, (0..1_000_000).map(|i| point(i, noise(i))).collect());
    assert_eq!(report.batches[0].series[0].new, 1_000_000);
    let mut count = 0i64;
    fixture
        .store
        .scan(id, i64::MIN..i64::MAX, &mut |points| {
            for point in points {
                assert!(point.value.to_bits() == noise(count).to_bits());
                count += 1;
            }
            std::ops::ControlFlow::Continue(())
        })
        .expect("scans");
    assert_eq!(count, 1_000_000);
}

#[test]
fn many_threads_commit_and_read_at_once() {
    let mut fixture = Fixture::new();
    let ids: Vec<_> =
        (0..8).map(|i| fixture.store.define(&def(&format!("s{i}"))).expect("defines")).collect();
    let barrier = Barrier::new(ids.len());
    std::thread::scope(|scope| {
        for &id in &ids {
            let (store, barrier) = (fixture.store.clone(), &barrier);
            scope.spawn(move || {
                barrier.wait();
                for round in 0..60 {
                    let points = (round * 40..round * 40 + 40).map(|i| point(i, noise(i))).collect();
                    let state = vec![StateChange {
                        owner: format!("{}", id.0),
                        key: "cursor".to_owned(),
                        value: Some(round.to_le_bytes().to_vec()),
                    }];
                    let commit = Commit { batches: vec![batch(id, points, None)], state };
                    let report = store.commit(commit).expect("commits");
                    assert_eq!(report.batches[0].series[0].new, 40);
                    // What was acknowledged is there, folds by others or not.
                    assert_eq!(values(&store, id).len() as i64, (round + 1) * 40);
                }
            });
        }
    });
    assert_eq!(fixture.store.stats().expect("counts").batches, 8 * 60);
    fixture.reopen(false);
    for id in ids {
        let expected: Vec<f64> = (0..2400).map(noise).collect();
        assert!(values(&fixture.store, id) == expected);
        let cursor = fixture.store.state(&id.0.to_string(), "cursor").expect("reads");
        assert_eq!(cursor, Some(59i64.to_le_bytes().to_vec()));
    }
}

#[test]
fn polls_cost_a_page_or_two() {
    let fixture = Fixture::new();
    let ids: Vec<_> =
        (0..30).map(|i| fixture.store.define(&def(&format!("s{i}"))).expect("defines")).collect();
    let before = fixture.store.stats().expect("counts").bytes_written;
    for poll in 0..400 {
        let mut batch = batch(ids[0], vec![point(poll, noise(poll))], None);
        for &id in &ids[1..] {
            batch
                .series
                .push(watteau_store::SeriesPoints { series: id, points: vec![point(poll, noise(poll))] });
        }
        fixture.store.commit(one(batch)).expect("commits");
    }
    let each = (fixture.store.stats().expect("counts").bytes_written - before) / 400;
    assert!(each < 40_000, "{each} bytes a poll of 30 series");
    eprintln!("{each} bytes a poll of 30 series");
}
