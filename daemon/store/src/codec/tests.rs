//! Round trips of every kind of column, and damage of every kind.

use proptest::prelude::*;

use super::{Columns, MAX_POINTS, encode, encode_prefix, header};
use crate::types::{Point, Quality, Stored};

const DAY: i64 = 86_400_000;

fn stored(start: i64, duration: u64, value: f64) -> Stored {
    Stored { point: Point { start, duration, value, quality: Quality::Measured }, batch: 1 }
}

fn half_hours(count: usize, value: impl Fn(usize) -> f64) -> Vec<Stored> {
    (0..count).map(|i| stored(1_700_000_000_000 + i as i64 * 1_800_000, 1_800_000, value(i))).collect()
}

fn bits(points: &[Stored]) -> Vec<(i64, u64, u64, Quality, u64)> {
    points
        .iter()
        .map(|s| (s.point.start, s.point.duration, s.point.value.to_bits(), s.point.quality, s.batch))
        .collect()
}

#[track_caller]
fn check(points: &[Stored]) -> usize {
    let bytes = encode(points);
    let mut columns = Columns::default();
    let mut back = Vec::new();
    let head = columns.stored(&bytes, &mut back).expect("decodes");
    assert_eq!(bits(points), bits(&back));
    assert_eq!(head, header(&bytes).expect("has a header"));
    assert_eq!(head.count, points.len());
    assert_eq!(head.max_end, points.iter().map(|p| p.point.end()).max().expect("not empty"));
    let mut plain = Vec::new();
    columns.points(&bytes, &mut plain).expect("decodes");
    let only: Vec<Stored> =
        plain.into_iter().zip(points).map(|(point, s)| Stored { point, batch: s.batch }).collect();
    assert_eq!(bits(points), bits(&only));
    bytes.len()
}

#[test]
fn awkward_values_come_back_to_the_bit() {
    let values = [
        0.0,
        -0.0,
        1.0,
        -1.5,
        0.1,
        0.2,
        0.1 + 0.2,
        f64::MIN_POSITIVE,
        f64::MIN_POSITIVE / 8.0,
        f64::MAX,
        f64::MIN,
        f64::EPSILON,
        1e300,
        123_456_789.123,
        9_007_199_254_740_993.0,
        11.244,
        36.93,
        -273.15,
        1e-10,
        5e-324,
    ];
    check(&half_hours(values.len(), |i| values[i]));
    for value in values {
        check(&half_hours(1, |_| value));
        check(&half_hours(200, |i| if i == 77 { value } else { i as f64 }));
    }
}

#[test]
fn sizes_stay_small() {
    let cases: [(&str, Vec<Stored>, f64); 5] = [
        ("constant", half_hours(4096, |_| 230.0), 0.1),
        ("whole watts", half_hours(4096, |i| f64::from((i as u32).wrapping_mul(2_654_435_761) >> 20)), 1.7),
        (
            "tenths of a degree",
            half_hours(4096, |i| f64::from(((i as f64 / 48.0).sin() * 150.0) as i32) / 10.0),
            0.6,
        ),
        (
            "one noisy float",
            half_hours(4096, |i| if i == 9 { 0.1 + 0.2 } else { (i % 7) as f64 / 100.0 }),
            0.5,
        ),
        (
            "days, two of them not of 24 hours",
            (0..1000)
                .map(|i| {
                    let shift = i64::from(i > 90) - i64::from(i > 300);
                    let hours = 24 + i64::from(i == 90) - i64::from(i == 300);
                    stored(i * DAY + shift * 3_600_000, (hours * 3_600_000) as u64, (i % 50) as f64)
                })
                .collect(),
            1.0,
        ),
    ];
    for (name, points, limit) in cases {
        let each = check(&points) as f64 / points.len() as f64;
        assert!(each <= limit, "{name}: {each} bytes a point");
    }
}

#[test]
fn a_prefix_fills_its_pages_and_no_more() {
    let points = half_hours(40_000, |i| f64::from((i as u32).wrapping_mul(2_654_435_761) >> 19));
    for (limit, most) in [(super::MAX_BYTES, 24), (super::LARGE_BYTES, 12)] {
        let mut rest = points.as_slice();
        let mut per_point = 5.0;
        let mut blocks = 0;
        while !rest.is_empty() {
            let (bytes, used) = encode_prefix(rest, limit, &mut per_point);
            assert!(bytes.len() <= limit);
            assert!(used == rest.len() || bytes.len() > limit * 9 / 10, "{} of {limit} bytes", bytes.len());
            rest = &rest[used..];
            blocks += 1;
        }
        assert!(blocks < most, "{blocks} blocks of {limit} bytes");
    }
}

#[test]
fn damage_is_told_never_panicked_over() {
    let points = half_hours(300, |i| (i as f64).sqrt());
    let bytes = encode(&points);
    let mut columns = Columns::default();
    let mut out = Vec::new();
    assert!(columns.points(&[], &mut out).is_err());
    for cut in 0..bytes.len() {
        assert!(columns.points(&bytes[..cut], &mut out).is_err(), "cut at {cut}");
    }
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x41;
        assert!(columns.points(&flipped, &mut out).is_err(), "byte {at}");
    }
}

/// Steps between starts, regular for the most part.
fn starts() -> impl Strategy<Value = Vec<i64>> {
    let steps = prop_oneof![
        3 => Just(1_800_000i64),
        1 => 1i64..10_000_000,
        1 => Just(DAY),
    ];
    (-60_000_000_000_000i64..200_000_000_000_000, prop::collection::vec((steps, 1usize..40), 1..20)).prop_map(
        |(first, stretches)| {
            let mut at = first;
            let mut out = vec![first];
            for (step, count) in stretches {
                for _ in 0..count {
                    at += step;
                    out.push(at);
                }
            }
            out
        },
    )
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-100_000i64..100_000).prop_map(|k| k as f64),
        4 => (-10_000_000i64..10_000_000, 0i32..8).prop_map(|(k, d)| k as f64 / 10f64.powi(d)),
        1 => any::<f64>().prop_filter("finite", |v| v.is_finite()),
        1 => prop_oneof![Just(-0.0), Just(5e-324), Just(f64::MAX)],
    ]
}

fn points() -> impl Strategy<Value = Vec<Stored>> {
    starts().prop_flat_map(|starts| {
        let count = starts.len();
        let duration = prop_oneof![4 => Just(1_800_000u64), 1 => 0u64..400_000_000];
        let batch = prop_oneof![4 => Just(7u64), 1 => 0u64..1_000_000_000];
        let each = (duration, value(), 0usize..4, batch);
        prop::collection::vec(each, count).prop_map(move |columns| {
            starts
                .iter()
                .zip(columns)
                .map(|(&start, (duration, value, quality, batch))| Stored {
                    point: Point { start, duration, value, quality: Quality::ALL[quality] },
                    batch,
                })
                .collect()
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_points_come_back(points in points()) {
        check(&points);
    }

    #[test]
    fn integers_of_any_size_come_back(values in prop::collection::vec(any::<i64>(), 1..300), lag in 0usize..60) {
        let mut bytes = Vec::new();
        super::ints::encode(&mut bytes, &values, Some(lag));
        let mut back = Vec::new();
        super::ints::decode(&mut super::bytes::Cursor::new(&bytes), values.len(), &mut back).expect("decodes");
        prop_assert_eq!(values, back);
    }

    /// With the checksum made right, so that the decoder itself is what stands.
    #[test]
    fn bytes_from_anywhere_are_survived(points in points(), flips in prop::collection::vec((any::<usize>(), any::<u8>()), 1..8)) {
        let mut bytes = encode(&points);
        for (at, with) in flips {
            let at = 5 + at % (bytes.len() - 5);
            bytes[at] = with;
        }
        let crc = crc32fast::hash(&bytes[5..]);
        bytes[1..5].copy_from_slice(&crc.to_le_bytes());
        let mut out = Vec::new();
        if let Ok(head) = Columns::default().stored(&bytes, &mut out) {
            prop_assert!(head.count <= MAX_POINTS && out.len() == head.count);
        }
    }

    #[test]
    fn noise_is_survived(mut bytes in prop::collection::vec(any::<u8>(), 5..400)) {
        bytes[0] = 1;
        let crc = crc32fast::hash(&bytes[5..]);
        bytes[1..5].copy_from_slice(&crc.to_le_bytes());
        let mut out = Vec::new();
        let _ = Columns::default().stored(&bytes, &mut out);
        prop_assert!(out.len() <= MAX_POINTS);
    }
}
