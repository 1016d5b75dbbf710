//! What is wrong with the configuration: every problem at once, one line each.

use super::origin::Origin;
use std::{cell::RefCell, fmt};

/// One thing that is wrong, or worth a word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where it is written.
    pub at: Origin,
    /// The key's path, `connectors.linky.since`; empty when it is about a whole file.
    pub key: String,
    /// One sentence that says what to do; never a secret, never a meter's number.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.at)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.message)
    }
}

/// Every problem of a configuration, in the order of the files and of their lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors {
    /// The problems; never empty.
    pub problems: Vec<Problem>,
    /// What is worth a word besides.
    pub warnings: Vec<Problem>,
}

impl std::error::Error for ConfigErrors {}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.len() {
            1 => write!(f, "The configuration has a problem:")?,
            count => write!(f, "The configuration has {count} problems:")?,
        }
        self.problems.iter().try_for_each(|problem| write!(f, "\n{problem}"))?;
        self.warnings.iter().try_for_each(|warning| write!(f, "\nwarning: {warning}"))
    }
}

/// Collects problems and warnings while everything is looked at.
#[derive(Debug, Default)]
pub(super) struct Findings {
    problems: RefCell<Vec<Problem>>,
    warnings: RefCell<Vec<Problem>>,
    /// Places that are no TOML.
    damaged: RefCell<Vec<Origin>>,
}

impl Findings {
    pub(super) fn problem(&self, at: &Origin, key: &str, message: impl Into<String>) {
        let problem = Problem { at: at.clone(), key: key.to_owned(), message: message.into() };
        self.problems.borrow_mut().push(problem);
    }

    /// A place that is no TOML: what its line would mean is not worth a word of its own.
    pub(super) fn damage(&self, at: &Origin, message: impl Into<String>) {
        self.damaged.borrow_mut().push(at.clone());
        self.problem(at, "", message);
    }

    pub(super) fn warning(&self, at: &Origin, key: &str, message: impl Into<String>) {
        let problem = Problem { at: at.clone(), key: key.to_owned(), message: message.into() };
        self.warnings.borrow_mut().push(problem);
    }

    /// The warnings when nothing is wrong, else everything that is.
    pub(super) fn conclude(self) -> Result<Vec<Problem>, ConfigErrors> {
        let sorted = |list: RefCell<Vec<Problem>>| {
            let mut list = list.into_inner();
            list.sort();
            list.dedup();
            list
        };
        let damaged = self.damaged.into_inner();
        let guessed = |problem: &Problem| {
            !problem.key.is_empty()
                && damaged.iter().any(|at| at.line() == problem.at.line() && at.line().is_some())
        };
        self.problems.borrow_mut().retain(|problem| !guessed(problem));
        let (problems, warnings) = (sorted(self.problems), sorted(self.warnings));
        if problems.is_empty() { Ok(warnings) } else { Err(ConfigErrors { problems, warnings }) }
    }
}

/// The one of the words that are known of which this is probably a misspelling.
pub(super) fn close_to<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distances = known.into_iter().map(|name| (strsim::damerau_levenshtein(word, name), name));
    distances.filter(|(distance, name)| *distance <= 2.max(name.len() / 3)).min().map(|(_, name)| name)
}

/// `; did you mean …?` for a word close to one of those that are known, else what they are.
pub(super) fn suggestion<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let mut known: Vec<&str> = known.into_iter().collect();
    known.sort_unstable();
    match close_to(word, known.iter().copied()) {
        Some(name) => format!("; did you mean `{name}`?"),
        None if known.is_empty() || known.len() > 12 => String::new(),
        None => format!("; known here: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_words_are_suggested_and_far_ones_listed() {
        assert_eq!(suggestion("lisen", ["listen", "socket"]), "; did you mean `listen`?");
        assert_eq!(suggestion("colour", ["listen", "socket"]), "; known here: listen, socket");
        assert_eq!(suggestion("colour", []), "");
    }
}
