//! Chronos-T5: values become tokens, an encoder reads them, a decoder draws paths a token at a time.
//!
//! The encoder runs once for a series and block, and its keys and values are laid out once for all paths and steps. All
//! paths of a series take a step together, so that a step reads each weight once.

use crate::{
    attention::{Bias, Keys, Segment, merge},
    config::{Config, T5 as Settings},
    error::LoadError,
    kernel::{Rows, padded},
    sampling::{Random, Sampler},
    stack::{Decoder, Encoder, project},
    tokens::{Tokenizer, Tokens},
    weights::{Matrix, Weights},
    workers::{Then, Workers},
};

/// Names under which the embedding table may be stored; all are the same numbers.
const TABLES: [&str; 4] =
    ["shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"];

/// The network, as a view of the weights.
pub(crate) struct T5<'w> {
    config: &'w Config,
    settings: &'w Settings,
    tokenizer: Tokenizer,
    table: Matrix<'w>,
    /// The output head, where it is not the embedding table.
    head: Option<Matrix<'w>>,
    encoder: Encoder<'w>,
    decoder: Decoder<'w>,
    bias: Bias,
}

/// How paths are drawn.
pub(crate) struct Draw {
    pub(crate) sampler: Sampler,
    pub(crate) samples: usize,
    pub(crate) seed: u64,
}

impl<'w> T5<'w> {
    /// Reads the network for series of at most `longest` values and blocks of at most `steps`.
    pub(crate) fn new(
        weights: &'w Weights,
        config: &'w Config,
        settings: &'w Settings,
        longest: usize,
        steps: usize,
    ) -> Result<Self, LoadError> {
        let (d, positions) = (config.d_model, settings.positions);
        let stored = if settings.tied { &TABLES[..] } else { &TABLES[..3] };
        let name = stored.iter().find(|name| weights.has(name)).unwrap_or(&TABLES[0]);
        let head =
            if settings.tied { None } else { Some(weights.matrix(TABLES[3], config.vocabulary, d)?) };
        Ok(Self {
            config,
            settings,
            tokenizer: Tokenizer::new(settings),
            table: weights.matrix(name, config.vocabulary, d)?,
            head,
            encoder: Encoder::new(weights, config, positions, longest.min(settings.context_length) + 1)?,
            decoder: Decoder::new(weights, config, settings.decoder_layers)?,
            bias: Bias::new(weights, "decoder", positions, false, config.heads, steps)?,
        })
    }

    /// Paths of a series, `[path][step]`. `number` tells the series of a batch apart, so that no two draw alike.
    pub(crate) fn predict(
        &self,
        workers: &Workers,
        series: &[f32],
        number: usize,
        draw: &Draw,
        horizon: usize,
    ) -> Vec<Vec<f32>> {
        let mut randoms: Vec<Random> = (0..draw.samples)
            .map(|path| Random::new(draw.seed, (number * draw.samples + path) as u64))
            .collect();
        let mut paths = vec![Vec::with_capacity(horizon); draw.samples];
        let mut context = series.to_vec();
        while paths[0].len() < horizon {
            let done = paths[0].len();
            let steps = (horizon - done).min(self.settings.prediction_length);
            self.block(workers, &context, steps, draw, &mut randoms, &mut paths);
            // Only medians are fed back, by the reference's rule.
            context.extend((done..done + steps).map(|step| {
                let mut values: Vec<f32> = paths.iter().map(|path| path[step]).collect();
                values.sort_by(f32::total_cmp);
                values[(values.len() - 1) / 2]
            }));
        }
        paths
    }

    /// Draws `steps` more values for every path.
    fn block(
        &self,
        workers: &Workers,
        context: &[f32],
        steps: usize,
        draw: &Draw,
        randoms: &mut [Random],
        paths: &mut [Vec<f32>],
    ) {
        let tokens = self.tokenizer.context(context);
        let mut state = self.begin(workers, &tokens, draw.samples, steps);
        let mut last = vec![self.settings.start_token; draw.samples];
        for step in 0..steps {
            // All paths begin alike: one of them speaks for all.
            let told = if step == 0 { &last[..1] } else { &last };
            let mut logits = self.step(workers, &mut state, told);
            for logits in logits.chunks_exact_mut(self.config.vocabulary) {
                // As many tokens as asked for: no path may end early.
                logits[self.settings.eos_token as usize] = f32::NEG_INFINITY;
            }
            let rows = logits.chunks_exact(self.config.vocabulary).cycle();
            let rows: Vec<_> = rows.zip(&mut last).zip(&mut *randoms).collect();
            workers.each(rows, |((logits, token), random)| *token = draw.sampler.draw(logits, random));
            workers.give([logits]);
            for (path, token) in paths.iter_mut().zip(&last) {
                path.push(self.tokenizer.value(*token, tokens.scale));
            }
        }
        for layer in state.layers {
            layer
                .context
                .into_iter()
                .chain(layer.own.into_iter().flatten())
                .for_each(|keys| keys.release(workers));
        }
    }

    /// Encodes a context: `[tokens, d_model]`.
    fn encode(&self, workers: &Workers, tokens: &Tokens) -> Vec<f32> {
        let segment = Segment { first: 0, mask: tokens.mask.clone() };
        let embedded = self.embed(workers, &tokens.ids);
        self.encoder.apply(workers, embedded, &[segment])
    }

    fn embed(&self, workers: &Workers, ids: &[u32]) -> Vec<f32> {
        let d = self.config.d_model;
        let mut x = workers.take(ids.len() * d);
        for (x, id) in x.chunks_exact_mut(d).zip(ids) {
            self.table.widen(workers.arch, *id as usize, x);
        }
        x
    }

    /// Encodes a context and lays out what the decoder will ask of it.
    fn begin(&self, workers: &Workers, tokens: &Tokens, paths: usize, steps: usize) -> State {
        let (inner, d_kv) = (self.config.inner(), self.config.d_kv);
        let encoded = self.encode(workers, tokens);
        let mut layers = Vec::with_capacity(self.decoder.layers.len());
        for layer in &self.decoder.layers {
            let [k, v] = project(workers, &encoded, [&layer.cross.k, &layer.cross.v]);
            let context = (0..self.config.heads).map(|head| {
                let [k, v] = [&k, &v].map(|rows| Rows { data: &rows[head * d_kv..], stride: inner });
                Keys::gather(workers, k, v, tokens.ids.len(), d_kv)
            });
            layers.push(LayerState {
                context: context.collect(),
                own: (0..paths)
                    .map(|_| (0..self.config.heads).map(|_| Keys::with_room(workers, d_kv, steps)).collect())
                    .collect(),
            });
            workers.give([k, v]);
        }
        workers.give([encoded]);
        let mask = tokens.mask.contains(&false).then(|| tokens.mask.clone());
        State { mask, layers, position: 0 }
    }

    /// One step of all paths: their last tokens in, logits `[paths, vocabulary]` out; one token and one row of logits
    /// while all paths are the same.
    fn step(&self, workers: &Workers, state: &mut State, last: &[u32]) -> Vec<f32> {
        let mut x = self.embed(workers, last);
        for (layer, state_of_layer) in self.decoder.layers.iter().zip(&mut state.layers) {
            let normed = layer.attention.norm.apply(workers, &x);
            let [q, k, v] =
                project(workers, &normed, [&layer.attention.q, &layer.attention.k, &layer.attention.v]);
            let mut answer = workers.take(q.len());
            self.attend_own(workers, &mut state_of_layer.own, state.position, [&q, &k, &v], &mut answer);
            workers.linear(&answer, &layer.attention.o, Then::Add, &mut x);
            workers.give([normed, q, k, v]);

            let normed = layer.cross.norm.apply(workers, &x);
            let [q] = project(workers, &normed, [&layer.cross.q]);
            self.attend_context(workers, &state_of_layer.context, state.mask.as_deref(), &q, &mut answer);
            workers.linear(&answer, &layer.cross.o, Then::Add, &mut x);
            workers.give([normed, q, answer]);

            layer.feed_forward.add_to(workers, &mut x);
        }
        state.position += 1;
        let mut normed = self.decoder.norm.apply(workers, &x);
        let head = self.head.as_ref().unwrap_or(&self.table);
        if self.head.is_none() {
            let scale = (self.config.d_model as f32).sqrt().recip();
            for value in &mut normed {
                *value *= scale;
            }
        }
        let mut logits = workers.take(last.len() * head.rows);
        workers.linear(&normed, head, Then::Store, &mut logits);
        workers.give([normed, x]);
        logits
    }

    /// Each path looks back at its own tokens; a single row of `q`, `k` and `v` is that of every path.
    fn attend_own(
        &self,
        workers: &Workers,
        own: &mut [Vec<Keys>],
        position: usize,
        [q, k, v]: [&[f32]; 3],
        answer: &mut [f32],
    ) {
        let (inner, d_kv) = (self.config.inner(), self.config.d_kv);
        let rows = q.len() / inner;
        let answers = answer.chunks_exact_mut(inner).map(Some).chain(std::iter::repeat_with(|| None));
        let paths: Vec<_> = own.iter_mut().zip(answers).enumerate().collect();
        workers.each(paths, |(path, (heads, answer))| {
            let row = path % rows;
            for (head, keys) in heads.iter_mut().enumerate() {
                let at = row * inner + head * d_kv;
                keys.push(&k[at..at + d_kv], &v[at..at + d_kv]);
            }
            let Some(answer) = answer else { return };
            let mut block = workers.take(padded(d_kv));
            for (head, keys) in heads.iter().enumerate() {
                let at = row * inner + head * d_kv;
                let query = Rows { data: &q[at..], stride: inner };
                let bias = Some(self.bias.of(head, position));
                keys.attend(workers, query, |_| bias, None, &mut block);
                merge(&block, d_kv, &mut answer[head * d_kv..], inner);
            }
            workers.give([block]);
        });
    }

    /// All paths look at the same context.
    fn attend_context(
        &self,
        workers: &Workers,
        context: &[Keys],
        mask: Option<&[bool]>,
        q: &[f32],
        answer: &mut [f32],
    ) {
        let (inner, d_kv) = (self.config.inner(), self.config.d_kv);
        let wide = q.len() / inner * padded(d_kv);
        let mut blocks: Vec<Vec<f32>> = context.iter().map(|_| workers.take(wide)).collect();
        workers.each(
            context.iter().zip(&mut blocks).enumerate().collect::<Vec<_>>(),
            |(head, (keys, block))| {
                let query = Rows { data: &q[head * d_kv..], stride: inner };
                keys.attend(workers, query, |_| None, mask, block);
            },
        );
        for (head, block) in blocks.into_iter().enumerate() {
            merge(&block, d_kv, &mut answer[head * d_kv..], inner);
            workers.give([block]);
        }
    }
}

/// What the decoder remembers between steps.
struct State {
    /// Which tokens of the context may be seen, unless all.
    mask: Option<Vec<bool>>,
    layers: Vec<LayerState>,
    position: usize,
}

struct LayerState {
    /// Keys of the context by head, shared by all paths.
    context: Vec<Keys>,
    /// Keys of the tokens drawn so far, by path and head.
    own: Vec<Vec<Keys>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Family, weights::Weighting};
    use std::path::Path;

    /// Logits of the first step for the first case, which `make.py` keeps: greedy paths alone would not show a wrong scale.
    #[test]
    fn logits_are_as_large_as_they_should_be() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/t5");
        let config = Config::parse(&std::fs::read(folder.join("config.json")).unwrap()).unwrap();
        let weights = Weights::open(&folder.join("model.safetensors"), Weighting::AsStored).unwrap();
        let cases: serde_json::Value =
            serde_json::from_slice(&std::fs::read(folder.join("cases.json")).unwrap()).unwrap();
        let numbers = |value: &serde_json::Value| -> Vec<f32> {
            value.as_array().unwrap().iter().map(|value| value.as_f64().unwrap() as f32).collect()
        };
        let Family::T5(settings) = &config.family else { panic!("another family") };
        let network = T5::new(&weights, &config, settings, 150, 1).unwrap();
        let workers = Workers::new(Some(2)).unwrap();
        let tokens = network.tokenizer.context(&numbers(&cases["cases"][0]["context"]));
        let mut state = network.begin(&workers, &tokens, 3, 1);
        let logits = network.step(&workers, &mut state, &[settings.start_token; 3]);
        let expected = numbers(&cases["cases"][0]["first_logits"]);
        for logits in logits.chunks_exact(config.vocabulary) {
            for (found, expected) in logits.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-4, "{found} for {expected}");
            }
        }
    }
}
