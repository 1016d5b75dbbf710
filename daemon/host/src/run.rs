//! The host, its plugins, and the calls to them.
//!
//! Every call makes an instance, on a thread of tokio's blocking pool: a guest that computes holds that thread
//! and no other. Three clocks stop it: the epoch (its own computing), the deadline (everything together), and
//! the caller (dropping the future). What stays between two calls is the bytecode.

use crate::{
    compiler::Compiler,
    described,
    engine::{Ticker, engine},
    error::{Cause, Failure, LoadError, RunError, Stop, Why},
    grant::Grant,
    http::{Outlet, Redactor},
    manifest::{Manifest, PluginKind},
    model::{InputFile, Job, Outcome, Report, Series, Text},
    section::manifest_text,
    since_v1::{self, Guest, HostFile, PluginHalf, ReaderHalf, Rights, SourceHalf},
};
use std::{fmt, fs, path::Path, sync::Arc};
use tokio::{runtime::Handle, sync::oneshot, task, time};
use wasmtime::{
    Engine, Store, Trap, UpdateDeadline,
    component::{Component, Instance, InstancePre},
};

/// The engine that every plugin of the process shares. Cheap to clone; no thread while nothing runs.
#[derive(Clone)]
pub struct Host {
    engine: Engine,
    ticker: Ticker,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Host")
    }
}

impl Host {
    /// Starts the engine. One is enough for a process.
    pub fn new() -> Result<Self, LoadError> {
        let engine = engine()?;
        Ok(Self { ticker: Ticker::new(engine.clone()), engine })
    }

    /// A plugin that travels in the binary: its manifest, and bytecode made by [`crate::compile`] of the same
    /// build. The bytecode is loaded for each run and not kept.
    pub fn builtin(&self, manifest: &str, bytecode: &'static [u8]) -> Result<Plugin, LoadError> {
        Ok(Plugin {
            manifest: Arc::new(Manifest::parse(manifest)?),
            bytecode: Bytecode::Embedded(bytecode),
            host: self.clone(),
        })
    }

    /// A plugin of a third party: its manifest is read first, its code compiled by a child process and cached.
    pub async fn load(&self, wasm: &Path, compiler: &Compiler) -> Result<Plugin, LoadError> {
        let component = fs::read(wasm).map_err(LoadError::io(wasm))?;
        let manifest = Arc::new(Manifest::parse(&manifest_text(&component)?)?);
        let mut fresh = false;
        loop {
            let bytecode = Bytecode::Cached(compiler.bytecode(&component).await?.into());
            let plugin = Plugin { manifest: Arc::clone(&manifest), bytecode, host: self.clone() };
            match plugin.instance_pre() {
                Ok(_) => return Ok(plugin),
                // Left by another build under the same name, or damaged on disk: made anew, once.
                Err(LoadError::Bytecode(_)) if !fresh => {
                    compiler.forget(&component);
                    fresh = true;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Bytecode that this process may trust.
#[derive(Clone)]
enum Bytecode {
    Embedded(&'static [u8]),
    Cached(Arc<[u8]>),
}

impl AsRef<[u8]> for Bytecode {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Embedded(bytes) => bytes,
            Self::Cached(bytes) => bytes,
        }
    }
}

/// A plugin, ready to be started as often as wanted.
#[derive(Clone)]
pub struct Plugin {
    manifest: Arc<Manifest>,
    bytecode: Bytecode,
    host: Host,
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin").field("name", &self.manifest.name).finish_non_exhaustive()
    }
}

impl Plugin {
    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Gives an instance what it may use. Nothing runs before the first call.
    pub fn start(&self, grant: Grant) -> Run {
        Run { plugin: self.clone(), grant }
    }

    fn instance_pre(&self) -> Result<InstancePre<Guest>, LoadError> {
        // SAFETY: bytecode is trusted like machine code. These bytes are either embedded in this binary, or
        // were written by this build's compiler into a folder that only the daemon may write; bytes of another
        // version are refused by the header that wasmtime checks.
        #[allow(unsafe_code)]
        let component = unsafe { Component::deserialize(&self.host.engine, self.bytecode.as_ref()) }
            .map_err(|error| LoadError::Bytecode(format!("{error:#}")))?;
        since_v1::check_exports(&component, self.manifest.kind)?;
        since_v1::linker(&self.host.engine)?
            .instantiate_pre(&component)
            .map_err(|error| LoadError::Contract(format!("{error:#}")))
    }
}

/// One instance of a plugin. Each call makes a fresh guest; dropping a call's future stops it.
#[derive(Clone)]
pub struct Run {
    plugin: Plugin,
    grant: Grant,
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("instance", &self.grant.instance).finish_non_exhaustive()
    }
}

impl Run {
    /// The series that these settings give: the manifest's, and what a dynamic plugin adds.
    pub async fn describe(&mut self) -> Result<Vec<Series>, RunError> {
        let manifest = Arc::clone(&self.plugin.manifest);
        if !manifest.dynamic {
            return Ok(manifest.series.clone());
        }
        let described = self
            .call(Rights::default(), async |call| {
                let answer = call.plugin()?.watteau_connector_plugin().call_describe(&mut call.store).await?;
                Ok(answer
                    .map(|series| {
                        let secrets = call.secrets();
                        series.into_iter().map(|one| since_v1::series(one, secrets)).collect::<Vec<_>>()
                    })
                    .map_err(|failure| call.failed(since_v1::failure(failure, call.secrets()))))
            })
            .await?;
        described::merged(&manifest, described)
    }

    /// Tests settings, credentials and the way to the source.
    pub async fn check(&mut self) -> Result<Text, RunError> {
        self.call(Rights { http: true, ..Rights::default() }, async |call| {
            let answer = call.plugin()?.watteau_connector_plugin().call_check(&mut call.store).await?;
            Ok(answer
                .map(|text| since_v1::text(text, call.secrets()))
                .map_err(|failure| call.failed(since_v1::failure(failure, call.secrets()))))
        })
        .await
    }

    /// Fetches one span of one feed. At a successful end everything put is made durable.
    pub async fn pull(&mut self, job: Job) -> Result<Outcome, RunError> {
        self.needs(PluginKind::Source)?;
        let job = since_v1::Job { feed: job.feed, span: since_v1::span(job.span) };
        let rights = Rights { http: true, sink: true, checkpoint: true };
        let outcome = self
            .call(rights, async move |call| {
                let source = SourceHalf::new(&mut call.store, &call.instance)?;
                let answer = source.watteau_connector_source().call_pull(&mut call.store, &job).await?;
                Ok(answer
                    .map(|outcome| since_v1::outcome(outcome, call.secrets()))
                    .map_err(|failure| call.failed(since_v1::failure(failure, call.secrets()))))
            })
            .await?;
        self.finish().await?;
        Ok(outcome)
    }

    /// How sure the plugin is, from 0 to 100, that it can read a file; `head` is its first bytes.
    pub async fn sniff(&mut self, name: &str, size: u64, head: Vec<u8>) -> Result<u8, RunError> {
        self.needs(PluginKind::Files)?;
        let name = name.to_owned();
        self.call(Rights::default(), async move |call| {
            let reader = ReaderHalf::new(&mut call.store, &call.instance)?;
            let sure =
                reader.watteau_connector_reader().call_sniff(&mut call.store, &name, size, &head).await?;
            Ok(Ok(sure.min(100)))
        })
        .await
    }

    /// Reads a file. At a successful end everything put is made durable; otherwise nothing is.
    pub async fn ingest(&mut self, file: InputFile) -> Result<Report, RunError> {
        self.needs(PluginKind::Files)?;
        let rights = Rights { sink: true, ..Rights::default() };
        let report = self
            .call(rights, async move |call| {
                let reader = ReaderHalf::new(&mut call.store, &call.instance)?;
                let file = call.store.data_mut().table.push(HostFile::from(file))?;
                let answer = reader.watteau_connector_reader().call_ingest(&mut call.store, file).await?;
                Ok(answer
                    .map(|report| since_v1::report(report, call.secrets()))
                    .map_err(|error| RunError::File(since_v1::file_error(error, call.secrets()))))
            })
            .await?;
        self.finish().await?;
        Ok(report)
    }

    fn needs(&self, kind: PluginKind) -> Result<(), RunError> {
        if self.plugin.manifest.kind == kind {
            return Ok(());
        }
        let other = match kind {
            PluginKind::Source => "it reads files and asks no source",
            PluginKind::Files => "it asks a source and reads no files",
        };
        Err(LoadError::Contract(other.to_owned()).into())
    }

    async fn finish(&self) -> Result<(), RunError> {
        let sink = Arc::clone(&self.grant.sink);
        let done = task::spawn_blocking(move || sink.checkpoint(None)).await;
        done.map_err(|error| RunError::Store(error.to_string()))?.map_err(RunError::Store)
    }

    /// One call of one guest, on a thread of its own.
    async fn call<T, F>(&self, rights: Rights, body: F) -> Result<T, RunError>
    where
        T: Send + 'static,
        F: AsyncFnOnce(&mut Call) -> wasmtime::Result<Result<T, RunError>> + Send + 'static,
    {
        let (plugin, grant, runtime) = (self.plugin.clone(), self.grant.clone(), Handle::current());
        // Dropped with this future: the guest's thread hears of it at its next yield.
        let (_caller, gone) = oneshot::channel::<()>();
        let thread = task::spawn_blocking(move || {
            let tick = plugin.host.ticker.start();
            let ended = runtime.block_on(async {
                tokio::select! {
                    biased;
                    _ = gone => Err(stopped_by_the_caller()),
                    ended = guarded(&plugin, grant, rights, body) => ended,
                }
            });
            drop(tick);
            ended
        });
        thread.await.unwrap_or_else(|error| {
            tracing::error!(%error, "the host failed while a connector ran");
            Err(RunError::Load(LoadError::Engine("the host failed while the connector ran".to_owned())))
        })
    }
}

fn stopped_by_the_caller() -> RunError {
    RunError::Stopped(Stop::new(Why::Deadline, "The call was given up.", "L'appel a été abandonné."))
}

/// What the body of a call works with.
struct Call {
    store: Store<Guest>,
    instance: Instance,
}

impl Call {
    fn plugin(&mut self) -> wasmtime::Result<PluginHalf> {
        PluginHalf::new(&mut self.store, &self.instance)
    }

    fn secrets(&self) -> &Redactor {
        self.store.data().outlet.redactor()
    }

    /// What a failure of the connector is. One that blames the settings, and none of them by name, after a request
    /// outside of the manifest is the connector's own: no setting could mend it.
    fn failed(&self, failure: Failure) -> RunError {
        match (&failure.cause, &self.store.data().denied) {
            (Cause::Settings(problems), Some(rule)) if problems.is_empty() => RunError::Stopped(Stop::new(
                Why::Reach,
                format!("The connector asked for an address that its manifest does not allow: {rule}."),
                format!("Le connecteur a demandé une adresse que son manifeste ne permet pas : {rule}."),
            )),
            _ => RunError::Failure(failure),
        }
    }
}

/// Makes the guest and its walls, runs the call, and says what a trap was.
async fn guarded<T, F>(plugin: &Plugin, grant: Grant, rights: Rights, body: F) -> Result<T, RunError>
where
    F: AsyncFnOnce(&mut Call) -> wasmtime::Result<Result<T, RunError>>,
{
    let limit = grant.limits.call;
    let name = grant.instance.clone();
    let outlet = Outlet::new(plugin.manifest.http.clone(), limit);
    let instance_pre = plugin.instance_pre()?;
    let mut store = Store::new(&plugin.host.engine, Guest::new(grant, outlet, rights));
    store.limiter(|guest| &mut guest.walls);
    store.set_epoch_deadline(1);
    // Yielding lets the deadline and the caller be heard while the guest computes.
    store.epoch_deadline_callback(|mut context| {
        context.data_mut().walls.computed_a_tick().map_err(wasmtime::Error::new)?;
        Ok(UpdateDeadline::Yield(1))
    });
    let stderr = store.data().stderr.clone();
    let deadline = store.data().walls.deadline();
    let ended = time::timeout(limit, async {
        let instance = match instance_pre.instantiate_async(&mut store).await {
            Ok(instance) => instance,
            Err(error) => return (Err(error), store),
        };
        let mut call = Call { store, instance };
        (body(&mut call).await, call.store)
    })
    .await;
    let Ok((answer, store)) = ended else { return Err(RunError::Stopped(deadline)) };
    let dropped = store.data().walls.lines_dropped();
    if dropped > 0 {
        tracing::warn!(connector = %name, dropped, "the connector wrote too many lines");
    }
    let said = store.data().outlet.redactor().redact(&stderr.text());
    answer.map_err(|error| RunError::Stopped(why(error, &said)))?
}

/// The wall that an error of the engine means.
fn why(error: wasmtime::Error, said: &str) -> Stop {
    let error = match error.downcast::<Stop>() {
        Ok(stop) => return stop,
        Err(error) => error,
    };
    if let Some(Trap::StackOverflow) = error.downcast_ref() {
        return Stop::new(
            Why::Stack,
            "The connector's calls nested too deep and it was stopped.",
            "Les appels du connecteur se sont trop imbriqués ; il a été arrêté.",
        );
    }
    // What a panic printed says more than the trap it ended in.
    let detail = if said.is_empty() { format!("{error:#}") } else { last_words(said) };
    Stop::new(
        Why::Panic,
        format!("The connector crashed: {detail}"),
        format!("Le connecteur s'est arrêté brutalement : {detail}"),
    )
}

/// The place and message of a panic, on one line.
fn last_words(said: &str) -> String {
    let line = said.lines().filter(|line| !line.starts_with("note:")).collect::<Vec<_>>().join(" ");
    line.trim().chars().take(300).collect()
}
