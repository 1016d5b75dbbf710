//! Secrets never leave in a text: not in an error, not in the journal, not as evidence.

/// What is shown instead.
const HIDDEN: &str = "[secret]";

/// Shorter strings are in too many innocent texts to be hidden, and no credential.
const SHORTEST: usize = 4;

/// The secrets that a run has used.
#[derive(Debug, Default)]
pub(crate) struct Redactor {
    secrets: Vec<String>,
}

impl Redactor {
    /// Hides this from now on, also as it looks in an address.
    pub(crate) fn learn(&mut self, secret: &str) {
        let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        for form in [secret.to_owned(), encoded] {
            if form.len() >= SHORTEST && !self.secrets.contains(&form) {
                self.secrets.push(form);
            }
        }
        // A secret that holds another is hidden first, and whole.
        self.secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    }

    /// The text without secrets.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| {
            if text.contains(secret.as_str()) { text.replace(secret.as_str(), HIDDEN) } else { text }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_secret_is_hidden() {
        let mut redactor = Redactor::default();
        redactor.learn("p@ss/word");
        redactor.learn("abc");
        assert_eq!(redactor.redact("p@ss/word and p%40ss%2Fword, abc"), "[secret] and [secret], abc");
    }
}
