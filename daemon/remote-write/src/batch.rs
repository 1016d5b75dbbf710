//! Samples cut into requests.

use crate::{
    labels::Labels,
    wire::{self, SAMPLE_BYTES, TimeSeries, WriteRequest},
};
use bytes::Bytes;
use prost::Message as _;
use std::{collections::BTreeMap, iter::Peekable, vec};

/// One value of one series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Which of the series it belongs to.
    pub series: usize,
    /// Its instant, ms since the epoch.
    pub at: i64,
    /// Its value.
    pub value: f64,
}

/// How much a request may hold; one instant always fits, however many series have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Samples.
    pub samples: usize,
    /// Bytes before they are compressed.
    pub bytes: usize,
    /// From the first instant to the last, ms. Receivers refuse a request whole: what is far apart travels apart.
    pub span: i64,
}

impl Default for Limits {
    /// What Prometheus itself sends at a time, in a size that every receiver takes.
    fn default() -> Self {
        Self { samples: 2_000, bytes: 512 << 10, span: 86_400_000 }
    }
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// As it is sent.
    pub body: Bytes,
    /// How many samples it holds.
    pub samples: usize,
    /// Its earliest instant.
    pub first: i64,
    /// Its latest instant: all samples up to it, of those that were given, are in this request or an earlier one.
    pub last: i64,
}

/// Cuts samples into requests in the order of time, over all series; within an instant by series. Of several values of a
/// series at one instant the last that is given counts. A sample of a series that is not there is left out.
pub fn batches(series: &[Labels], mut samples: Vec<Sample>, limits: Limits) -> Batches<'_> {
    samples.retain(|sample| sample.series < series.len());
    samples.sort_by_key(|sample| (sample.at, sample.series));
    samples.dedup_by(|later, kept| {
        let same = (later.at, later.series) == (kept.at, kept.series);
        if same {
            *kept = *later;
        }
        same
    });
    Batches { series, samples: samples.into_iter().peekable(), limits }
}

/// The requests, one after the other; only the one that is asked for is in memory.
#[derive(Debug)]
pub struct Batches<'a> {
    series: &'a [Labels],
    samples: Peekable<vec::IntoIter<Sample>>,
    limits: Limits,
}

impl Iterator for Batches<'_> {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        let first = self.samples.peek()?.at;
        let (mut last, mut count, mut bytes) = (first, 0, 0);
        let mut parts: BTreeMap<usize, TimeSeries> = BTreeMap::new();
        while let Some(&Sample { series, at, value }) = self.samples.peek() {
            let labels = (!parts.contains_key(&series)).then(|| self.series[series].to_wire());
            let head = labels.as_ref().map_or(0, |labels| head_bytes(labels));
            let full = count >= self.limits.samples
                || bytes + head + SAMPLE_BYTES > self.limits.bytes
                || at.saturating_sub(first) > self.limits.span;
            // An instant is never in two requests: whoever goes on after one can say from where.
            if full && count > 0 && at > last {
                break;
            }
            let part = parts.entry(series).or_default();
            if let Some(labels) = labels {
                part.labels = labels;
            }
            part.samples.push(wire::Sample { value, timestamp: at });
            bytes += head + SAMPLE_BYTES;
            (last, count) = (at, count + 1);
            self.samples.next();
        }
        let request = WriteRequest { timeseries: parts.into_values().collect() };
        Some(Batch { body: wire::pack(&request), samples: count, first, last })
    }
}

/// Most bytes that a series takes besides its samples.
fn head_bytes(labels: &[wire::Label]) -> usize {
    const TAG_AND_LENGTH: usize = 6;
    TAG_AND_LENGTH + labels.iter().map(|label| label.encoded_len() + TAG_AND_LENGTH).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(count: usize) -> Vec<Labels> {
        (0..count).map(|n| Labels::new("m", [("series", format!("s{n}"))]).unwrap()).collect()
    }

    fn unpack(batch: &Batch) -> WriteRequest {
        let plain = snap::raw::Decoder::new().decompress_vec(&batch.body).unwrap();
        WriteRequest::decode(plain.as_slice()).unwrap()
    }

    #[test]
    fn time_goes_forward_over_all_series_and_within_each() {
        let series = labels(3);
        let of = |series, step: i64| (0..200).map(move |n| Sample { series, at: n * step, value: n as f64 });
        // Given series after series, as a store reads them.
        let samples: Vec<Sample> = of(2, 1_000).chain(of(0, 3_000)).chain(of(1, 500)).collect();
        let limits = Limits { samples: 70, ..Limits::default() };
        let (mut clock, mut total, mut marks) = (i64::MIN, 0, BTreeMap::new());
        for batch in batches(&series, samples, limits) {
            assert!(batch.first > clock && batch.samples <= 72);
            clock = batch.last;
            let request = unpack(&batch);
            let mut count = 0;
            for part in request.timeseries {
                let names: Vec<&str> = part.labels.iter().map(|label| label.name.as_str()).collect();
                assert_eq!(names, ["__name__", "series"]);
                for sample in part.samples {
                    assert!((batch.first..=batch.last).contains(&sample.timestamp));
                    let mark = marks.insert(part.labels[1].value.clone(), sample.timestamp);
                    assert!(mark < Some(sample.timestamp), "a series goes back");
                    count += 1;
                }
            }
            assert_eq!(count, batch.samples);
            total += count;
        }
        assert_eq!(total, 600);
    }

    #[test]
    fn every_limit_cuts_and_one_sample_always_fits() {
        let series = labels(2);
        let samples: Vec<Sample> =
            (0..100).map(|n| Sample { series: n % 2, at: n as i64 * 1_000, value: 1.0 }).collect();
        let cut = |limits| -> Vec<usize> {
            batches(&series, samples.clone(), limits).map(|batch| batch.samples).collect()
        };
        let wide = Limits { samples: 1_000, bytes: 1 << 20, span: i64::MAX };
        assert_eq!(cut(wide), [100]);
        assert_eq!(cut(Limits { samples: 30, ..wide }), [30, 30, 30, 10]);
        assert_eq!(cut(Limits { span: 49_999, ..wide }), [50, 50]);
        assert_eq!(cut(Limits { bytes: 0, ..wide }), [1; 100]);
        let sizes = cut(Limits { bytes: 600, ..wide });
        assert_eq!(sizes.iter().sum::<usize>(), 100);
        for batch in batches(&series, samples.clone(), Limits { bytes: 600, ..wide }) {
            let plain = snap::raw::Decoder::new().decompress_vec(&batch.body).unwrap();
            assert!((300..=600).contains(&plain.len()) || batch.last == 99_000, "{}", plain.len());
        }
    }

    #[test]
    fn of_two_values_at_an_instant_the_last_counts() {
        let series = labels(1);
        let sample = |at, value| Sample { series: 0, at, value };
        let strange = Sample { series: 7, at: 0, value: 0.0 };
        let given = vec![sample(5, 1.0), sample(2, 2.0), sample(5, 3.0), strange];
        let batch = batches(&series, given, Limits::default()).next().unwrap();
        let samples = &unpack(&batch).timeseries[0].samples;
        let pairs: Vec<(i64, f64)> = samples.iter().map(|s| (s.timestamp, s.value)).collect();
        assert_eq!(pairs, [(2, 2.0), (5, 3.0)]);
        assert!(batches(&series, vec![], Limits::default()).next().is_none());
    }
}
