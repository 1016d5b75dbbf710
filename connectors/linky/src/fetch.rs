//! One window of one feed, and what to do when the source takes only a part of it.

use crate::{
    Settings, contract,
    errors::{self, Refused},
    feed::{Feed, Shape},
    gateway::Days,
    messages::{Known, nothing, ours},
    parse::{self, Day, Parsed, ZONE},
    token,
};
use watteau_sdk::prelude::*;

const DAY_MS: i64 = 86_400_000;
/// An empty load curve younger than this may just be late.
const LATE_DAYS: i64 = 3;
/// An empty load curve older than this is a hole of its history, whatever the settings of the account are now.
const RECENT_DAYS: i64 = 10;

/// Everything that a call for one feed needs.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) ctx: Context<'a>,
    pub(crate) settings: &'a Settings,
    pub(crate) feed: Feed,
}

/// What came of asking for a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Window {
    /// Points of its days were put.
    Filled,
    /// The source has nothing there.
    Empty,
    /// It begins before the source's data; the first day that the source has, where it says so.
    TooOld(Option<Date>),
    /// It is longer than the source takes today.
    TooLong,
}

impl<'a> Call<'a> {
    /// What is known when something is refused.
    pub(crate) fn known(&self) -> Known<'a> {
        Known {
            gateway: self.settings.gateway,
            feed: self.feed,
            meter: self.settings.last_four(),
            now: self.ctx.clock().now(),
        }
    }

    /// What the token says of itself.
    pub(crate) fn examine(&self) -> Result<Option<Text>, Failure> {
        let claims = self.ctx.http().claims("token");
        token::examine(claims.as_deref(), &self.settings.prm, self.known())
    }

    /// A span of whole days.
    pub(crate) fn span(&self, span: Span) -> Result<Outcome, Failure> {
        let clock = self.ctx.clock();
        // The end is exclusive, for the host and for the gateways alike.
        let days = Days {
            first: clock.date(ZONE, span.start).map_err(ours)?,
            end: clock.date(ZONE, span.end).map_err(ours)?,
        };
        if self.feed.shape() == Shape::Words {
            return self.contract(days);
        }
        match self.window(days)? {
            Window::Filled => Ok(Outcome::default()),
            Window::Empty => Err(self.empty(span, days)?),
            Window::TooOld(told) => self.start_of_history(days, told),
            Window::TooLong => {
                // Seven days have been refused for a while before, where six were taken; of a year, a half is.
                let length = days.end.days() - days.first.days();
                let middle = plus(days.end, if length > 7 { -length / 2 } else { -1 })?;
                if middle <= days.first {
                    return Err(ours("Enedis finds a single day too long"));
                }
                let early = self.window(Days { end: middle, ..days })?;
                let late = self.window(Days { first: middle, ..days })?;
                match (early, late) {
                    (Window::Filled, _) | (_, Window::Filled) => Ok(Outcome::default()),
                    _ => Err(self.empty(span, days)?),
                }
            }
        }
    }

    /// The source's data begins inside the window: finds the day by halving, and keeps what is there. Where the source
    /// says from which day on, that is asked for at once.
    fn start_of_history(&self, days: Days, told: Option<Date>) -> Result<Outcome, Failure> {
        let (mut refused, mut reached) = (days.first, days.end);
        if let Some(told) = told.filter(|told| refused < *told) {
            let rest = Days { first: told.min(reached), end: reached };
            if rest.first == rest.end || !matches!(self.window(rest)?, Window::TooOld(_)) {
                return self.history_starts(rest.first);
            }
            refused = rest.first;
        }
        while reached.days() - refused.days() > 1 {
            let middle = plus(refused, (reached.days() - refused.days()) / 2)?;
            match self.window(Days { first: middle, end: reached })? {
                Window::TooOld(_) => refused = middle,
                Window::Filled | Window::Empty | Window::TooLong => {
                    // Kept now: the quota may end the search, and it goes on from here.
                    self.ctx.sink().checkpoint(None)?;
                    reached = middle;
                }
            }
        }
        self.history_starts(reached)
    }

    fn history_starts(&self, day: Date) -> Result<Outcome, Failure> {
        let start = self.ctx.clock().midnight(ZONE, day).map_err(ours)?;
        Ok(Outcome::default().history_start(start))
    }

    /// Nothing for these days: not there yet, a hole, or a load curve that is not collected.
    fn empty(&self, span: Span, days: Days) -> Result<Failure, Failure> {
        let now = self.ctx.clock().now();
        let telling = now - span.start > LATE_DAYS * DAY_MS && now - span.end < RECENT_DAYS * DAY_MS;
        if self.feed.shape() == Shape::Curve && telling {
            let by_day = Self { feed: self.feed.by_day(), ..*self };
            if by_day.ask(days)?.is_ok_and(|points| !points.is_empty()) {
                return Ok(self.known().no_load_curve());
            }
        }
        Ok(nothing())
    }

    /// Asks for some days, and puts what comes.
    fn window(&self, days: Days) -> Result<Window, Failure> {
        let points = match self.ask(days)? {
            Ok(points) => points,
            Err(window) => return Ok(window),
        };
        let unit = match self.feed.shape() {
            Shape::Energy => "kWh",
            Shape::Maximum => "VA",
            Shape::Curve | Shape::Words => "W",
        };
        self.ctx.sink().put(Batch::new(self.feed.series(), unit).points(points))?;
        Ok(Window::Filled)
    }

    /// Asks for some days: points of which some are theirs, or why there are none.
    pub(crate) fn ask(&self, days: Days) -> Result<Result<Vec<Point>, Window>, Failure> {
        let Settings { gateway, prm, base_url, .. } = self.settings;
        let request = gateway.readings(base_url.as_deref(), prm, self.feed, days);
        let request = request.ok_or_else(|| ours("a feed without a path"))?;
        let answer = match self.send(&request)? {
            Ok(answer) => answer,
            Err(Refused::NoData) => return Ok(Err(Window::Empty)),
            Err(Refused::TooOld(told)) => return Ok(Err(Window::TooOld(told))),
            Err(Refused::TooLong) => return Ok(Err(Window::TooLong)),
            Err(Refused::Failure(failure)) => return Err(failure),
        };
        let readings =
            parse::readings(&answer.body).map_err(|reason| self.known().unreadable(&answer, reason))?;
        let points = match self.feed.shape() {
            Shape::Curve => {
                let readings =
                    if gateway.stamps_starts() { parse::ends_of_starts(readings) } else { readings };
                let resolve = |civil| self.ctx.clock().resolve(ZONE, civil);
                self.usable(&answer, parse::load_curve(&readings, &resolve))?
            }
            Shape::Energy => self.days(self.usable(&answer, parse::daily(&readings))?, 1_000.0)?,
            Shape::Maximum => self.days(self.usable(&answer, parse::max_power(&readings))?, 1.0)?,
            Shape::Words => return Err(ours("a contract by day")),
        };
        let clock = self.ctx.clock();
        let start = clock.midnight(ZONE, days.first).map_err(ours)?;
        let asked = Span::new(start, clock.midnight(ZONE, days.end).map_err(ours)?);
        if points.iter().any(|point| asked.contains(point.start)) {
            return Ok(Ok(points));
        }
        if points.is_empty() || gateway.moves_windows() {
            return Ok(Err(Window::Empty));
        }
        let reason =
            ("its days are not those that were asked for", "ses jours ne sont pas ceux qui étaient demandés");
        Err(self.known().unreadable(&answer, reason))
    }

    /// The contract of today, for days that are over: the host asks for the last one alone.
    fn contract(&self, days: Days) -> Result<Outcome, Failure> {
        let contract = self.read_contract()?;
        if let Some(kva) = contract.kva {
            let day = self.ctx.clock().day(ZONE, plus(days.end, -1)?).map_err(ours)?;
            let point = Point::measured(day.start, (day.end - day.start).unsigned_abs(), kva);
            self.ctx.sink().put(Batch::new(self.feed.series(), "kVA").points(vec![point]))?;
        }
        Ok(match contract.told(|words| self.settings.mask(words)) {
            Some(told) => Outcome::default().remark(told),
            None => Outcome::default(),
        })
    }

    /// What Enedis says of the contract.
    pub(crate) fn read_contract(&self) -> Result<contract::Contract, Failure> {
        let Settings { gateway, prm, base_url, .. } = self.settings;
        let request = gateway.contract(base_url.as_deref(), prm);
        let request = request.ok_or_else(|| self.known().not_at_this_gateway())?;
        let answer = self.send(&request)?.map_err(|refused| match refused {
            Refused::Failure(failure) => failure,
            _ => nothing(),
        })?;
        contract::read(&answer.body).map_err(|reason| self.known().unreadable(&answer, reason))
    }

    /// An answer, or what its refusal means.
    pub(crate) fn send(&self, request: &Request) -> Result<Result<Response, Refused>, Failure> {
        let gateway = self.settings.gateway.name();
        let answer = self.ctx.http().send(request).map_err(|error| error.failure(gateway))?;
        Ok(match errors::read(&answer, self.known()) {
            Some(refused) => Err(refused),
            None => Ok(answer),
        })
    }

    /// The rows, and a word for each that is none. An answer of which no row can be read is another format, and not
    /// data with a few bad rows.
    fn usable<T>(&self, answer: &Response, parsed: Parsed<T>) -> Result<Vec<T>, Failure> {
        if let Some(first) = parsed.unusable.first().filter(|_| parsed.rows.is_empty()) {
            return Err(self.known().unreadable(answer, first.reason.clone()));
        }
        for unusable in &parsed.unusable {
            let (en, fr) = &unusable.reason;
            let reason = (self.settings.mask(en), self.settings.mask(fr));
            let refusal = Refusal::new(format!("reading {}", unusable.place), reason);
            let date: Option<Date> = unusable.date.get(..10).and_then(|date| date.parse().ok());
            self.ctx.sink().refuse(match date {
                Some(date) => refusal.date(date),
                None => refusal,
            });
        }
        Ok(parsed.rows)
    }

    /// Values by day as points, 23 to 25 hours long.
    fn days(&self, days: Vec<Day>, divisor: f64) -> Result<Vec<Point>, Failure> {
        let point = |day: Day| {
            let span = self.ctx.clock().day(ZONE, day.date).map_err(ours)?;
            let (length, value) = ((span.end - span.start).unsigned_abs(), day.value / divisor);
            Ok(Point::measured(span.start, length, value).quality(day.quality))
        };
        days.into_iter().map(point).collect()
    }
}

pub(crate) fn plus(date: Date, days: i32) -> Result<Date, Failure> {
    date.plus(days).ok_or_else(|| ours("a date beyond the calendar"))
}
