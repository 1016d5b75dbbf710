//! Prometheus remote write 1.0: samples of many series, batched in order, sent until they are taken.
//!
//! A library of its own: it knows no store, no configuration and no energy. Whoever uses it brings series as [`Labels`]
//! and [`Sample`]s, and keeps how far it got; nothing here is written to a disk, and no task is started.
//!
//! - `wire`: the protobuf messages, snappy around them.
//! - `labels`: a series' identity, sorted and checked as the protocol wants it.
//! - `batch`: samples cut into requests in the order of time over **all** series. A receiver whose newest block is open
//!   for some hours only (Prometheus) takes a long history that way; series after series it would refuse the second.
//! - `sender`: one request until it is taken or refused, with a pause that grows and is spread by chance.
//! - `http`: the same over HTTP.
//!
//! # What becomes of an answer
//!
//! | answer | what follows |
//! |---|---|
//! | 2xx | [`Outcome::Accepted`] |
//! | 5xx, 429, no answer | the same request again, later; `Retry-After` is kept to |
//! | 3xx, 401, 403, 404, 405, 407 | [`Outcome::Unwelcome`]: the sender or the address is wrong, whatever is sent |
//! | any other 4xx | [`Outcome::Refused`]: this request is not wanted, the next may be |
//!
//! The protocol forbids to try a 4xx again, and so does [`Sender::send`]. Between the two kinds of refusal the caller
//! has to tell: a batch that is refused is set aside, but a history that meets a wrong password is not.
//!
//! ```
//! use watteau_remote_write::{Labels, Limits, Sample, batches};
//!
//! let series = [Labels::new("power_watts", [("series", "linky.load_curve")])?];
//! let samples = vec![Sample { series: 0, at: 1_736_724_600_000, value: 432.0 }];
//! let batch = batches(&series, samples, Limits::default()).next().unwrap();
//! assert_eq!((batch.samples, batch.first), (1, 1_736_724_600_000));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod backoff;
mod batch;
mod http;
mod labels;
mod sender;
mod wire;

pub use backoff::Backoff;
pub use batch::{Batch, Batches, Limits, Sample, batches};
pub use http::{Auth, Credentials, Http};
pub use labels::{LabelError, Labels};
pub use sender::{Answer, Outcome, Refusal, Sender, Transport, Trouble, Unreachable};

/// The value that says that a series is over: what is looked up after it finds nothing.
pub const STALE: f64 = f64::from_bits(0x7ff0_0000_0000_0002);
