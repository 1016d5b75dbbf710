//! The four feeds: which hours each is asked for, and what becomes of the answer.

use crate::{
    answer::{self, Column},
    errors,
    mean::mean,
    memory::Memory,
    places::Place,
    series,
    settings::{Feed, Settings},
    stated::Stated,
    variable::{VARIABLES, Variable},
    window::{self, DAY, Window},
};
use watteau_sdk::{prelude::*, time::HOUR};

/// The archive still changes this far back, and the others fill as much.
const RECENT: i64 = 10 * DAY;
/// The forecast host goes no further back.
const FORECAST_BACK: i64 = 92 * DAY;
/// 2022-01-01: what was foreseen the day before is kept since about then.
const FIRST_PREVIOUS_RUN: Instant = 1_640_995_200_000;

/// One instance at work.
pub(crate) struct Desk<'a> {
    pub(crate) ctx: Context<'a>,
    pub(crate) settings: &'a Settings,
    pub(crate) places: Vec<Place>,
}

/// The values of one series.
struct Filled {
    series: String,
    variable: Variable,
    column: Column,
}

impl Desk<'_> {
    /// The past as it was, two to five days late. A window that reaches the last days is widened to all that may
    /// still change, and to all that the archive has not said since: days that something else has filled look whole, and
    /// nobody asks for them any more.
    pub(crate) fn archive(&self, span: Span) -> Result<Outcome, Failure> {
        let now = self.ctx.clock().now();
        let (mut hours, today) = (Window::of(span), window::midnight(now));
        let mut memory = Memory::read(self.ctx.cursor().as_deref());
        if hours.to > today - RECENT {
            let reached = memory.settled.reached().map_or(today, window::midnight);
            hours = Window { from: hours.from.min(today - RECENT).min(reached), to: today };
        }
        let yesterday = window::date(today - DAY)?;
        let mut count = 0;
        for piece in hours.pieces(self.places.len()) {
            for Filled { series, variable, column } in self.ask(Feed::Archive, piece, yesterday)? {
                memory.settled.note(&series, piece, &column, now);
                let points = points(piece, &column, Quality::Measured);
                count += self.put(&series, variable, None, points)?;
            }
            // Values and what is known of them become durable together: the next forecast relies on it.
            self.ctx.sink().checkpoint(Some(&memory.write()))?;
        }
        told(count)
    }

    /// The days that are over and that the archive lacks, as each run of the models began: from the first hour of which
    /// neither it nor this feed has said anything, dated by this call. With nothing missing, nothing is asked.
    pub(crate) fn historical_forecast(&self, span: Span) -> Result<Outcome, Failure> {
        let now = self.ctx.clock().now();
        let today = window::midnight(now);
        let mut memory = Memory::read(self.ctx.cursor().as_deref());
        let series: Vec<String> = series::of_feed(&self.places, Feed::HistoricalForecast).collect();
        let from = Window::of(span).from.min(today - RECENT);
        let open = (from..today)
            .step_by(HOUR as usize)
            .find(|start| series.iter().any(|series| !memory.knows(series, *start)));
        let Some(from) = open else { return Ok(Outcome::default()) };
        let last = window::date(today)?;
        let mut count = 0;
        for piece in (Window { from, to: today }).pieces(self.places.len()) {
            for Filled { series, variable, column } in self.ask(Feed::HistoricalForecast, piece, last)? {
                count += column.iter().flatten().count();
                let mut points = points(piece, &column, Quality::Estimated);
                points.retain(|point| memory.lacks(&series, point));
                self.put(&series, variable, Some(now), points)?;
                memory.held.note(&series, piece, &column, now);
            }
            self.ctx.sink().checkpoint(Some(&memory.write()))?;
        }
        told(count)
    }

    /// The last days and those to come: what is new since the last forecast, dated by this call. Where something better
    /// is known, nothing is put.
    pub(crate) fn forecast(&self, span: Span) -> Result<Outcome, Failure> {
        let now = self.ctx.clock().now();
        let today = window::midnight(now);
        let from = Window::of(span).from.min(today - RECENT).max(today - FORECAST_BACK);
        let to = today + self.settings.forecast_days() * DAY;
        let last = window::date(to - DAY)?;
        let memory = Memory::read(self.ctx.cursor().as_deref());
        let (mut stated, mut count) = (Stated::default(), 0);
        for piece in (Window { from, to }).pieces(self.places.len()) {
            for Filled { series, variable, column } in self.ask(Feed::Forecast, piece, last)? {
                stated.note(&series, piece, &column, |start| memory.knows(&series, start));
                count += column.iter().flatten().count();
                let mut points = points(piece, &column, Quality::Estimated);
                points.retain(|point| memory.lacks(&series, point));
                self.put(&series, variable, Some(now), points)?;
            }
        }
        self.ctx.sink().checkpoint(Some(&Memory { stated, ..memory }.write()))?;
        told(count)
    }

    /// What was foreseen the day before for hours that are over.
    pub(crate) fn previous_runs(&self, span: Span) -> Result<Outcome, Failure> {
        let now = self.ctx.clock().now();
        let mut hours = Window::of(span);
        let starts_before = hours.from < FIRST_PREVIOUS_RUN;
        hours.from = hours.from.max(FIRST_PREVIOUS_RUN);
        hours.to = hours.to.min(now.div_euclid(HOUR) * HOUR);
        let today = window::date(now)?;
        let mut count = 0;
        for piece in hours.pieces(self.places.len()) {
            for Filled { series, variable, column } in self.ask(Feed::PreviousRuns, piece, today)? {
                let points = points(piece, &column, Quality::Estimated);
                count += self.put(&series, variable, None, points)?;
            }
            self.ctx.sink().checkpoint(None)?;
        }
        if starts_before {
            return Ok(Outcome::default().history_start(FIRST_PREVIOUS_RUN));
        }
        told(count)
    }

    /// One call: the columns of every place, and of their mean.
    fn ask(&self, feed: Feed, hours: Window, latest: Date) -> Result<Vec<Filled>, Failure> {
        let (first, last) = hours.dates(latest)?;
        let variables: Vec<String> =
            VARIABLES.iter().map(|variable| format!("{}{}", variable.api, feed.api_suffix())).collect();
        let request = self
            .at(feed)
            .query("start_date", first)
            .query("end_date", last)
            .query("hourly", variables.join(","));
        let answer = self.send(request)?;
        let answered = answer::parse(&answer.body, self.places.len(), feed.api_suffix(), hours)
            .map_err(|reason| errors::unreadable(&answer, &reason))?;
        let mut filled = Vec::new();
        let named = self.places.iter().any(|place| place.name.is_some());
        for (index, variable) in VARIABLES.into_iter().enumerate() {
            if named {
                let columns: Vec<&Column> = answered.iter().map(|place| &place[index]).collect();
                let series = series::name(None, variable.name, feed);
                filled.push(Filled { series, variable, column: mean(&self.places, &columns) });
            }
        }
        for (place, columns) in self.places.iter().zip(answered) {
            for (variable, column) in VARIABLES.into_iter().zip(columns) {
                let series = series::name(place.name.as_deref(), variable.name, feed);
                filled.push(Filled { series, variable, column });
            }
        }
        Ok(filled)
    }

    /// A call of a feed for every place, in units and times of which no answer leaves a doubt.
    pub(crate) fn at(&self, feed: Feed) -> Request {
        let list = |degrees: fn(&Place) -> f64| {
            let texts: Vec<String> = self.places.iter().map(|place| degrees(place).to_string()).collect();
            texts.join(",")
        };
        Request::get(self.settings.url(feed))
            .query("latitude", list(|place| place.latitude))
            .query("longitude", list(|place| place.longitude))
            .query("wind_speed_unit", "ms")
            .query("timezone", "GMT")
            .query("timeformat", "unixtime")
            .header("accept", "application/json")
    }

    pub(crate) fn send(&self, request: Request) -> Result<Response, Failure> {
        let answer = self.ctx.http().send(&request).map_err(|error| error.failure(errors::OPEN_METEO))?;
        match answer.status {
            200 => Ok(answer),
            _ => Err(errors::read(&answer, self.settings.where_option(), self.ctx.clock().now())),
        }
    }

    fn put(
        &self,
        series: &str,
        variable: Variable,
        made: Option<Instant>,
        points: Vec<Point>,
    ) -> Result<usize, Failure> {
        let count = points.len();
        if count > 0 {
            self.ctx.sink().put(Batch::new(series, variable.unit).as_of(made).points(points))?;
        }
        Ok(count)
    }
}

/// The hours of a column that have a value.
fn points(hours: Window, column: &Column, quality: Quality) -> Vec<Point> {
    let starts = (0..).map(|index: i64| hours.from + index * HOUR);
    starts
        .zip(column)
        .filter_map(|(start, value)| Some((start, (*value)?)))
        .map(|(start, value)| Point::measured(start, HOUR.unsigned_abs(), value).quality(quality))
        .collect()
}

fn told(count: usize) -> Result<Outcome, Failure> {
    if count == 0 { Err(errors::nothing()) } else { Ok(Outcome::default()) }
}
