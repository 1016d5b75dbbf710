//! `watteau connector inspect FILE.wasm`: what a connector asks for, read from the manifest inside, before any of its
//! code runs.

use crate::cli::{Exit, Global, output};
use anyhow::Context as _;
use clap::Args;
use std::{fmt::Write as _, fs, path::PathBuf, time::Duration};
use watteau_host::{
    Manifest,
    manifest::{OptionKind, PluginKind},
    manifest_text,
};

/// Arguments of `watteau connector inspect`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Inspect {
    /// The component.
    #[arg(value_name = "FILE.wasm")]
    file: PathBuf,
}

impl Inspect {
    pub(super) fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let file = self.file.display();
        let component = fs::read(&self.file).with_context(|| format!("{file} cannot be read"))?;
        let manifest = manifest_text(&component).and_then(|text| Ok(Manifest::parse(&text)?));
        let manifest = match manifest {
            Ok(manifest) => manifest,
            Err(error) => {
                eprintln!("{file} is no connector: {error}");
                return Ok(Exit::Invalid);
            }
        };
        if global.json {
            output::print_json(&manifest.describe())?;
        } else {
            output::print_raw(&told(&manifest))?;
        }
        Ok(Exit::Ok)
    }
}

/// The manifest for a person: what it may do first, then what it wants to be told and what it gives.
fn told(manifest: &Manifest) -> String {
    let mut text = format!("{} {}: {}\n", manifest.name, manifest.version, manifest.title.en);
    if !manifest.summary.en.is_empty() {
        let _ = writeln!(text, "{}", manifest.summary.en);
    }
    let permissions = manifest.permissions();
    let hosts = match permissions.hosts.as_slice() {
        [] => vec!["nowhere: it has no network".to_owned()],
        hosts => hosts.to_vec(),
    };
    section(&mut text, "may reach", hosts);
    let reads = match manifest.kind {
        PluginKind::Files => "the files of the folder in its settings, and those that are imported; no other",
        PluginKind::Source => "none",
    };
    section(&mut text, "files", [reads.to_owned()]);
    let secrets =
        permissions.secrets.iter().map(|secret| format!("{secret}: added by watteau, never shown to it"));
    section(&mut text, "secrets", secrets);
    section(
        &mut text,
        "quota",
        manifest.quota.map(|quota| {
            let spacing = if quota.spacing.is_zero() {
                String::new()
            } else {
                format!(", {} apart", duration(quota.spacing))
            };
            format!("{} calls in {}{spacing}", quota.calls, duration(quota.per))
        }),
    );
    let limits = manifest.limits;
    section(
        &mut text,
        "limits",
        [format!(
            "{} MB of memory, {} of computing and {} in all a call, {} points, answers of {} MB, {} lines a minute",
            limits.memory_bytes >> 20,
            duration(limits.cpu),
            duration(limits.call),
            limits.points,
            limits.body_bytes >> 20,
            limits.log_lines,
        )],
    );
    let needed = |required| if required { ", required" } else { "" };
    let options = manifest.options.iter().filter(|option| option.kind != OptionKind::Secret);
    section(
        &mut text,
        "settings",
        options.map(|option| format!("{}{}: {}", option.name, needed(option.required), option.label.en)),
    );
    let series = manifest
        .series
        .iter()
        .map(|series| format!("{} in {}: {}", series.name, series.unit, series.title.en));
    let dynamic = manifest.dynamic.then(|| "and what its settings describe".to_owned());
    section(&mut text, "series", series.chain(dynamic));
    text
}

fn section(text: &mut String, title: &str, lines: impl IntoIterator<Item = String>) {
    for (index, line) in lines.into_iter().enumerate() {
        let title = if index == 0 { title } else { "" };
        let _ = writeln!(text, "  {title:<10} {line}");
    }
}

fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{} ms", duration.as_millis()),
        _ if seconds.is_multiple_of(86_400) => format!("{} d", seconds / 86_400),
        _ if seconds.is_multiple_of(3600) => format!("{} h", seconds / 3600),
        _ if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}
