//! Attention over keys and values that are laid out once and asked often.
//!
//! Scores are not divided by √d_kv: the T5 family trains without. Each head has its keys transposed, so that scores and
//! answers are both sums of rows ([`crate::kernel::combine`]); self-attention, cross-attention and a growing cache are
//! the same code over different keys.

use crate::{
    config::Positions,
    error::LoadError,
    kernel::{self, Rows, padded},
    math::Softmax,
    weights::Weights,
    workers::Workers,
};

/// Queries answered at a time: their scores stay in the cache.
const QUERIES: usize = 24;

/// The keys and values of one head.
pub(crate) struct Keys {
    d_kv: usize,
    /// The keys on their side, `[d_kv, room]`.
    turned: Vec<f32>,
    room: usize,
    /// Values, `[tokens, padded d_kv]`.
    values: Vec<f32>,
    tokens: usize,
}

impl Keys {
    /// No keys yet, and room for `tokens` of them.
    pub(crate) fn with_room(workers: &Workers, d_kv: usize, tokens: usize) -> Self {
        let room = padded(tokens);
        // Whatever the padding holds, nothing of what comes of it is read.
        let (turned, values) = (workers.take(d_kv * room), workers.take(tokens * padded(d_kv)));
        Self { d_kv, turned, room, values, tokens: 0 }
    }

    /// Lays out a head's part of `k` and `v`, which have a token a row.
    pub(crate) fn gather(workers: &Workers, k: Rows, v: Rows, tokens: usize, d_kv: usize) -> Self {
        let mut keys = Self::with_room(workers, d_kv, tokens);
        kernel::turn(k, tokens, d_kv, keys.room, &mut keys.turned);
        for (token, values) in keys.values.chunks_exact_mut(padded(d_kv)).take(tokens).enumerate() {
            values[..d_kv].copy_from_slice(&v.data[token * v.stride..][..d_kv]);
        }
        keys.tokens = tokens;
        keys
    }

    /// Adds a token; there must be room.
    pub(crate) fn push(&mut self, key: &[f32], value: &[f32]) {
        self.turned
            .iter_mut()
            .skip(self.tokens)
            .step_by(self.room)
            .zip(key)
            .for_each(|(place, key)| *place = *key);
        self.values[self.tokens * padded(self.d_kv)..][..self.d_kv].copy_from_slice(value);
        self.tokens += 1;
    }

    /// Answers the queries `[rows, d_kv]`, writing `[rows, padded d_kv]`. `bias` gives for a query what is added to the
    /// scores of all tokens.
    pub(crate) fn attend<'b>(
        &self,
        workers: &Workers,
        queries: Rows,
        bias: impl Fn(usize) -> Option<&'b [f32]>,
        mask: Option<&[bool]>,
        out: &mut [f32],
    ) {
        let arch = workers.arch;
        let (width, wide) = (padded(self.tokens), padded(self.d_kv));
        let keys = Rows { data: &self.turned, stride: self.room };
        let values = Rows { data: &self.values, stride: wide };
        let mut all_scores = workers.take(QUERIES.min(out.len() / wide) * width);
        for (tile, out) in out.chunks_mut(QUERIES * wide).enumerate() {
            let (first, count) = (tile * QUERIES, out.len() / wide);
            let scratch = &mut all_scores[..count * width];
            let queries = Rows { data: &queries.data[first * queries.stride..], stride: queries.stride };
            kernel::combine(arch, queries, self.d_kv, keys, width, scratch);
            let bias = |row| bias(first + row);
            arch.dispatch(Softmax { scores: scratch, width, tokens: self.tokens, bias, mask });
            kernel::combine(arch, Rows { data: scratch, stride: width }, self.tokens, values, wide, out);
        }
        workers.give([all_scores]);
    }

    /// Gives back what it was laid out in.
    pub(crate) fn release(self, workers: &Workers) {
        workers.give([self.turned, self.values]);
    }
}

/// A run of tokens that see each other: one series of a batch.
pub(crate) struct Segment {
    /// First row.
    pub(crate) first: usize,
    /// Which of its tokens may be seen, one for each.
    pub(crate) mask: Vec<bool>,
}

/// Self-attention within each segment. `q`, `k`, `v` and `out` are `[tokens, heads × d_kv]`.
pub(crate) fn within(
    workers: &Workers,
    heads: usize,
    [q, k, v]: [&[f32]; 3],
    segments: &[Segment],
    bias: Option<&Bias>,
    out: &mut [f32],
) {
    let inner = q.len() / segments.iter().map(|segment| segment.mask.len()).sum::<usize>().max(1);
    let d_kv = inner / heads;
    let wide = padded(d_kv);
    let mut parts: Vec<(&Segment, usize, Vec<f32>)> = segments
        .iter()
        .flat_map(|segment| (0..heads).map(move |head| (segment, head)))
        .map(|(segment, head)| (segment, head, workers.take(segment.mask.len() * wide)))
        .collect();
    workers.each(parts.iter_mut().collect::<Vec<_>>(), |(segment, head, block)| {
        let tokens = segment.mask.len();
        let at = segment.first * inner + *head * d_kv;
        let rows = |data| Rows { data, stride: inner };
        let keys = Keys::gather(workers, rows(&k[at..]), rows(&v[at..]), tokens, d_kv);
        let mask = segment.mask.contains(&false).then_some(&segment.mask[..]);
        keys.attend(workers, rows(&q[at..]), |query| bias.map(|bias| bias.of(*head, query)), mask, block);
        keys.release(workers);
    });
    for (segment, head, block) in parts {
        let at = segment.first * inner + head * d_kv;
        merge(&block, d_kv, &mut out[at..], inner);
        workers.give([block]);
    }
}

/// Writes the answers of one head into its columns of rows that begin every `stride` numbers.
pub(crate) fn merge(block: &[f32], d_kv: usize, out: &mut [f32], stride: usize) {
    for (block, out) in block.chunks_exact(padded(d_kv)).zip(out.chunks_mut(stride)) {
        out[..d_kv].copy_from_slice(&block[..d_kv]);
    }
}

/// What relative position adds to a score: a number for each head and each distance from query to key.
pub(crate) struct Bias {
    /// `[heads, 2 × reach + 1]`, by key − query + reach.
    by_distance: Vec<f32>,
    reach: usize,
}

impl Bias {
    /// Reads a stack's table and spreads it over the distances up to `reach`.
    pub(crate) fn new(
        weights: &Weights,
        stack: &str,
        positions: Positions,
        both_ways: bool,
        heads: usize,
        reach: usize,
    ) -> Result<Self, LoadError> {
        let name = format!("{stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight");
        let table = weights.table(&name, positions.buckets, heads)?;
        let reach_signed = reach as i64;
        let rows: Vec<usize> =
            (-reach_signed..=reach_signed).map(|d| bucket(d, both_ways, positions)).collect();
        let by_distance = (0..heads)
            .flat_map(|head| rows.iter().map(move |row| (head, *row)))
            .map(|(head, row)| table[row * heads + head])
            .collect();
        Ok(Self { by_distance, reach })
    }

    /// What is added for a query at `position`, from the first key on.
    pub(crate) fn of(&self, head: usize, position: usize) -> &[f32] {
        let width = 2 * self.reach + 1;
        &self.by_distance[head * width..(head + 1) * width][self.reach - position..]
    }
}

/// The bucket of a distance `key − query`.
pub(crate) fn bucket(distance: i64, both_ways: bool, positions: Positions) -> usize {
    let Positions { buckets, max_distance } = positions;
    let (buckets, base, distance) = if both_ways {
        let half = buckets / 2;
        (half, if distance > 0 { half } else { 0 }, distance.unsigned_abs() as usize)
    } else {
        (buckets, 0, (-distance).max(0) as usize)
    };
    let exact = buckets / 2;
    if distance < exact {
        return base + distance;
    }
    // In float32, as the reference does: the logarithms of powers of two fall on whole numbers.
    let far = (distance as f32 / exact as f32).ln() / (max_distance as f32 / exact as f32).ln();
    base + (exact + (far * (buckets - exact) as f32) as usize).min(buckets - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first distance of every bucket beyond the exact ones, in the published sizes.
    #[test]
    fn buckets_widen_with_distance() {
        let positions = Positions { buckets: 32, max_distance: 128 };
        let encoder = [8, 12, 16, 23, 32, 46, 64, 91];
        let decoder = [16, 19, 21, 24, 27, 31, 35, 40, 46, 52, 59, 67, 77, 87, 99, 113];
        for r in 0..400_usize {
            let wide = |starts: &[usize], exact| {
                if r < exact { r } else { exact - 1 + starts.iter().filter(|start| **start <= r).count() }
            };
            let distance = r as i64;
            assert_eq!(bucket(-distance, true, positions), wide(&encoder, 8), "{r} back in the encoder");
            let forward = if r == 0 { 0 } else { 16 + wide(&encoder, 8) };
            assert_eq!(bucket(distance, true, positions), forward, "{r} forward in the encoder");
            assert_eq!(bucket(-distance, false, positions), wide(&decoder, 16), "{r} back in the decoder");
            assert_eq!(bucket(distance, false, positions), 0, "{r} forward in the decoder");
        }
    }
}
