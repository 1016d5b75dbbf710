//! What watteau says to Home Assistant, and nothing of how it gets there: no socket, no store, no clock.
//!
//! - [`sensor`]: the sensors, each a path in the answer of `/api/v1/summary`. YAML and MQTT are made of this one list,
//!   so that an installation that moves from one to the other finds the same names.
//! - [`yaml`]: `rest` and `template` sensors to paste.
//! - [`discovery`]: the retained messages by which MQTT sensors announce themselves.
//! - [`statistics`]: hours and their cumulative sums, compared with what Home Assistant has.
//! - [`protocol`]: the messages of its WebSocket, whose shape follows from its version.
//!
//! Three facts, each measured on a real Home Assistant, decide most of it:
//! - a numeric sensor that meets null at its first poll is lost until a restart, so availability is said beside and the
//!   numbers are always numbers;
//! - what arrives a day late lands on the hour of arrival, so sensors are for cards, and the energy dashboard is fed by
//!   statistics;
//! - an hour that is corrected alone moves the next one the other way, so a correction sends every later hour again.

pub mod discovery;
pub mod protocol;
pub mod sensor;
pub mod statistics;
pub mod yaml;
