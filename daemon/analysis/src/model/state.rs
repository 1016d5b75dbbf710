//! A model as bytes, to go on tomorrow without learning all again.
//!
//! The covariances are kept whole and exact: 19 MB with 446 columns, for a rare snapshot and a replay of the days since.
//! What is small enough to write every day, at a small and measured loss, is a [`super::Prior`].

use serde::{Deserialize, Serialize};

use super::{Model, Spec, Track};
use crate::Error;
use crate::calendar::Day;
use crate::features::Scale;
use crate::kalman::Filter;

/// First byte of what is saved.
const FORMAT: u8 = 1;

#[derive(Serialize, Deserialize)]
struct Saved {
    spec: Spec,
    scale: Scale,
    filters: Vec<Filter>,
    through: Day,
    learnt: usize,
    errors: Vec<(Day, Vec<f64>)>,
    tracks: Vec<Track>,
}

impl Model {
    /// The bytes of a model. It forecasts the same to the bit when it is read back.
    pub fn save(&mut self) -> Result<Vec<u8>, Error> {
        self.filters.iter_mut().for_each(|filter| filter.settle(&self.drift));
        self.tracks.iter_mut().for_each(|track| track.residual.settle());
        let saved = Saved {
            spec: self.spec.clone(),
            scale: self.scale.clone(),
            filters: self.filters.clone(),
            through: self.through,
            learnt: self.learnt,
            errors: self.errors.iter().map(|(&day, errors)| (day, errors.to_vec())).collect(),
            tracks: self.tracks.clone(),
        };
        postcard::to_extend(&saved, vec![FORMAT]).map_err(|_| Error::State("it cannot be written"))
    }

    /// Reads back what [`Model::save`] wrote. Damaged bytes are refused.
    pub fn load(bytes: &[u8]) -> Result<Model, Error> {
        let Some((&FORMAT, body)) = bytes.split_first() else {
            return Err(Error::State("another version wrote it"));
        };
        let saved: Saved = postcard::from_bytes(body).map_err(|_| Error::State("it is damaged"))?;
        if !saved.scale.is_sound() || saved.spec.fourier > 10_000 {
            return Err(Error::State("its scales are damaged"));
        }
        let mut model = Model::new(saved.spec, saved.scale, saved.through.plus(1), 0);
        let n = model.features.len();
        let whole = saved.filters.len() == 24
            && saved.filters.iter().all(|filter| filter.is_sound(n))
            && saved.tracks.iter().all(|track| track.residual.is_sound());
        if !whole {
            return Err(Error::State("its filters are damaged"));
        }
        (model.filters, model.tracks, model.learnt) = (saved.filters, saved.tracks, saved.learnt);
        model.filters.iter_mut().for_each(Filter::restore);
        model.tracks.iter_mut().for_each(|track| track.residual.restore());
        for (day, errors) in saved.errors {
            let errors = errors.try_into().map_err(|_| Error::State("its errors are damaged"))?;
            model.errors.insert(day, errors);
        }
        Ok(model)
    }
}
