//! ADICT, GRDF's official interface: one object for each consumption, by lines, in an array or alone.

use std::fmt;
use std::io::{BufRead, Read};

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::guard::Scan;
use super::record::{Keys, Record, Scalar, Seen, present, take};
use super::site::refusal_of;
use super::{Guard, failure};
use crate::collect::{Collector, Import};
use crate::context::Context;
use crate::failure::{Error, Failure, Limit};
use crate::limits;
use crate::reading::{Places, Reason, Refusal};
use crate::words::{self, normalise};

const KEYS: Keys = Keys {
    columns: [
        "id_pce",
        "journee_gaziere",
        "index_brut_debut",
        "index_brut_fin",
        "volume_brut",
        "energie",
        "coeff_conversion",
        "temperature",
        "type_qualif_conso",
    ],
    span: ["date_debut_consommation", "date_fin_consommation"],
};

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default)]
    pce: Option<Pce<'a>>,
    #[serde(borrow, default)]
    releve_debut: Option<ReleveDebut<'a>>,
    #[serde(borrow, default)]
    releve_fin: Option<ReleveFin<'a>>,
    #[serde(borrow, default)]
    consommation: Option<Consommation<'a>>,
    #[serde(default)]
    statut_restitution: Option<IgnoredAny>,
    #[serde(default)]
    code_statut_traitement: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Pce<'a> {
    #[serde(borrow, default)]
    id_pce: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ReleveDebut<'a> {
    #[serde(borrow, default)]
    index_brut_debut: Option<Index<'a>>,
}

#[derive(Deserialize)]
struct ReleveFin<'a> {
    #[serde(borrow, default)]
    index_brut_fin: Option<Index<'a>>,
}

#[derive(Deserialize)]
struct Index<'a> {
    #[serde(borrow, default)]
    valeur_index: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Coefficients<'a> {
    #[serde(borrow, default)]
    coeff_conversion: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[allow(clippy::struct_field_names, reason = "the names are those of the answer")]
struct Consommation<'a> {
    #[serde(borrow, default)]
    date_debut_consommation: Option<&'a RawValue>,
    #[serde(borrow, default)]
    date_fin_consommation: Option<&'a RawValue>,
    #[serde(borrow, default)]
    volume_brut: Option<&'a RawValue>,
    #[serde(borrow, default)]
    coeff_calcul: Option<Coefficients<'a>>,
    #[serde(borrow, default, deserialize_with = "present")]
    energie: Option<&'a RawValue>,
    #[serde(borrow, default)]
    type_qualif_conso: Option<&'a RawValue>,
    #[serde(borrow, default)]
    sens_flux_gaz: Option<&'a RawValue>,
    #[serde(borrow, default)]
    statut_conso: Option<&'a RawValue>,
    #[serde(borrow, default)]
    journee_gaziere: Option<&'a RawValue>,
    #[serde(borrow, default)]
    type_conso: Option<&'a RawValue>,
}

struct Reader {
    newest: Option<watteau_tabular::Day>,
    collector: Collector,
    seen: Seen,
    known: bool,
    failure: Option<Failure>,
}

impl Reader {
    fn new(context: Context) -> Self {
        Self {
            newest: context.newest(None),
            collector: Collector::default(),
            seen: Seen::default(),
            known: false,
            failure: None,
        }
    }

    fn object(&mut self, number: u32, text: &str) -> Result<(), Failure> {
        let line: Line<'_> = match serde_json::from_str(text) {
            Ok(line) => line,
            Err(error) => {
                let reason = if error.is_data() { Reason::Unreadable } else { Reason::NotJson };
                let shape = refusal_of(0, number, &error);
                let reason = if shape.reason == Reason::RepeatedKey { Reason::RepeatedKey } else { reason };
                self.collector.refuse(Refusal { meter: None, reason, ..shape });
                return Ok(());
            }
        };
        // The state of the call, or the state of one meter in it: no reading either way.
        self.known |= line.code_statut_traitement.is_some() || line.statut_restitution.is_some();
        let Some(consumption) = line.consommation else { return Ok(()) };
        self.known = true;
        self.seen.count()?;
        let id = Scalar::new(line.pce.and_then(|pce| pce.id_pce));
        let meter = match &id {
            None => self.collector.meter(None)?,
            Some(id) => {
                if let Some(meter) = words::meter(id.text()) {
                    self.collector.meter(Some(&meter))?
                } else {
                    let (column, text) = (Some(KEYS.columns[0]), id.text().to_owned());
                    let reason = Reason::Unreadable;
                    self.collector.refuse(Refusal { meter: None, number, day: None, column, text, reason });
                    return Ok(());
                }
            }
        };
        let flow = Scalar::new(consumption.sens_flux_gaz);
        if let Some(flow) = flow.filter(|flow| normalise(flow.text()) != "consommation") {
            let (column, text) = (Some("sens_flux_gaz"), flow.text().to_owned());
            let reason = Reason::Injection;
            self.collector.refuse(Refusal { meter: Some(meter), number, day: None, column, text, reason });
            return Ok(());
        }
        let status = Scalar::new(consumption.statut_conso);
        let index_start = line.releve_debut.and_then(|reading| reading.index_brut_debut?.valeur_index);
        let index_end = line.releve_fin.and_then(|reading| reading.index_brut_fin?.valeur_index);
        let coefficient = consumption.coeff_calcul.and_then(|all| all.coeff_conversion);
        let record = Record {
            cells: [
                None,
                Scalar::new(consumption.journee_gaziere),
                Scalar::new(index_start),
                Scalar::new(index_end),
                Scalar::new(consumption.volume_brut),
                Scalar::new(consumption.energie),
                Scalar::new(coefficient),
                None,
                Scalar::new(consumption.type_qualif_conso),
            ],
            span: [
                Scalar::new(consumption.date_debut_consommation),
                Scalar::new(consumption.date_fin_consommation),
            ],
            nature: Scalar::new(consumption.type_conso),
            definitive: status.is_some_and(|status| normalise(status.text()) == "definitive"),
            has_energy: consumption.energie.is_some(),
        };
        take(&record, (meter, number), &KEYS, self.newest, &mut self.seen, &mut self.collector);
        Ok(())
    }

    fn finish(self, places: Places) -> Result<Import, Failure> {
        if !self.known {
            return Err(Failure::Unrecognised(Vec::new()));
        }
        if let Some(failure) = self.seen.failure(&KEYS, &self.collector) {
            return Err(failure);
        }
        let format = match (self.seen.days, self.seen.periods) {
            (true, true) => "grdf_adict_mixed",
            (false, true) => "grdf_adict_publiees",
            _ => "grdf_adict_informatives",
        };
        Ok(self.collector.finish(format, None, places))
    }
}

/// One object a line. A line that is not JSON is left out; but a last line that is cut, in a file still young, may
/// be on its way.
pub(super) fn read_lines(mut file: impl BufRead, context: Context) -> Result<Import, Failure> {
    let mut reader = Reader::new(context);
    let (mut number, mut line) = (0_u32, Vec::new());
    let mut broken = None;
    loop {
        line.clear();
        let read = file.by_ref().take(limits::TEXT_LINE as u64 + 1).read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        number += 1;
        if line.len() > limits::TEXT_LINE {
            return Err(Error::TooLarge(Limit::Line).into());
        }
        if number > limits::ROWS {
            return Err(Error::TooLarge(Limit::Rows(limits::ROWS)).into());
        }
        let text = line.trim_ascii();
        if text.is_empty() {
            continue;
        }
        let mut scan = Scan::default();
        let deep = text.iter().any(|&byte| scan.byte(byte).is_err());
        match std::str::from_utf8(text) {
            Ok(text) if !deep => {
                if let Err(error) = serde_json::from_str::<&RawValue>(text) {
                    if error.is_eof() && !line.ends_with(b"\n") && context.fresh {
                        return Err(Failure::BadJson(number as usize, error.column()));
                    }
                    broken = broken.or(Some((number as usize, error.column())));
                }
                reader.object(number, text)?;
            }
            _ => {
                let reason = Reason::NotJson;
                reader.collector.refuse(Refusal {
                    meter: None,
                    number,
                    day: None,
                    column: None,
                    text: String::new(),
                    reason,
                });
                broken = broken.or(Some((number as usize, 1)));
            }
        }
    }
    match broken {
        Some((line, column)) if !reader.known => Err(Failure::BadJson(line, column)),
        _ => reader.finish(Places::Line),
    }
}

/// An array of objects.
pub(super) fn read_array(document: impl Read, context: Context) -> Result<Import, Failure> {
    let mut reader = Reader::new(context);
    let mut parser = serde_json::Deserializer::from_reader(Guard::new(document));
    let parsed = parser.deserialize_seq(Items(&mut reader)).and_then(|()| parser.end());
    if let Some(failure) = reader.failure {
        return Err(failure);
    }
    parsed.map_err(failure)?;
    reader.finish(Places::Item)
}

/// One object alone.
pub(super) fn read_object(document: impl Read, context: Context) -> Result<Import, Failure> {
    let mut reader = Reader::new(context);
    let mut text = String::new();
    document.take(limits::TEXT_LINE as u64 + 1).read_to_string(&mut text)?;
    if text.len() > limits::TEXT_LINE {
        return Err(Error::TooLarge(Limit::Line).into());
    }
    reader.object(0, &text)?;
    reader.finish(Places::Item)
}

struct Items<'x>(&'x mut Reader);

impl<'de> Visitor<'de> for Items<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        let mut number = 0;
        while let Some(raw) = sequence.next_element::<Box<RawValue>>()? {
            if let Err(failure) = self.0.object(number, raw.get()) {
                let error = serde::de::Error::custom(&failure);
                self.0.failure = Some(failure);
                return Err(error);
            }
            number += 1;
        }
        Ok(())
    }
}
