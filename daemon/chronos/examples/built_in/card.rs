//! temporary
use crate::{recipe, samples::Samples, score};
use anyhow::Result;
use std::{path::Path, time::Duration};
use watteau_analysis::Day;
use watteau_chronos::{LoadOptions, Model, train::Fitted};
pub struct Training;
pub fn training(_: &Fitted, _: Duration) -> Training {
    Training
}
pub fn training_of(_: &Path) -> Result<Training> {
    Ok(Training)
}
pub fn write(samples: &Samples, folder: &Path, _: &Training) -> Result<()> {
    let model = Model::load(folder, &LoadOptions::default())?;
    for (first, last) in [(recipe::VALIDATION, Day::new(recipe::TEST).plus(-1))] {
        for known in recipe::KNOWN {
            let hours = score::forecast(&model, samples, [Day::new(first), last], known)?;
            println!("{first} {known}: {:?}", score::scores(&hours));
            for d in [1, 2, 7] {
                println!("D-{d} {:?}", score::other(&hours, |h| score::before(samples, h, d)));
            }
            println!("rte {:?}", score::other(&hours, |h| samples.operator.get(h.utc)));
        }
    }
    Ok(())
}
