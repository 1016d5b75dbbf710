//! Whose a file is: the instances that know it best, by their first look at it.

use super::{
    Ingest,
    desk::Desk,
    guest::Session,
    handed::{Handed, Manner},
    instance::Instance,
    report::{Reading, refusal},
};
use crate::model::Text;
use std::sync::{Arc, Mutex};

/// A connector decides by so many first bytes.
const HEAD: usize = 64 << 10;

/// Several instances whose settings describe the same columns: the columns do not say whose values they are, and gas in
/// the place of electricity would be worse than a question.
pub(super) async fn ambiguous(
    ingest: &Arc<Ingest>,
    readers: &[Arc<Instance>],
    file: &Arc<Handed>,
    manner: Manner,
) -> Option<Reading> {
    let chosen = recognise(ingest, readers, file).await;
    let described: Vec<&str> = chosen
        .iter()
        .filter(|instance| instance.is_described())
        .map(|instance| instance.settings.name.as_str())
        .collect();
    if described.len() < 2 {
        return None;
    }
    let names = described.join(", ");
    let message = Text::new(
        format!(
            "{} fits what several connectors describe ({names}): say whose it is with --connector NAME.",
            file.name
        ),
        format!(
            "{} correspond à ce que décrivent plusieurs connecteurs ({names}) : dites lequel avec --connector NOM.",
            file.name
        ),
    );
    Some(Reading::failed(refusal(file, None, "which_connector", message, manner), false))
}

/// The instances whose sniff is surest: all those of a plugin, as the meters of a file decide among them; of a plugin
/// that its settings describe, those that are as sure. Where there is nothing to choose the only one says best what is
/// wrong with a file it does not know.
pub(super) async fn recognise<'a>(
    ingest: &Arc<Ingest>,
    readers: &'a [Arc<Instance>],
    file: &Arc<Handed>,
) -> Vec<&'a Arc<Instance>> {
    let mut asked: Vec<&Arc<Instance>> = Vec::new();
    for instance in readers {
        let alike = |other: &&Arc<Instance>| other.settings.plugin == instance.settings.plugin;
        if instance.is_described() || !asked.iter().any(alike) {
            asked.push(instance);
        }
    }
    let of_the_plugin = |chosen: &'a Arc<Instance>| {
        let alike = |other: &&Arc<Instance>| other.settings.plugin == chosen.settings.plugin;
        readers.iter().filter(alike).collect()
    };
    if let [only] = asked[..] {
        return of_the_plugin(only);
    }
    let head = file.read(0, HEAD).unwrap_or_default();
    let mut best: (u8, Vec<&Arc<Instance>>) = (0, Vec::new());
    for instance in asked {
        let desk = Arc::new(Mutex::new(Desk::for_file(ingest, instance, file)));
        let Ok(mut session) = Session::open(ingest, instance, desk) else { continue };
        let score = session.sniff(&file.name, file.size, &head).await.unwrap_or(0);
        if score > best.0 {
            best = (score, vec![instance]);
        } else if score > 0 && score == best.0 {
            best.1.push(instance);
        }
    }
    let Some(first) = best.1.first().copied() else { return Vec::new() };
    if first.is_described() {
        best.1.retain(|instance| instance.settings.plugin == first.settings.plugin);
        return best.1;
    }
    of_the_plugin(first)
}
