//! Forecasting models on disk: which there are, how they come here, whether they are whole.
//!
//! A model is a folder in the layout of Hugging Face (`config.json`, `model.safetensors`) under `models/OWNER/NAME` of
//! the data folder, with a [record](folder::Record) of where each file is from. A folder that a person put there without one is a
//! model too; it can only be loaded, not compared.
//!
//! The public crate for this, `hf-hub`, keeps a cache in the home of the user and checks no digest: this module asks
//! the same addresses, resumes, and takes nothing whose size and digest are not those that the hub announced.

pub(crate) mod built_in;
mod catalogue;
mod folder;
mod hub;
mod name;
mod pull;

pub(crate) use catalogue::CATALOGUE;
pub(crate) use folder::{Library, State};
pub(crate) use hub::Hub;
pub(crate) use name::{Name, NotAName};
pub(crate) use pull::pull;
