//! JSON: what the site's pages are made from, and what the official interface answers.
//!
//! A first pass over the document checks that all of it is JSON, held to the limits, and looks at the keys of its
//! root; a second one reads the records, one in memory at a time.

mod adict;
mod guard;
mod record;
mod site;

use std::collections::HashSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use self::guard::{Guard, Scan};
use crate::collect::{Collector, Import};
use crate::context::Context;
use crate::failure::{Error, Failure, Limit};
use crate::limits;
use crate::reading::Places;
use watteau_tabular::Day;

/// Keys of the root that are told apart: far more than the meters or days of any answer.
const ROOT_KEYS: usize = 20_000;

/// Reads a document, or lines of documents, that starts at byte `start`.
pub fn read<R: Read + Seek>(mut file: R, start: u64, context: Context) -> Result<Import, Failure> {
    if is_lines(rewound(&mut file, start)?)? {
        return adict::read_lines(rewound(&mut file, start)?, context);
    }
    let mut parser = serde_json::Deserializer::from_reader(Guard::new(rewound(&mut file, start)?));
    let root =
        Root::deserialize(&mut parser).and_then(|root| parser.end().map(|()| root)).map_err(failure)?;
    match root {
        Root::Empty => Ok(Collector::default().finish("grdf_json_empty", None, Places::Item)),
        Root::Items => adict::read_array(rewound(&mut file, start)?, context),
        Root::Keys { adict: true, .. } => adict::read_object(rewound(&mut file, start)?, context),
        Root::Keys { site_error: true, .. } => Err(Failure::SiteError),
        Root::Keys { days, others: 0, .. } if days > 0 => {
            let mut collector = Collector::default();
            collector.remark(
                format!("Temperatures of {days} days and no consumption: nothing to store."),
                format!("Températures de {days} jours et aucune consommation : rien à enregistrer."),
            );
            Ok(collector.finish("grdf_json_temperatures", None, Places::Item))
        }
        Root::Keys { electricity: true, .. } => Err(Failure::Enedis),
        Root::Keys { .. } => site::read(rewound(&mut file, start)?, context),
        Root::TooManyKeys => Err(Error::TooLarge(Limit::Rows(limits::ROWS)).into()),
        Root::Scalar => Err(Failure::Unrecognised(Vec::new())),
    }
}

fn rewound<R: Read + Seek>(file: &mut R, start: u64) -> Result<BufReader<&mut R>, Failure> {
    file.seek(SeekFrom::Start(start))?;
    Ok(BufReader::with_capacity(16 * 1024, file))
}

fn failure(error: serde_json::Error) -> Failure {
    if error.is_io() {
        Failure::from(std::io::Error::from(error))
    } else {
        Failure::BadJson(error.line(), error.column())
    }
}

/// Whether each line is a document of its own: the first one ends with its line, or breaks off within it, and the
/// next begins like another.
fn is_lines(file: impl BufRead) -> Result<bool, Failure> {
    let (mut scan, mut before, mut line_over) = (Scan::default(), b' ', false);
    for byte in file.bytes().take(2 * limits::TEXT_LINE) {
        let byte = byte?;
        if line_over && !byte.is_ascii_whitespace() {
            return Ok(byte == b'{');
        }
        if scan.byte(byte).is_err() {
            return Ok(false);
        }
        if byte == b'\n' && !line_over && before != b' ' {
            line_over = true;
            // A document spread over lines, which a cut line cannot be told from otherwise.
            if !scan.in_string && scan.depth > 0 && matches!(before, b',' | b'[' | b'{' | b':' | b']' | b'}')
            {
                return Ok(false);
            }
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
    }
    Ok(false)
}

/// What the root of a document looks like.
enum Root {
    Empty,
    Items,
    Keys { days: u32, others: u32, adict: bool, site_error: bool, electricity: bool },
    TooManyKeys,
    Scalar,
}

impl<'de> Deserialize<'de> for Root {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RootVisitor)
    }
}

struct RootVisitor;

impl<'de> Visitor<'de> for RootVisitor {
    type Value = Root;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Root, A::Error> {
        let mut count = 0_u32;
        while sequence.next_element::<IgnoredAny>()?.is_some() {
            count = count.saturating_add(1);
        }
        Ok(if count == 0 { Root::Empty } else { Root::Items })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Root, A::Error> {
        let (mut days, mut others, mut adict) = (0, 0, false);
        let (mut message, mut code, mut electricity) = (false, false, false);
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            map.next_value::<IgnoredAny>()?;
            let mut hasher = DefaultHasher::new();
            key.hash(&mut hasher);
            // Beyond the limit the rest is only passed over, so that the parser ends where the document does.
            if seen.len() <= ROOT_KEYS && !seen.insert(hasher.finish()) {
                return Err(serde::de::Error::custom("a key twice"));
            }
            match key.as_str() {
                "consommation" | "statut_restitution" | "code_statut_traitement" => adict = true,
                "message" => message = true,
                "code" | "status" => code = true,
                "usage_point_id" | "meter_reading" | "interval_reading" => electricity = true,
                _ => {}
            }
            if Day::from_iso(&key).is_some() { days += 1 } else { others += 1 }
        }
        if seen.is_empty() {
            return Ok(Root::Empty);
        }
        if seen.len() > ROOT_KEYS {
            return Ok(Root::TooManyKeys);
        }
        Ok(Root::Keys { days, others, adict, site_error: message && code, electricity })
    }

    fn visit_str<E>(self, _: &str) -> Result<Root, E> {
        Ok(Root::Scalar)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Root, E> {
        Ok(Root::Scalar)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Root, E> {
        Ok(Root::Scalar)
    }

    fn visit_unit<E>(self) -> Result<Root, E> {
        Ok(Root::Scalar)
    }
}
