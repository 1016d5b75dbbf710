//! The answers behind GRDF's site, saved: an object by meter, `releves` inside.

use std::fmt;
use std::io::Read;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::record::{Keys, Record, Scalar, Seen, present, take};
use super::{Guard, failure};
use crate::collect::{Collector, Import};
use crate::context::Context;
use crate::failure::Failure;
use crate::reading::{Places, Reason, Refusal};
use crate::words::{self, normalise};

const KEYS: Keys = Keys {
    columns: [
        "idPce",
        "journeeGaziere",
        "indexDebut",
        "indexFin",
        "volumeBrutConsomme",
        "energieConsomme",
        "coeffConversion",
        "temperature",
        "qualificationReleve",
    ],
    span: ["dateDebutReleve", "dateFinReleve"],
};

/// One record; fields come and go between answers, and those not named here are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "the names are those of the answer")]
struct Releve<'a> {
    #[serde(borrow, default)]
    date_debut_releve: Option<&'a RawValue>,
    #[serde(borrow, default)]
    date_fin_releve: Option<&'a RawValue>,
    #[serde(borrow, default)]
    journee_gaziere: Option<&'a RawValue>,
    #[serde(borrow, default)]
    index_debut: Option<&'a RawValue>,
    #[serde(borrow, default)]
    index_fin: Option<&'a RawValue>,
    #[serde(borrow, default)]
    volume_brut_consomme: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    energie_consomme: Option<&'a RawValue>,
    #[serde(borrow, default)]
    coeff_conversion: Option<&'a RawValue>,
    #[serde(borrow, default)]
    temperature: Option<&'a RawValue>,
    #[serde(borrow, default)]
    qualification_releve: Option<&'a RawValue>,
    #[serde(borrow, default)]
    nature_releve: Option<&'a RawValue>,
    #[serde(borrow, default)]
    status: Option<&'a RawValue>,
}

/// Reads a document already known to be an object whose keys may be meters.
pub(super) fn read(document: impl Read, context: Context) -> Result<Import, Failure> {
    let mut answer = Answer {
        newest: context.newest(None),
        collector: Collector::default(),
        seen: Seen::default(),
        meters: 0,
        keys: Vec::new(),
        failure: None,
    };
    let mut parser = serde_json::Deserializer::from_reader(Guard::new(document));
    let parsed = Meters(&mut answer).deserialize(&mut parser).and_then(|()| parser.end());
    if let Some(failure) = answer.failure {
        return Err(failure);
    }
    parsed.map_err(failure)?;
    if answer.meters == 0 {
        return Err(Failure::Unrecognised(answer.keys));
    }
    if let Some(failure) = answer.seen.failure(&KEYS, &answer.collector) {
        return Err(failure);
    }
    let format = match (answer.seen.days, answer.seen.periods) {
        (true, true) => "grdf_json_mixed",
        (false, true) => "grdf_json_publiees",
        _ => "grdf_json_informatives",
    };
    Ok(answer.collector.finish(format, None, Places::Releves))
}

struct Answer {
    newest: Option<watteau_tabular::Day>,
    collector: Collector,
    seen: Seen,
    meters: u32,
    keys: Vec<String>,
    failure: Option<Failure>,
}

impl Answer {
    /// Parses one record that is known to be JSON, and takes or refuses it.
    fn record(&mut self, meter: usize, number: u32, raw: &RawValue) -> Result<(), Failure> {
        self.seen.count()?;
        let releve: Releve<'_> = match serde_json::from_str(raw.get()) {
            Ok(releve) => releve,
            Err(error) => {
                self.collector.refuse(refusal_of(meter, number, &error));
                return Ok(());
            }
        };
        let record = Record {
            cells: [
                None,
                Scalar::new(releve.journee_gaziere),
                Scalar::new(releve.index_debut),
                Scalar::new(releve.index_fin),
                Scalar::new(releve.volume_brut_consomme),
                Scalar::new(releve.energie_consomme),
                Scalar::new(releve.coeff_conversion),
                Scalar::new(releve.temperature),
                Scalar::new(releve.qualification_releve),
            ],
            span: [Scalar::new(releve.date_debut_releve), Scalar::new(releve.date_fin_releve)],
            nature: Scalar::new(releve.nature_releve),
            definitive: Scalar::new(releve.status)
                .is_some_and(|status| normalise(status.text()) == "definitive"),
            has_energy: releve.energie_consomme.is_some(),
        };
        take(&record, (meter, number), &KEYS, self.newest, &mut self.seen, &mut self.collector);
        Ok(())
    }
}

/// A record that is JSON, but not of a record's shape.
pub(super) fn refusal_of(meter: usize, number: u32, error: &serde_json::Error) -> Refusal {
    let repeated = error.to_string().contains("duplicate field");
    let reason = if repeated { Reason::RepeatedKey } else { Reason::Unreadable };
    Refusal { meter: Some(meter), number, day: None, column: None, text: String::new(), reason }
}

/// Passes a failure of ours through the parser.
fn stop<E: serde::de::Error>(answer: &mut Answer, failure: Failure) -> E {
    let error = E::custom(&failure);
    answer.failure = Some(failure);
    error
}

/// The object by meter.
struct Meters<'x>(&'x mut Answer);

impl<'de> DeserializeSeed<'de> for Meters<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Meters<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object by meter")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if let Some(number) = words::meter(&key) {
                match self.0.collector.meter(Some(&number)) {
                    Ok(meter) => map.next_value_seed(OneMeter { answer: self.0, meter })?,
                    Err(failure) => return Err(stop(self.0, failure)),
                }
            } else {
                map.next_value::<IgnoredAny>()?;
                if self.0.keys.len() < 12 {
                    self.0.keys.push(key);
                }
            }
        }
        Ok(())
    }
}

/// What stands under a meter's number.
struct OneMeter<'x> {
    answer: &'x mut Answer,
    meter: usize,
}

impl<'de> DeserializeSeed<'de> for OneMeter<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OneMeter<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with releves")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut found = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == "releves" {
                if std::mem::replace(&mut found, true) {
                    return Err(serde::de::Error::custom("releves twice"));
                }
                self.answer.meters += 1;
                map.next_value_seed(Releves { answer: self.answer, meter: self.meter })?;
            } else {
                map.next_value::<IgnoredAny>()?;
                if self.answer.keys.len() < 12 {
                    self.answer.keys.push(key);
                }
            }
        }
        Ok(())
    }
}

/// The records of one meter.
struct Releves<'x> {
    answer: &'x mut Answer,
    meter: usize,
}

impl<'de> DeserializeSeed<'de> for Releves<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Releves<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records, or null")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        let mut number = 0;
        while let Some(raw) = sequence.next_element::<Box<RawValue>>()? {
            if let Err(failure) = self.answer.record(self.meter, number, &raw) {
                return Err(stop(self.answer, failure));
            }
            number += 1;
        }
        Ok(())
    }
}
