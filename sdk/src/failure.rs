//! Saying what went wrong: by what has to happen before it is worth trying again, and by whose fault.

pub use crate::bindings::{
    plugin::watteau::connector::types::Cause, reader::exports::watteau::connector::reader::FileError,
};
use crate::{
    bindings::plugin::watteau::connector::types as wit,
    context::SinkError,
    time::Instant,
    types::{SettingProblem, Text},
};
use std::fmt;

/// Bytes of an answer that are kept as evidence: enough to see what it was, little enough to keep.
const EVIDENCE: usize = 4096;

/// Why a call could not do its work, who is at fault, and what the person should read.
///
/// One builder per cause; [`Failure::by`] names the party at fault.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// What has to happen before it is worth trying again.
    pub cause: Cause,
    /// The party at fault by name (`Enedis`); none: the connector itself or the settings.
    pub party: Option<String>,
    /// What the person reads.
    pub message: Text,
    /// The answer that could not be read, cut; never shown to others.
    pub evidence: Option<String>,
}

impl Failure {
    fn new(cause: Cause, message: impl Into<Text>) -> Self {
        Self { cause, party: None, message: message.into(), evidence: None }
    }

    /// Credentials or consent are refused: nothing is tried before the user acts, or a day has gone by.
    pub fn consent(message: impl Into<Text>) -> Self {
        Self::new(Cause::Consent, message)
    }

    /// No more calls before `until`; none: the host chooses.
    pub fn quota(message: impl Into<Text>, until: impl Into<Option<Instant>>) -> Self {
        Self::new(Cause::Quota(until.into()), message)
    }

    /// A passing trouble, tried again after so many seconds; none: the host chooses.
    pub fn unavailable(message: impl Into<Text>, seconds: impl Into<Option<u32>>) -> Self {
        Self::new(Cause::Unavailable(seconds.into()), message)
    }

    /// An answer that cannot be read. The evidence is cut to what helps.
    pub fn unreadable(message: impl Into<Text>, evidence: impl Into<String>) -> Self {
        let mut evidence = evidence.into();
        evidence.truncate(evidence.floor_char_boundary(EVIDENCE));
        Self { evidence: Some(evidence), ..Self::new(Cause::Unreadable, message) }
    }

    /// The source has nothing for this span, or not yet. Not a failure of anything.
    pub fn no_data(message: impl Into<Text>) -> Self {
        Self::new(Cause::NoData, message)
    }

    /// The source does not offer this feed for this meter until the user acts on the source's side.
    pub fn not_offered(message: impl Into<Text>) -> Self {
        Self::new(Cause::NotOffered, message)
    }

    /// Several settings are wrong.
    pub fn settings(message: impl Into<Text>, problems: Vec<SettingProblem>) -> Self {
        Self::new(Cause::Settings(problems), message)
    }

    /// One setting is wrong; `option` is its path in the instance's table.
    pub fn setting(option: impl Into<String>, message: impl Into<Text>) -> Self {
        let message = message.into();
        let problem = SettingProblem { option: option.into(), message: message.clone() };
        Self::new(Cause::Settings(vec![problem]), message)
    }

    /// Names the party at fault, unless one is named already.
    #[must_use]
    pub fn by(mut self, party: impl Into<String>) -> Self {
        self.party.get_or_insert_with(|| party.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.party {
            Some(party) => write!(f, "{party}: {}", self.message.en),
            None => f.write_str(&self.message.en),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Failure> for wit::Failure {
    fn from(failure: Failure) -> Self {
        let Failure { cause, party, message, evidence } = failure;
        Self { cause, party, message, evidence }
    }
}

impl From<SinkError> for Failure {
    /// The host stops a connector that breaks the contract by itself; only a store in trouble comes back here.
    fn from(error: SinkError) -> Self {
        let fr = match &error {
            SinkError::Contract(what) => format!("Le connecteur ne respecte pas son contrat : {what}"),
            SinkError::TooMuch(what) => format!("Trop de points pour un seul appel : {what}"),
            SinkError::Store(what) => format!("La base ne peut pas écrire : {what}"),
        };
        Failure::unavailable((error.to_string(), fr), None)
    }
}

impl FileError {
    /// Why a file cannot be taken: a stable class (`empty_file`) and the sentence for the person.
    pub fn new(code: impl Into<String>, message: impl Into<Text>) -> Self {
        Self { code: code.into(), message: message.into(), incomplete: false }
    }

    /// The file may still be on its way: it is read again shortly, before it is reported.
    #[must_use]
    pub fn incomplete(mut self) -> Self {
        self.incomplete = true;
        self
    }
}

impl From<SinkError> for FileError {
    fn from(error: SinkError) -> Self {
        let Failure { message, .. } = Failure::from(error);
        Self::new("not_stored", message)
    }
}
