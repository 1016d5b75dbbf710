//! Chronos-2: an encoder over patches of past and future, that looks along time and across the rows of a group in turn.

use std::ops::Range;

use crate::{
    attention::{self, Keys, Segment, merge},
    config::{Chronos2 as Settings, Config},
    error::LoadError,
    kernel::{Rows, padded},
    patches::{self, Place},
    rope::Rope,
    rows::Batch,
    stack::{Attention, FeedForward, Norm, ResidualBlock, project},
    weights::{Matrix, Weights},
    workers::{Then, Workers},
};

/// The network, as a view of the weights.
pub(crate) struct Chronos2<'w> {
    config: &'w Config,
    pub(crate) settings: &'w Settings,
    shared: Matrix<'w>,
    input: ResidualBlock<'w>,
    layers: Vec<Layer<'w>>,
    norm: Norm<'w>,
    output: ResidualBlock<'w>,
}

struct Layer<'w> {
    time: Attention<'w>,
    group: Attention<'w>,
    feed_forward: FeedForward<'w>,
}

/// What the encoder sees of a batch.
struct Tokens {
    /// Patch vectors, `[rows × patches, 3 × patch]`, future patches after those of the context.
    vectors: Vec<f32>,
    places: Vec<Place>,
    segments: Vec<Segment>,
    /// Tokens of a row.
    length: usize,
}

impl<'w> Chronos2<'w> {
    pub(crate) fn new(
        weights: &'w Weights,
        config: &'w Config,
        settings: &'w Settings,
    ) -> Result<Self, LoadError> {
        let (d, ff, patch) = (config.d_model, config.d_ff, settings.patch);
        let layers = (0..config.encoder_layers)
            .map(|i| {
                let layer = format!("encoder.block.{i}.layer");
                Ok(Layer {
                    time: Attention::new(weights, config, &format!("{layer}.0"), "self_attention")?,
                    group: Attention::new(weights, config, &format!("{layer}.1"), "self_attention")?,
                    feed_forward: FeedForward::new(weights, config, &format!("{layer}.2"), "mlp")?,
                })
            })
            .collect::<Result<_, LoadError>>()?;
        Ok(Self {
            config,
            settings,
            shared: weights.matrix("shared.weight", config.vocabulary, d)?,
            input: ResidualBlock::new(weights, "input_patch_embedding", 3 * patch, ff, d)?,
            layers,
            norm: Norm::new(weights, config, "encoder.final_layer_norm.weight")?,
            output: ResidualBlock::new(
                weights,
                "output_patch_embedding",
                d,
                ff,
                settings.quantiles.len() * patch,
            )?,
        })
    }

    /// One pass over all rows, `[row][level][step]` with `patches` whole patches of steps.
    pub(crate) fn pass(&self, workers: &Workers, batch: &Batch, patches: usize) -> Vec<Vec<Vec<f32>>> {
        let d = self.config.d_model;
        let tokens = self.tokens(batch, patches);
        let mut x = self.embed(workers, &tokens, patches);
        let rope = Rope::new(self.settings.rope_theta, self.config.d_kv, tokens.length);
        let Some((last, layers)) = self.layers.split_last() else { return Vec::new() };
        for layer in layers {
            self.along_time(workers, &layer.time, &tokens, &rope, &mut x);
            let seen = |row: usize, position: usize| tokens.segments[row].mask[position];
            self.across_rows(workers, &layer.group, &batch.groups, tokens.length, seen, &mut x);
            layer.feed_forward.add_to(workers, &mut x);
        }
        // Only the future is read, and after the last look along time it needs nothing of the past.
        self.along_time(workers, &last.time, &tokens, &rope, &mut x);
        let future = x.chunks_exact(tokens.length * d).flat_map(|row| &row[(tokens.length - patches) * d..]);
        let mut future: Vec<f32> = future.copied().collect();
        self.across_rows(workers, &last.group, &batch.groups, patches, |_, _| true, &mut future);
        last.feed_forward.add_to(workers, &mut future);
        let normed = self.norm.apply(workers, &future);
        let out = self.output.apply(workers, &normed);
        let result = self.restore(&out, &tokens.places, patches);
        workers.give([normed, x, out]);
        result
    }

    /// Cuts all rows into patches; contexts are padded on the left to the longest.
    fn tokens(&self, batch: &Batch, patches: usize) -> Tokens {
        let Settings { patch, time_scale, .. } = *self.settings;
        let longest = batch.rows.iter().map(|row| row.context.len()).max().unwrap_or(0);
        let before = longest.div_ceil(patch);
        let length = before + usize::from(self.settings.use_reg) + patches;
        let mut tokens = Tokens { vectors: Vec::new(), places: Vec::new(), segments: Vec::new(), length };
        // Time counts from the first step to forecast.
        let time = |first: usize, out: &mut Vec<f32>| {
            out.extend(
                (first..first + patch).map(|step| (step as f32 - (before * patch) as f32) / time_scale),
            );
        };
        for (number, row) in batch.rows.iter().enumerate() {
            let place = Place::of(&row.context);
            let normal =
                |values: &[f32]| values.iter().map(|value| self.squeeze(place.normalise(*value))).collect();
            let mut context = vec![f32::NAN; longest - row.context.len()];
            context.extend::<Vec<f32>>(normal(&row.context));
            let mut mask =
                patches::cut(&context, patch, &mut tokens.vectors, |number, out| time(number * patch, out));
            let mut future: Vec<f32> = normal(&row.future[..row.future.len().min(patches * patch)]);
            future.resize(patches * patch, f32::NAN);
            patches::cut(&future, patch, &mut tokens.vectors, |number, out| {
                time((before + number) * patch, out);
            });
            mask.resize(length, true);
            tokens.places.push(place);
            tokens.segments.push(Segment { first: number * length, mask });
        }
        tokens
    }

    fn squeeze(&self, value: f32) -> f32 {
        if self.settings.use_arcsinh { f64::from(value).asinh() as f32 } else { value }
    }

    /// Patches and the REG token between past and future: `[rows × length, d_model]`.
    fn embed(&self, workers: &Workers, tokens: &Tokens, patches: usize) -> Vec<f32> {
        let d = self.config.d_model;
        let embedded = self.input.apply(workers, &tokens.vectors);
        let reg = usize::from(self.settings.use_reg);
        let mut x = workers.take(tokens.places.len() * tokens.length * d);
        let rows =
            x.chunks_exact_mut(tokens.length * d).zip(embedded.chunks_exact((tokens.length - reg) * d));
        for (x, embedded) in rows {
            let (past, future) = embedded.split_at((tokens.length - reg - patches) * d);
            let (to_past, rest) = x.split_at_mut(past.len());
            let (to_reg, to_future) = rest.split_at_mut(reg * d);
            to_past.copy_from_slice(past);
            to_future.copy_from_slice(future);
            if reg == 1 {
                self.shared.widen(workers.arch, self.settings.reg_token as usize, to_reg);
            }
        }
        workers.give([embedded]);
        x
    }

    fn along_time(
        &self,
        workers: &Workers,
        attention: &Attention,
        tokens: &Tokens,
        rope: &Rope,
        x: &mut [f32],
    ) {
        let normed = attention.norm.apply(workers, x);
        let [mut q, mut k, v] = project(workers, &normed, [&attention.q, &attention.k, &attention.v]);
        let inner = self.config.inner();
        for rows in [&mut q, &mut k] {
            rows.chunks_exact_mut(inner)
                .enumerate()
                .for_each(|(row, heads)| rope.turn(row % tokens.length, heads));
        }
        let mut answer = workers.take(q.len());
        attention::within(workers, self.config.heads, [&q, &k, &v], &tokens.segments, None, &mut answer);
        workers.linear(&answer, &attention.o, Then::Add, x);
        workers.give([normed, q, k, v, answer]);
    }

    /// At every position the rows of a group look at each other, as far as they may be `seen` there. A row alone sees only
    /// itself, so its answer is its own value.
    fn across_rows(
        &self,
        workers: &Workers,
        attention: &Attention,
        groups: &[Range<usize>],
        length: usize,
        seen: impl Fn(usize, usize) -> bool + Sync,
        x: &mut [f32],
    ) {
        let normed = attention.norm.apply(workers, x);
        if groups.iter().all(|group| group.len() == 1) {
            let [v] = project(workers, &normed, [&attention.v]);
            workers.linear(&v, &attention.o, Then::Add, x);
            workers.give([normed, v]);
            return;
        }
        let [q, k, v] = project(workers, &normed, [&attention.q, &attention.k, &attention.v]);
        let (inner, d_kv, heads) = (self.config.inner(), self.config.d_kv, self.config.heads);
        // From a row to the next at the same position.
        let stride = length * inner;
        let mut parts: Vec<(&Range<usize>, usize, Vec<f32>)> = groups
            .iter()
            .flat_map(|group| (0..length).map(move |position| (group, position)))
            .map(|(group, position)| (group, position, workers.take(heads * group.len() * padded(d_kv))))
            .collect();
        workers.each(parts.iter_mut().collect::<Vec<_>>(), |(group, position, block)| {
            let mask: Vec<bool> = group.clone().map(|row| seen(row, *position)).collect();
            for (head, block) in block.chunks_exact_mut(group.len() * padded(d_kv)).enumerate() {
                let at = group.start * stride + *position * inner + head * d_kv;
                let [q, k, v] = [&q, &k, &v].map(|data| Rows { data: &data[at..], stride });
                let keys = Keys::gather(workers, k, v, group.len(), d_kv);
                keys.attend(workers, q, |_| None, Some(&mask), block);
                keys.release(workers);
            }
        });
        let mut answer = workers.take(q.len());
        for (group, position, block) in parts {
            for (head, block) in block.chunks_exact(group.len() * padded(d_kv)).enumerate() {
                merge(
                    block,
                    d_kv,
                    &mut answer[group.start * stride + position * inner + head * d_kv..],
                    stride,
                );
            }
            workers.give([block]);
        }
        workers.linear(&answer, &attention.o, Then::Add, x);
        workers.give([normed, q, k, v, answer]);
    }

    /// `[rows × patches, levels × patch]` to `[row][level][step]`, in the units of each row.
    fn restore(&self, out: &[f32], places: &[Place], patches: usize) -> Vec<Vec<Vec<f32>>> {
        let (patch, levels) = (self.settings.patch, self.settings.quantiles.len());
        let value = |place: &Place, y: f32| {
            place.restore(if self.settings.use_arcsinh { f64::from(y).sinh() as f32 } else { y })
        };
        out.chunks_exact(patches * levels * patch)
            .zip(places)
            .map(|(row, place)| {
                (0..levels)
                    .map(|level| {
                        row.chunks_exact(levels * patch)
                            .flat_map(|row| &row[level * patch..(level + 1) * patch])
                            .map(|y| value(place, *y))
                            .collect()
                    })
                    .collect()
            })
            .collect()
    }
}
