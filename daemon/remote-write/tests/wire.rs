//! The bytes of a request, read by a decoder that shares nothing with what wrote them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::float_cmp, reason = "what is sent is what arrives, to the bit")]

use watteau_remote_write::{Labels, Limits, STALE, Sample, batches};

/// snappy's block format, from its description: a length, then literals and copies.
fn unsnap(bytes: &[u8]) -> Vec<u8> {
    let mut rest = bytes;
    let length = varint(&mut rest) as usize;
    let mut out: Vec<u8> = Vec::with_capacity(length);
    while let Some((&tag, after)) = rest.split_first() {
        rest = after;
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0usize, |n, &byte| n << 8 | usize::from(byte));
        let (size, offset) = match tag & 3 {
            0 => {
                let mut size = usize::from(tag >> 2);
                if size >= 60 {
                    let (bytes, after) = rest.split_at(size - 59);
                    (size, rest) = (number(bytes), after);
                }
                let (literal, after) = rest.split_at(size + 1);
                out.extend_from_slice(literal);
                rest = after;
                continue;
            }
            1 => {
                let low = usize::from(rest[0]);
                rest = &rest[1..];
                (usize::from(tag >> 2 & 7) + 4, usize::from(tag >> 5) << 8 | low)
            }
            kind => {
                let (bytes, after) = rest.split_at(if kind == 2 { 2 } else { 4 });
                rest = after;
                (usize::from(tag >> 2) + 1, number(bytes))
            }
        };
        for _ in 0..size {
            out.push(out[out.len() - offset]);
        }
    }
    assert_eq!(out.len(), length);
    out
}

fn varint(rest: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let byte = rest[0];
        *rest = &rest[1..];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return value;
        }
    }
    unreachable!()
}

/// The fields of a message: number, and bytes (of a varint its value, little endian).
fn fields(mut rest: &[u8]) -> Vec<(u64, Vec<u8>)> {
    let mut found = vec![];
    while !rest.is_empty() {
        let key = varint(&mut rest);
        let size = match key & 7 {
            0 => {
                found.push((key >> 3, varint(&mut rest).to_le_bytes().to_vec()));
                continue;
            }
            1 => 8,
            2 => varint(&mut rest) as usize,
            other => panic!("wire type {other}"),
        };
        found.push((key >> 3, rest[..size].to_vec()));
        rest = &rest[size..];
    }
    found
}

/// Labels as text, then instants and the bits of values.
type Decoded = Vec<(Vec<(String, String)>, Vec<(i64, u64)>)>;

fn decode(body: &[u8]) -> Decoded {
    let number = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().unwrap());
    let mut series = vec![];
    for (field, bytes) in fields(&unsnap(body)) {
        assert_eq!(field, 1, "a request holds series only");
        let (mut labels, mut samples) = (vec![], vec![]);
        for (field, bytes) in fields(&bytes) {
            let inner = fields(&bytes);
            let get = |tag| inner.iter().find(|(field, _)| *field == tag).map(|(_, bytes)| bytes.clone());
            let text = |tag| String::from_utf8(get(tag).unwrap_or_default()).unwrap();
            match field {
                1 => labels.push((text(1), text(2))),
                // What is 0 is not on the wire.
                2 => samples.push((
                    get(2).map_or(0, |bytes| number(&bytes) as i64),
                    get(1).map_or(0, |bytes| number(&bytes)),
                )),
                other => panic!("field {other} of a series"),
            }
        }
        series.push((labels, samples));
    }
    series
}

#[test]
fn a_request_is_what_the_protocol_says() {
    let series = [
        Labels::new("watteau_power_watts", [("series", "linky.load_curve"), ("home", "mas \"é\"")]).unwrap(),
        Labels::new("watteau_temperature_celsius", [("series", "weather.temperature")]).unwrap(),
    ];
    let values = [432.0, 0.0, 1e-300, f64::MAX, STALE];
    let samples: Vec<Sample> = values
        .iter()
        .enumerate()
        .flat_map(|(n, &value)| {
            let at = n as i64 * 1_800_000 - 3_600_000;
            [Sample { series: 1, at, value: -value }, Sample { series: 0, at, value }]
        })
        .collect();
    let all: Vec<_> = batches(&series, samples, Limits::default()).collect();
    assert_eq!((all.len(), all[0].samples, all[0].first), (1, 10, -3_600_000));
    let decoded = decode(&all[0].body);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        decoded[0].0,
        [
            pair("__name__", "watteau_power_watts"),
            pair("home", "mas \"é\""),
            pair("series", "linky.load_curve")
        ]
    );
    let expected: Vec<(i64, u64)> = values
        .iter()
        .enumerate()
        .map(|(n, value)| (n as i64 * 1_800_000 - 3_600_000, value.to_bits()))
        .collect();
    assert_eq!(decoded[0].1, expected, "to the bit");
    assert_eq!(decoded[1].1[0].1, f64::to_bits(-432.0));
}

#[test]
fn a_full_request_is_small_and_whole() {
    let series: Vec<Labels> = (0..30)
        .map(|n| Labels::new("watteau_power_watts", [("series", format!("s.{n}"))]).unwrap())
        .collect();
    let samples: Vec<Sample> = (0..2_000)
        .map(|n| Sample { series: n % 30, at: (n / 30) as i64 * 1_000, value: f64::from(n as u32) * 0.1 })
        .collect();
    let batch = batches(&series, samples.clone(), Limits::default()).next().unwrap();
    assert_eq!(batch.samples, 2_000);
    let decoded = decode(&batch.body);
    assert_eq!(decoded.iter().map(|(_, samples)| samples.len()).sum::<usize>(), 2_000);
    for (n, (_, found)) in decoded.iter().enumerate() {
        let expected = samples.iter().filter(|sample| sample.series == n);
        assert!(expected.map(|sample| (sample.at, sample.value.to_bits())).eq(found.iter().copied()));
    }
    assert!(batch.body.len() < 40_000, "{} bytes", batch.body.len());
}
