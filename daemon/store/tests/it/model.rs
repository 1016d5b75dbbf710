//! Random operations against the simplest store there is: maps in memory with the rules written out once more.

use std::collections::BTreeMap;

use std::ops::ControlFlow;

use proptest::prelude::*;
use watteau_store::{Commit, Outcome, Point, Quality, SeriesId, SeriesPoints, StateChange};

use crate::support::{Fixture, HALF_HOUR, ORIGIN, def, provenance};

/// A batch: its date, and its points by series.
type Statement = (Option<i64>, Vec<(usize, Vec<Point>)>);

#[derive(Debug, Clone)]
enum Op {
    Commit { batches: Vec<Statement>, cursor: Option<u8> },
    Bulk { series: usize, from: i64, count: i64, step: i64, as_of: Option<i64> },
    Reopen { properly: bool },
    Compact,
    Read { series: usize, from: i64, length: i64 },
}

fn any_point() -> impl Strategy<Value = Point> {
    let value = prop_oneof![8 => (0i64..4).prop_map(|v| v as f64), 1 => Just(0.1), 1 => Just(-0.0)];
    let duration = prop_oneof![6 => Just(HALF_HOUR as u64), 1 => Just(7 * HALF_HOUR as u64), 1 => Just(0u64)];
    (0i64..60, duration, value, 0usize..2).prop_map(|(index, duration, value, quality)| Point {
        start: ORIGIN + index * HALF_HOUR,
        duration,
        value,
        quality: Quality::ALL[quality],
    })
}

fn op() -> impl Strategy<Value = Op> {
    let as_of = || prop_oneof![1 => Just(None), 2 => (0i64..5).prop_map(Some)];
    let points = prop::collection::vec(any_point(), 0..20);
    let batch = (as_of(), prop::collection::vec((0usize..3, points), 1..3));
    prop_oneof![
        8 => (prop::collection::vec(batch, 1..4), prop::option::of(any::<u8>()))
            .prop_map(|(batches, cursor)| Op::Commit { batches, cursor }),
        1 => (0usize..3, -5000i64..5000, 900i64..3000, 1i64..4, as_of())
            .prop_map(|(series, from, count, step, as_of)| Op::Bulk { series, from, count, step, as_of }),
        1 => any::<bool>().prop_map(|properly| Op::Reopen { properly }),
        1 => Just(Op::Compact),
        2 => (0usize..3, -100i64..160, 0i64..100).prop_map(|(series, from, length)| Op::Read { series, from, length }),
    ]
}

/// A point, and the date of the statement that it rests on.
type Kept = (Point, Option<i64>);

#[derive(Default)]
struct Model {
    points: [BTreeMap<i64, Kept>; 3],
    revisions: [Vec<Point>; 3],
    cursor: Option<u8>,
}

impl Model {
    fn put(&mut self, series: usize, point: Point, as_of: Option<i64>) -> Outcome {
        let same = |a: &Point, b: &Point| a.value.to_bits() == b.value.to_bits() && a.quality == b.quality;
        let Some(kept) = self.points[series].get_mut(&point.start) else {
            self.points[series].insert(point.start, (point, as_of));
            return Outcome::New;
        };
        if same(&kept.0, &point) && kept.0.duration == point.duration {
            kept.1 = kept.1.max(as_of);
            return Outcome::Unchanged;
        }
        if as_of.is_some() && kept.1.is_some() && as_of < kept.1 {
            if !self.revisions[series].iter().any(|old| old.start == point.start && same(old, &point)) {
                self.revisions[series].push(point);
            }
            return Outcome::Older;
        }
        let old = std::mem::replace(kept, (point, as_of)).0;
        self.revisions[series].push(old);
        Outcome::Corrected { old: old.value, old_quality: old.quality }
    }

    /// The points of a batch in the order in which the store reports them; `later` parts of it have the last word.
    fn put_all(
        &mut self,
        series: usize,
        points: &[Point],
        later: &[SeriesPoints],
        as_of: Option<i64>,
    ) -> Vec<(i64, Outcome)> {
        let mut last_wins: BTreeMap<i64, Point> = points.iter().map(|point| (point.start, *point)).collect();
        last_wins.retain(|start, _| !later.iter().any(|part| part.points.iter().any(|p| p.start == *start)));
        last_wins.into_values().map(|point| (point.start, self.put(series, point, as_of))).collect()
    }
}

fn commit_of(ids: &[SeriesId], batches: &[Statement], cursor: Option<u8>) -> Commit {
    let batches = batches
        .iter()
        .map(|(as_of, series)| watteau_store::Batch {
            provenance: provenance(*as_of),
            series: series
                .iter()
                .map(|(series, points)| SeriesPoints { series: ids[*series], points: points.clone() })
                .collect(),
            absences: Vec::new(),
        })
        .collect();
    let state = cursor.map(|cursor| StateChange {
        owner: "m".to_owned(),
        key: "cursor".to_owned(),
        value: Some(vec![cursor]),
    });
    Commit { batches, state: state.into_iter().collect() }
}

/// Commits to both and compares the reports, after asking for a preview.
fn commit(fixture: &Fixture, ids: &[SeriesId], model: &mut Model, commit: Commit) {
    let preview = fixture.store.preview(&commit).expect("previews");
    let mut changed = false;
    for (batch, report) in commit.batches.iter().zip(&preview.batches) {
        for (part, (points, report)) in batch.series.iter().zip(&report.series).enumerate() {
            let series = ids.iter().position(|id| *id == points.series).expect("known");
            let later: Vec<SeriesPoints> = batch.series[part + 1..]
                .iter()
                .filter(|later| later.series == points.series)
                .cloned()
                .collect();
            let outcomes = model.put_all(series, &points.points, &later, batch.provenance.as_of);
            assert_eq!(report.outcomes, outcomes);
            let count =
                |wanted: fn(&Outcome) -> bool| outcomes.iter().filter(|(_, o)| wanted(o)).count() as u64;
            assert_eq!(report.new, count(|o| matches!(o, Outcome::New)));
            assert_eq!(report.unchanged, count(|o| matches!(o, Outcome::Unchanged)));
            assert_eq!(report.corrected, count(|o| matches!(o, Outcome::Corrected { .. })));
            assert_eq!(report.older, count(|o| matches!(o, Outcome::Older)));
            changed |= report.new + report.corrected > 0;
        }
    }
    let before = fixture.store.version();
    let mut done = fixture.store.commit(commit).expect("commits");
    if changed {
        assert_eq!(done.version, before + 1);
    }
    for (done, preview) in done.batches.iter_mut().zip(&preview.batches) {
        for (done, preview) in done.series.iter_mut().zip(&preview.series) {
            let corrected: Vec<_> = preview
                .outcomes
                .iter()
                .filter(|(_, o)| matches!(o, Outcome::Corrected { .. }))
                .copied()
                .collect();
            assert_eq!(done.outcomes, corrected);
            done.outcomes.clone_from(&preview.outcomes);
        }
    }
    assert_eq!(done, preview);
}

fn check(fixture: &Fixture, ids: &[SeriesId], model: &Model) {
    let bits = |p: &Point| (p.start, p.duration, p.value.to_bits(), p.quality);
    for (series, id) in ids.iter().enumerate() {
        let expected: Vec<_> = model.points[series].values().map(|(point, _)| bits(point)).collect();
        let found = fixture.store.points(*id, i64::MIN..i64::MAX).expect("reads");
        assert_eq!(found.iter().map(bits).collect::<Vec<_>>(), expected);
        // By runs, whole and cut anywhere, the same.
        let middle = expected.get(expected.len() / 2).map_or(0, |point| point.0 + 1);
        for range in [i64::MIN..i64::MAX, i64::MIN..middle, middle..i64::MAX] {
            let mut by_runs = Vec::new();
            let walked = fixture.store.runs(*id, range.clone(), &mut |run| {
                assert!(!run.values.is_empty() && run.step > 0);
                by_runs.extend(run.points().map(|point| bits(&point)));
                ControlFlow::Continue(())
            });
            walked.expect("reads");
            let expected: Vec<_> =
                expected.iter().filter(|point| range.contains(&point.0)).copied().collect();
            assert_eq!(by_runs, expected, "{range:?}");
        }
        let info = fixture.store.find(&format!("m{series}")).expect("finds").expect("is there");
        assert_eq!(info.points, expected.len() as u64);
        assert_eq!(info.first, expected.first().map(|p| p.0));
        assert_eq!(info.last.as_ref().map(bits), expected.last().copied());
        assert_eq!(info.last_end, model.points[series].values().map(|(p, _)| p.end()).max());
        let mut revisions: Vec<_> = model.revisions[series].iter().map(bits).collect();
        let found = fixture.store.revisions(*id, i64::MIN..i64::MAX).expect("reads");
        let mut found: Vec<_> = found.iter().map(|revision| bits(&revision.old)).collect();
        revisions.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, revisions);
    }
    assert_eq!(fixture.store.state("m", "cursor").expect("reads"), model.cursor.map(|cursor| vec![cursor]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_store_is_a_map_with_a_memory(ops in prop::collection::vec(op(), 1..25)) {
        let mut fixture = Fixture::new();
        let ids: Vec<SeriesId> =
            (0..3).map(|i| fixture.store.define(&def(&format!("m{i}"))).expect("defines")).collect();
        let mut model = Model::default();
        for op in ops {
            match op {
                Op::Commit { batches, cursor } => {
                    commit(&fixture, &ids, &mut model, commit_of(&ids, &batches, cursor));
                    model.cursor = cursor.or(model.cursor);
                }
                Op::Bulk { series, from, count, step, as_of } => {
                    let points = (0..count).map(|i| Point {
                        start: ORIGIN + (from + i * step) * HALF_HOUR,
                        duration: HALF_HOUR as u64,
                        value: (i * 7919 % 3001) as f64 / 10.0,
                        quality: Quality::Measured,
                    });
                    let batches = [(as_of, vec![(series, points.collect())])];
                    commit(&fixture, &ids, &mut model, commit_of(&ids, &batches, None));
                }
                Op::Reopen { properly } => fixture.reopen(properly),
                Op::Compact => drop(fixture.store.compact().expect("compacts")),
                Op::Read { series, from, length } => {
                    let (from, to) = (ORIGIN + from * HALF_HOUR + 1, ORIGIN + (from + length) * HALF_HOUR);
                    let found = fixture.store.points(ids[series], from..to).expect("reads");
                    let expected: Vec<Point> = if from < to {
                        model.points[series].range(from..to).map(|(_, (point, _))| *point).collect()
                    } else {
                        Vec::new()
                    };
                    prop_assert_eq!(found, expected);
                }
            }
        }
        check(&fixture, &ids, &model);
        fixture.reopen(false);
        check(&fixture, &ids, &model);
        fixture.reopen(true);
        check(&fixture, &ids, &model);
    }
}
