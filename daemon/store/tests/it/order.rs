//! Exports of one source may be imported in any order: the store ends up the same.

use std::collections::BTreeMap;

use proptest::prelude::*;
use watteau_store::{Point, Quality};

use crate::support::{Fixture, batch, def, one, point};

/// An export: its date is its position; a value and a quality for some of the instants.
type Export = BTreeMap<i64, (u8, usize)>;

fn exports() -> impl Strategy<Value = (Vec<Export>, Vec<usize>)> {
    let export = prop::collection::btree_map(0i64..12, (0u8..3, 0usize..3), 0..12);
    prop::collection::vec(export, 1..6).prop_flat_map(|exports| {
        // Every export arrives once at least, some several times.
        let count = exports.len();
        let arrivals =
            prop::collection::vec(0..count, 0..4).prop_map(move |again| (0..count).chain(again).collect());
        (Just(exports), Strategy::prop_shuffle(Strategy::boxed(arrivals) as BoxedStrategy<Vec<usize>>))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_order_of_arrival_ends_the_same((exports, arrivals) in exports(), folded in any::<bool>()) {
        let fixture = Fixture::new();
        let id = fixture.store.define(&def("gas.energy")).expect("defines");
        for &arrival in &arrivals {
            let points = exports[arrival].iter().map(|(&index, &(value, quality))| Point {
                quality: Quality::ALL[quality],
                ..point(index, f64::from(value))
            });
            let commit = one(batch(id, points.collect(), Some(arrival as i64)));
            fixture.store.commit(commit).expect("commits");
            if folded {
                fixture.store.compact().expect("compacts");
            }
        }
        // The latest export that mentions an instant has the last word on it.
        let mut expected: BTreeMap<i64, (u8, usize)> = BTreeMap::new();
        for export in &exports {
            expected.extend(export);
        }
        let expected: Vec<Point> = expected
            .into_iter()
            .map(|(index, (value, quality))| Point { quality: Quality::ALL[quality], ..point(index, f64::from(value)) })
            .collect();
        prop_assert_eq!(fixture.store.points(id, i64::MIN..i64::MAX).expect("reads"), expected);
        // And all of it again changes nothing.
        let version = fixture.store.version();
        for (date, export) in exports.iter().enumerate() {
            let points = export.iter().map(|(&index, &(value, quality))| Point {
                quality: Quality::ALL[quality],
                ..point(index, f64::from(value))
            });
            fixture.store.commit(one(batch(id, points.collect(), Some(date as i64)))).expect("commits");
        }
        prop_assert_eq!(fixture.store.version(), version);
    }
}
