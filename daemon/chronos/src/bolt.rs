//! Chronos-Bolt: patches in, all quantiles of up to 64 steps out, in one pass.

use crate::{
    attention::{Keys, Segment, merge},
    config::{Bolt as Settings, Config},
    error::LoadError,
    kernel::{Rows, padded},
    patches::{self, Place},
    quantiles,
    stack::{Decoder, Encoder, ResidualBlock, project},
    weights::{Matrix, Weights},
    workers::{Then, Workers},
};

/// Tokens encoded at once at most. More series at once read each weight once for all of them, but take memory.
const TOKENS: usize = 512;

/// The network, as a view of the weights.
pub(crate) struct Bolt<'w> {
    config: &'w Config,
    settings: &'w Settings,
    shared: Matrix<'w>,
    input: ResidualBlock<'w>,
    encoder: Encoder<'w>,
    decoder: Decoder<'w>,
    output: ResidualBlock<'w>,
}

impl<'w> Bolt<'w> {
    /// Reads the network for series of at most `longest` values.
    pub(crate) fn new(
        weights: &'w Weights,
        config: &'w Config,
        settings: &'w Settings,
        longest: usize,
    ) -> Result<Self, LoadError> {
        let (d, ff) = (config.d_model, config.d_ff);
        let out = settings.quantiles.len() * settings.prediction_length;
        let tokens = longest.min(settings.context_length).div_ceil(settings.patch) + 1;
        Ok(Self {
            config,
            settings,
            shared: weights.matrix("shared.weight", config.vocabulary, d)?,
            input: ResidualBlock::new(weights, "input_patch_embedding", 2 * settings.patch, ff, d)?,
            encoder: Encoder::new(weights, config, settings.positions, tokens)?,
            decoder: Decoder::new(weights, config, settings.decoder_layers)?,
            output: ResidualBlock::new(weights, "output_patch_embedding", d, ff, out)?,
        })
    }

    /// The trained quantiles of every series, `[series][level][step]`. Past the model's own horizon each quantile is fed
    /// back as a context of its own, and the quantiles of what comes out of all of them are taken.
    pub(crate) fn predict(&self, workers: &Workers, series: &[&[f32]], horizon: usize) -> Vec<Vec<Vec<f32>>> {
        let own = self.settings.prediction_length;
        let mut all = self.pass(workers, series);
        if horizon > own {
            for (series, quantiles) in series.iter().zip(&mut all) {
                self.unroll(workers, series, quantiles, horizon);
            }
        }
        all.iter_mut().flatten().for_each(|steps| steps.truncate(horizon));
        all
    }

    fn unroll(&self, workers: &Workers, series: &[f32], quantiles: &mut [Vec<f32>], horizon: usize) {
        let own = self.settings.prediction_length;
        let mut paths = vec![series.to_vec(); quantiles.len()];
        while quantiles[0].len() < horizon {
            for (path, steps) in paths.iter_mut().zip(&*quantiles) {
                path.extend_from_slice(&steps[steps.len() - own..]);
            }
            let paths: Vec<&[f32]> = paths.iter().map(Vec::as_slice).collect();
            let blocks = self.pass(workers, &paths);
            for step in 0..own {
                let mut values: Vec<f32> = blocks.iter().flatten().map(|steps| steps[step]).collect();
                values.sort_by(f32::total_cmp);
                for (steps, level) in quantiles.iter_mut().zip(&self.settings.quantiles) {
                    steps.push(quantiles::of_sorted(&values, *level));
                }
            }
        }
    }

    /// One pass: `[series][level][own steps]`.
    fn pass(&self, workers: &Workers, series: &[&[f32]]) -> Vec<Vec<Vec<f32>>> {
        let longest =
            series.iter().map(|series| series.len().min(self.settings.context_length)).max().unwrap_or(1);
        let at_once = (TOKENS / (longest.div_ceil(self.settings.patch) + 1)).max(1);
        let mut all = Vec::with_capacity(series.len());
        for series in series.chunks(at_once) {
            all.extend(self.batch(workers, series));
        }
        all
    }

    fn batch(&self, workers: &Workers, series: &[&[f32]]) -> Vec<Vec<Vec<f32>>> {
        let Settings { patch, .. } = *self.settings;
        let d = self.config.d_model;
        let (mut vectors, mut places, mut segments, mut first) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for series in series {
            let series = patches::last(series, self.settings.context_length);
            let place = Place::of(series);
            let normal: Vec<f32> = series.iter().map(|value| place.normalise(*value)).collect();
            let mut mask = patches::cut(&normal, patch, &mut vectors, |_, _| {});
            mask.extend(self.settings.use_reg.then_some(true));
            places.push(place);
            let tokens = mask.len();
            segments.push(Segment { first, mask });
            first += tokens;
        }
        let embedded = self.input.apply(workers, &vectors);
        let mut tokens = workers.take(first * d);
        let mut patches = embedded.chunks_exact(d);
        let reg = usize::from(self.settings.use_reg);
        for segment in &segments {
            let tokens = &mut tokens[segment.first * d..][..segment.mask.len() * d];
            let (own, last) = tokens.split_at_mut((segment.mask.len() - reg) * d);
            own.chunks_exact_mut(d).zip(&mut patches).for_each(|(token, patch)| token.copy_from_slice(patch));
            if reg == 1 {
                self.shared.widen(workers.arch, self.settings.reg_token as usize, last);
            }
        }
        workers.give([embedded]);
        let encoded = self.encoder.apply(workers, tokens, &segments);
        let out = self.decode(workers, &encoded, &segments);
        workers.give([encoded]);
        let own = self.settings.prediction_length;
        let result = out
            .chunks_exact(self.settings.quantiles.len() * own)
            .zip(places)
            .map(|(out, place)| {
                out.chunks_exact(own).map(|y| y.iter().map(|y| place.restore(*y)).collect()).collect()
            })
            .collect();
        workers.give([out]);
        result
    }

    /// The decoder has one token for each series, so its self-attention is that token's own value.
    fn decode(&self, workers: &Workers, encoded: &[f32], segments: &[Segment]) -> Vec<f32> {
        let (d, inner, d_kv) = (self.config.d_model, self.config.inner(), self.config.d_kv);
        let mut x = workers.take(segments.len() * d);
        for x in x.chunks_exact_mut(d) {
            self.shared.widen(workers.arch, self.settings.start_token as usize, x);
        }
        for layer in &self.decoder.layers {
            let normed = layer.attention.norm.apply(workers, &x);
            let [value] = project(workers, &normed, [&layer.attention.v]);
            workers.linear(&value, &layer.attention.o, Then::Add, &mut x);
            workers.give([normed, value]);

            let normed = layer.cross.norm.apply(workers, &x);
            let [q] = project(workers, &normed, [&layer.cross.q]);
            let [k, v] = project(workers, encoded, [&layer.cross.k, &layer.cross.v]);
            let mut answer = workers.take(q.len());
            let mut block = workers.take(padded(d_kv));
            for (number, segment) in segments.iter().enumerate() {
                for head in 0..self.config.heads {
                    let at = segment.first * inner + head * d_kv;
                    let rows = |data| Rows { data, stride: inner };
                    let keys =
                        Keys::gather(workers, rows(&k[at..]), rows(&v[at..]), segment.mask.len(), d_kv);
                    let query = number * inner + head * d_kv;
                    let mask = Some(&segment.mask[..]);
                    keys.attend(workers, rows(&q[query..]), |_| None, mask, &mut block);
                    keys.release(workers);
                    merge(&block, d_kv, &mut answer[query..], inner);
                }
            }
            workers.linear(&answer, &layer.cross.o, Then::Add, &mut x);
            workers.give([normed, q, k, v, answer, block]);

            layer.feed_forward.add_to(workers, &mut x);
        }
        let normed = self.decoder.norm.apply(workers, &x);
        let out = self.output.apply(workers, &normed);
        workers.give([normed, x]);
        out
    }
}
