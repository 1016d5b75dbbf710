//! What the commands share: tables, JSON, progress bars, the journal, errors and exit codes.

use super::{Command, Exit, Global, problem::Problem};
use crate::config::{ConfigErrors, Loaded, Sources};
use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use std::io::{self, IsTerminal as _, Write as _};
use tabled::{builder::Builder, settings::Style};

/// A runtime as small as the work: two threads serve HTTP and timers, connectors get threads of their own.
pub(super) fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(8)
        .thread_stack_size(1 << 20)
        .enable_all()
        .build()
}

/// The journal, on standard error: the daemon says what it does, a command only what is wrong, and doctor nothing: what
/// it finds is its answer.
pub(super) fn init_logging(global: &Global, command: &Command) {
    use tracing_subscriber::{EnvFilter, fmt};
    let daemon = matches!(command, Command::Run(_));
    let usual = i16::from(daemon) + 1;
    let level = usual + i16::from(global.verbose) - i16::from(global.quiet);
    let default = match level {
        ..=1 if matches!(command, Command::Doctor(_)) => "off",
        ..=0 => "error",
        1 => "warn",
        2 => "info",
        3 => "debug",
        _ => "trace",
    };
    let filter = EnvFilter::try_from_env("WATTEAU_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let colour = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let builder = fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(colour).with_target(false);
    // journald stamps each line itself.
    if std::env::var_os("JOURNAL_STREAM").is_some() {
        builder.without_time().init();
    } else {
        builder.init();
    }
    log_panics(daemon);
}

/// What a panic says goes to the log: whoever asked for the work that met it is told in a sentence. On the main thread
/// nobody else would tell.
fn log_panics(daemon: bool) {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() == Some("main") {
            usual(panic);
        } else if daemon {
            tracing::error!("a defect: {panic}");
        } else {
            tracing::debug!("a defect: {panic}");
        }
    }));
}

/// Loads the configuration; warnings go to standard error.
pub(super) fn load_config(sources: &Sources, global: &Global) -> anyhow::Result<Loaded> {
    let loaded = crate::config::load(sources)?;
    if global.quiet == 0 {
        for warning in &loaded.warnings {
            eprintln!("warning: {warning}");
        }
    }
    Ok(loaded)
}

/// Prints an error and its causes, once each, on standard error.
pub(super) fn print_chain(error: &anyhow::Error) {
    let mut said = String::new();
    for cause in error.chain() {
        let text = cause.to_string();
        // Some libraries repeat their source in their message.
        if said.contains(&text) {
            continue;
        }
        if said.is_empty() {
            eprint!("{text}");
        } else {
            eprint!(": {text}");
        }
        said.push_str(&text);
    }
    eprintln!();
}

/// The exit code of an error: 3 where the configuration or the input is wrong.
pub(super) fn exit_code(error: &anyhow::Error) -> Exit {
    let invalid = error.chain().any(|cause| {
        cause.is::<ConfigErrors>() || cause.downcast_ref::<Problem>().is_some_and(Problem::is_the_inputs)
    });
    if invalid { Exit::Invalid } else { Exit::Failed }
}

/// Prints rows under titles; without borders, as pagers and `cut` like it.
pub(super) fn table<const N: usize>(
    titles: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> anyhow::Result<()> {
    let mut builder = Builder::default();
    builder.push_record(titles);
    rows.into_iter().for_each(|row| builder.push_record(row));
    let mut table = builder.build();
    table.with(Style::blank());
    print_raw(&format!("{table}\n"))
}

/// Prints pretty JSON.
pub(super) fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    print_raw(&format!("{}\n", serde_json::to_string_pretty(value)?))
}

/// Writes to standard output. A reader that has seen enough (`| head`) is no error.
pub(super) fn print_raw(text: &str) -> anyhow::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.context("standard output cannot be written"),
    }
}

/// A local date and time, for a person.
pub(super) fn local(second: i64, zone: &jiff::tz::TimeZone) -> String {
    jiff::Timestamp::from_second(second).map_or_else(
        |_| second.to_string(),
        |t| t.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string(),
    )
}

/// So many of something, by its English word.
pub(super) fn counted(count: u64, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// A value as short as it can be said exactly.
pub(super) fn number(value: f64) -> String {
    format!("{value}")
}

fn on_terminal(bar: ProgressBar) -> ProgressBar {
    let target =
        if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    bar.set_draw_target(target);
    bar
}

/// The progress of a connector's run.
pub(super) fn progress(name: &str) -> ProgressBar {
    let bar = on_terminal(ProgressBar::new(0));
    if let Ok(style) = ProgressStyle::with_template("{prefix} {msg} {wide_bar} {pos}/{len}") {
        bar.set_style(style);
    }
    bar.with_prefix(name.to_owned())
}

/// The progress over several files.
pub(super) fn file_progress(files: usize) -> ProgressBar {
    let bar = if files > 1 { ProgressBar::new(files as u64) } else { ProgressBar::hidden() };
    on_terminal(bar)
}

/// How much came of something whose length is not known.
pub(super) fn byte_progress() -> ProgressBar {
    let bar = on_terminal(ProgressBar::no_length());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {bytes} {bytes_per_sec}") {
        bar.set_style(style);
    }
    bar
}

/// A download of a known length.
pub(super) fn download_progress(name: &str) -> ProgressBar {
    let bar = on_terminal(ProgressBar::new(0));
    let template = "{prefix} {msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.with_prefix(name.to_owned())
}

/// Moves the bar by an event of the run.
pub(super) fn show_progress(bar: &ProgressBar, name: &str, (event, data): &(String, serde_json::Value)) {
    if event == "run" && data["connector"] == name {
        bar.set_length(data["total"].as_u64().unwrap_or(0));
        bar.set_position(data["done"].as_u64().unwrap_or(0));
        bar.set_message(data["feed"].as_str().unwrap_or_default().to_owned());
    }
}
