//! Which meter or place an instance's data is of: two in one series could never be told apart again.

use crate::{hex::hex, model::Text};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use watteau_host::manifest::Manifest;

/// What names a meter or a place, by option; hidden, as a meter's number is nobody's business.
pub(super) type Identity = BTreeMap<String, String>;

/// That of an instance with these settings.
pub(super) fn of(manifest: &Manifest, settings: &Map<String, Value>) -> Identity {
    let options = manifest.options.iter().filter(|option| option.identity);
    let named = options.filter_map(|option| Some((&option.name, settings.get(&option.name)?)));
    named.map(|(name, value)| (name.clone(), hidden(name, value))).collect()
}

/// The options that name something else than before.
pub(super) fn changed<'a>(before: &Identity, now: &'a Identity) -> Vec<&'a str> {
    let differs =
        |(name, value): &(&String, &String)| before.get(*name).is_some_and(|before| before != *value);
    now.iter().filter(differs).map(|(name, _)| name.as_str()).collect()
}

/// What is said of settings that name something else than what is kept.
pub(super) fn refusal(instance: &str, changed: &[&str]) -> Text {
    let options = changed.join(", ");
    Text::new(
        format!(
            "{options}: another meter or place than the one whose data is kept under {instance}, and two must not mix. Give \
             the new one a connector of its own, under another name, or put the old value back."
        ),
        format!(
            "{options} : un autre compteur ou lieu que celui dont les données sont gardées sous {instance}, et deux ne \
             doivent pas se mêler. Donnez au nouveau son propre connecteur, sous un autre nom, ou remettez l’ancienne valeur."
        ),
    )
}

fn hidden(name: &str, value: &Value) -> String {
    let value = match value.as_f64() {
        // A place that is corrected by less than a tenth of a degree, some kilometres, is the same.
        Some(degrees) => format!("{:.1}", (degrees * 10.0).round() / 10.0),
        None => value.to_string(),
    };
    let digest = Sha256::digest(format!("{name}={value}"));
    hex(&digest[..8])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn identity(settings: Value) -> Identity {
        let manifest = "contract = 1\nname = \"x\"\nversion = \"1.0.0\"\nkind = \"source\"\ntitle = { en = \"X\" }\n\
            summary = { en = \"X.\" }\n\
            [[option]]\nname = \"prm\"\ntype = \"meter\"\nlabel = { en = \"PRM\" }\n\
            [[option]]\nname = \"latitude\"\ntype = \"number\"\nidentity = true\nlabel = { en = \"Latitude\" }\n\
            [[option]]\nname = \"days\"\ntype = \"integer\"\nlabel = { en = \"Days\" }\n\
            [[feed]]\nname = \"f\"\nseries = [\"s\"]\nspan = \"1d\"\n\
            [[series]]\nname = \"s\"\nunit = \"W\"\nkind = \"power\"\nstep = \"1h\"\ntitle = { en = \"S\" }\n";
        of(&Manifest::parse(manifest).unwrap(), settings.as_object().unwrap())
    }

    #[test]
    fn a_meter_and_a_place_are_what_the_data_is_of() {
        let before = identity(json!({ "prm": "01234567890123", "latitude": 48.853, "days": 3 }));
        assert!(!format!("{before:?}").contains("01234567890123"));
        for (settings, expected) in [
            (json!({ "prm": "01234567890123", "latitude": 48.853, "days": 9 }), &[][..]),
            (json!({ "prm": "01234567890123", "latitude": 48.91 }), &[]),
            (json!({ "prm": "01234567890123" }), &[]),
            (json!({ "prm": "99999999999999", "latitude": 48.853 }), &["prm"]),
            (json!({ "prm": "99999999999999", "latitude": 43.3 }), &["latitude", "prm"]),
        ] {
            assert_eq!(changed(&before, &identity(settings.clone())), expected, "{settings}");
        }
        assert!(changed(&Identity::new(), &before).is_empty(), "an older version kept none");
    }
}
