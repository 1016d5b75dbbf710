//! YAML to paste: one `rest` sensor that reads the summary, and a `template` sensor for each number of it.
//!
//! One request serves all sensors. The numbers are template sensors because `rest` has no `last_reset`, and because a
//! template sensor without a value comes back by itself; every template is written so that it never fails, also while
//! the one behind it has no attributes.

use crate::sensor::{self, Lang, Part, Sensor};
use std::{collections::BTreeSet, fmt::Write as _};

/// How the sensors come to this watteau.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The address of watteau as Home Assistant reaches it, without a slash at its end.
    pub url: String,
    /// The language of names and instructions.
    pub lang: Lang,
    /// What there is.
    pub parts: Vec<Part>,
    /// Whether requests have to carry a token.
    pub bearer: bool,
    /// Whether only this machine reaches the address.
    pub only_here: bool,
}

/// The entity that holds the whole answer.
const SOURCE: &str = "sensor.watteau_source";

/// Seconds between two requests: the grid changes every quarter of an hour, the rest less often.
const EVERY: u32 = 900;

impl Page {
    /// The page.
    pub fn write(&self) -> String {
        let mut text = String::new();
        for line in self.instructions() {
            let _ = writeln!(text, "{}", format!("# {line}").trim_end());
        }
        let sensors = sensor::of(&self.parts);
        self.rest(&mut text, &sensors);
        if !sensors.is_empty() {
            text.push_str("\ntemplate:\n  - sensor:\n");
            for sensor in &sensors {
                self.template(&mut text, sensor);
            }
        }
        text
    }

    fn instructions(&self) -> Vec<String> {
        let mut lines = match self.lang {
            Lang::En => vec![
                "Sensors of watteau for Home Assistant.",
                "1. Save this as packages/watteau.yaml beside configuration.yaml.",
                "2. In configuration.yaml, once:",
                "     homeassistant:",
                "       packages: !include_dir_named packages",
                "3. Developer tools > YAML > Check configuration, then restart Home Assistant.",
                "Without packages, add the two blocks below to the `rest:` and `template:` that you have.",
            ],
            Lang::Fr => vec![
                "Capteurs de watteau pour Home Assistant.",
                "1. Enregistrez ceci sous packages/watteau.yaml, à côté de configuration.yaml.",
                "2. Dans configuration.yaml, une fois :",
                "     homeassistant:",
                "       packages: !include_dir_named packages",
                "3. Outils de développement > YAML > Vérifier la configuration, puis redémarrez Home Assistant.",
                "Sans packages, ajoutez les deux blocs ci-dessous à vos `rest:` et `template:`.",
            ],
        };
        let open = format!("  [server] listen = \"0.0.0.0:{}\"", self.port());
        if self.only_here {
            lines.extend(match self.lang {
                Lang::En => [
                    "",
                    "This address is of this machine alone. If Home Assistant is on another one, set in watteau's settings",
                    &open,
                    "and run `watteau homeassistant` again.",
                ],
                Lang::Fr => [
                    "",
                    "Cette adresse est celle de cette machine seule. Si Home Assistant est sur une autre, mettez dans les réglages",
                    &open,
                    "et relancez `watteau homeassistant`.",
                ],
            });
        }
        if self.bearer {
            lines.extend(match self.lang {
                Lang::En => [
                    "",
                    "watteau asks for a token: `watteau token create homeassistant`, then in secrets.yaml:",
                    "  watteau_bearer: \"Bearer THE_TOKEN\"",
                ],
                Lang::Fr => [
                    "",
                    "watteau demande un jeton : `watteau token create homeassistant`, puis dans secrets.yaml :",
                    "  watteau_bearer: \"Bearer LE_JETON\"",
                ],
            });
        }
        lines.extend(match self.lang {
            Lang::En => [
                "",
                "Days arrive a day late, so these sensors are for cards and automations. For the energy dashboard use",
                "watteau's statistics, which put each hour where it belongs: [homeassistant] in watteau's settings.",
            ],
            Lang::Fr => [
                "",
                "Les jours arrivent avec un jour de retard : ces capteurs sont pour les cartes et les automatisations. Pour le",
                "tableau de bord énergie, les statistiques de watteau mettent chaque heure à sa place : [homeassistant].",
            ],
        });
        lines.into_iter().map(str::to_owned).collect()
    }

    /// The port of the address, as it is written there.
    fn port(&self) -> &str {
        let port = self.url.rsplit_once(':').map(|(_, port)| port);
        port.filter(|port| port.parse::<u16>().is_ok()).unwrap_or("9288")
    }

    fn rest(&self, text: &mut String, sensors: &[Sensor]) {
        let tops: BTreeSet<&str> =
            sensors.iter().filter_map(|sensor| sensor.value.split('.').next()).chain(["updated"]).collect();
        let _ = write!(
            text,
            "\nrest:\n  - resource: {}\n    scan_interval: {EVERY}\n    timeout: 30\n",
            quoted(&format!("{}/api/v1/summary", self.url))
        );
        if self.bearer {
            text.push_str("    headers:\n      Authorization: !secret watteau_bearer\n");
        }
        let _ = write!(
            text,
            "    sensor:\n      - name: {}\n        unique_id: watteau_source\n        icon: mdi:home-lightning-bolt\n        \
             value_template: {}\n        json_attributes:\n",
            // The same in every language: its id follows from it, and templates refer to that.
            quoted("Watteau source"),
            quoted("{{ value_json.status | default('error') }}"),
        );
        for top in tops {
            let _ = writeln!(text, "          - {top}");
        }
    }

    fn template(&self, text: &mut String, sensor: &Sensor) {
        let _ = writeln!(text, "      - name: {}", quoted(&format!("Watteau {}", sensor.name(self.lang))));
        let _ = writeln!(text, "        unique_id: watteau_{}", sensor.key);
        for (key, value) in [
            ("unit_of_measurement", sensor.unit),
            ("device_class", sensor.class),
            ("state_class", sensor.state_class()),
        ] {
            if let Some(value) = value {
                let _ = writeln!(text, "        {key}: {}", quoted(value));
            }
        }
        let _ =
            writeln!(text, "        state: {}", quoted(&format!("{{{{ {} }}}}", path(sensor.value, "none"))));
        if let Some(reset) = sensor.last_reset() {
            let start = path(reset, "'1970-01-01T00:00:00+00:00'");
            let _ = writeln!(text, "        last_reset: {}", quoted(&format!("{{{{ {start} }}}}")));
        }
        let conditions: Vec<String> =
            sensor.conditions().into_iter().map(|condition| path(condition, "false")).collect();
        let _ = writeln!(
            text,
            "        availability: {}",
            quoted(&format!("{{{{ {} }}}}", conditions.join(" and ")))
        );
    }
}

/// The template of a value of the summary, with what it is where there is none.
fn path(path: &str, missing: &str) -> String {
    let mut parts = path.split('.').peekable();
    let top = parts.next().unwrap_or_default();
    let mut text = format!("(state_attr('{SOURCE}', '{top}') or {{}})");
    while let Some(part) = parts.next() {
        let missing = if parts.peek().is_some() { "{}" } else { missing };
        let _ = write!(text, ".get('{part}', {missing})");
    }
    text
}

/// A text as YAML writes it between double quotes.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_yaml_ng::Value;
    use std::{collections::BTreeSet, fs, path::Path};

    fn page(lang: Lang, parts: &[Part]) -> Page {
        Page {
            url: "http://192.0.2.7:9288".to_owned(),
            lang,
            parts: parts.to_vec(),
            bearer: false,
            only_here: false,
        }
    }

    /// Compares with the file that is kept; `WATTEAU_BLESS=1` writes it.
    fn golden(name: &str, text: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
        if std::env::var_os("WATTEAU_BLESS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
        }
        assert_eq!(text, fs::read_to_string(&path).unwrap_or_default(), "{}", path.display());
    }

    fn check(text: &str) -> Value {
        let yaml: Value = serde_yaml_ng::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let sensors = |value: &Value| value["sensor"].as_sequence().cloned().unwrap_or_default();
        let all: Vec<Value> = ["rest", "template"]
            .into_iter()
            .filter_map(|block| yaml[block].as_sequence())
            .flatten()
            .flat_map(sensors)
            .collect();
        let ids: BTreeSet<&str> = all.iter().filter_map(|sensor| sensor["unique_id"].as_str()).collect();
        assert_eq!(ids.len(), all.len(), "every sensor has an id of its own");
        let names: BTreeSet<&str> = all.iter().filter_map(|sensor| sensor["name"].as_str()).collect();
        assert_eq!(names.len(), all.len(), "every sensor has a name of its own");
        yaml
    }

    #[test]
    fn pages_are_those_that_are_kept() {
        let linky = page(Lang::Fr, &[Part::Electricity, Part::Power]);
        let everything = Page { bearer: true, ..page(Lang::En, &Part::ALL) };
        let gas = Page {
            url: "http://127.0.0.1:9288".to_owned(),
            only_here: true,
            ..page(Lang::En, &[Part::Gas, Part::GasVolume, Part::GasForecast])
        };
        let nothing = page(Lang::Fr, &[]);
        for (name, page) in
            [("linky.fr", linky), ("everything.en", everything), ("gas.en", gas), ("nothing.fr", nothing)]
        {
            let text = page.write();
            let yaml = check(&text);
            assert_eq!(yaml["template"].is_sequence(), !page.parts.is_empty(), "{name}");
            golden(&format!("{name}.yaml"), &text);
        }
    }

    #[test]
    fn what_opens_it_to_others_names_the_port_that_it_has() {
        for lang in [Lang::En, Lang::Fr] {
            for (url, port) in
                [("http://127.0.0.1:9300", "9300"), ("http://[::1]:81", "81"), ("http://[::1]", "9288")]
            {
                let page = Page { url: url.to_owned(), only_here: true, ..page(lang, &[Part::Gas]) };
                let text = page.write();
                assert!(text.contains(&format!("#   [server] listen = \"0.0.0.0:{port}\"\n")), "{text}");
            }
        }
    }

    #[test]
    fn a_token_is_asked_of_the_secrets() {
        let text = Page { bearer: true, ..page(Lang::Fr, &[Part::Load]) }.write();
        assert!(text.contains("Authorization: !secret watteau_bearer"));
        let yaml = check(&text);
        assert!(matches!(yaml["rest"][0]["headers"]["Authorization"], Value::Tagged(_)));
    }

    #[test]
    fn whatever_the_address_it_stays_one_value() {
        for url in ["http://pi.local:9288", "http://[2001:db8::1]:9288", "https://x/a \"b\" # c"] {
            let yaml = check(&Page { url: url.to_owned(), ..page(Lang::En, &[Part::Load]) }.write());
            assert_eq!(yaml["rest"][0]["resource"].as_str(), Some(format!("{url}/api/v1/summary").as_str()));
        }
    }
}
