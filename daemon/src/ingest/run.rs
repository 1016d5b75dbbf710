//! A run of a source: plan, pull span by span, newest first, until caught up, stopped by the quota, or failed.

use super::{
    Ingest, complete,
    desk::{Desk, Purpose},
    guest::{NoAnswer, Session},
    instance::{Feed, Instance, Owned},
    plan::{self, DaySpan, Plan, Progress},
    quota::Gate,
    sink::{Counts, Origin},
    trouble::{Met, StoredTrouble},
};
use crate::{
    model::{Event, RunRecord, Text, TroubleKind},
    services::RunOptions,
};
use jiff::{Zoned, civil::Date};
use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
};

/// Starts a scheduled run in the background.
pub(super) fn start(ingest: &Arc<Ingest>, instance: &Arc<Instance>) {
    if instance.running.swap(true, Ordering::SeqCst) {
        return;
    }
    let (ingest, instance) = (Arc::clone(ingest), Arc::clone(instance));
    tokio::spawn(async move {
        execute(&ingest, &instance, &RunOptions::default(), false).await;
    });
}

/// Runs to the end. The caller has set `running`.
pub(super) async fn execute(
    ingest: &Arc<Ingest>,
    instance: &Arc<Instance>,
    options: &RunOptions,
    asked_for: bool,
) -> RunRecord {
    let _turn = instance.turn(&ingest.store).await;
    let name = &instance.settings.name;
    let started = ingest.clock.now();
    ingest.announce(instance);
    let mut run = Run {
        ingest,
        instance,
        options,
        asked_for,
        counts: Counts::default(),
        refused: 0,
        feeds: Feeds::default(),
        stopped: None,
    };
    run.work().await;
    let ended = ingest.clock.now();
    let Run { counts, refused, mut feeds, stopped, .. } = run;
    feeds.problems.extend(stopped.as_ref().map(|met| met.message.clone()));
    let record = RunRecord {
        started: started.to_string(),
        ended: ended.to_string(),
        ok: stopped.is_none() && !feeds.all_failed(),
        new: counts.new,
        unchanged: counts.unchanged,
        corrected: counts.corrected,
        refused,
        problems: feeds.problems,
    };
    ingest.vitals.run(name, &record, ended.duration_since(started).unsigned_abs());
    if !options.dry_run {
        let now = ingest.clock.local();
        if let Some(met) = &stopped {
            tracing::warn!(connector = name, party = met.party, "{}", met.message.en);
        }
        let change = {
            let mut memory = instance.memory();
            memory.end_run(record.clone(), stopped, &now, ingest.jitter);
            memory.change(name)
        };
        let store = ingest.store.clone();
        let kept = tokio::task::spawn_blocking(move || {
            store.commit(watteau_store::Commit { batches: vec![], state: vec![change] })
        });
        if let Ok(Err(error)) = kept.await {
            tracing::error!(connector = name, %error, "what this run learned could not be kept");
        }
    }
    instance.running.store(false, Ordering::SeqCst);
    instance.schedule(&ingest.clock, ingest.jitter, false);
    ingest.announce(instance);
    ingest.nudge.notify_one();
    record
}

/// Looks at what is there and what is missing, without asking anybody, and fixes when the instance runs next by it.
pub(super) async fn survey(ingest: &Arc<Ingest>, instance: &Arc<Instance>) {
    let options = RunOptions::default();
    let run = Run {
        ingest,
        instance,
        options: &options,
        asked_for: false,
        counts: Counts::default(),
        refused: 0,
        feeds: Feeds::default(),
        stopped: None,
    };
    if let Err(error) = run.plan(false).await {
        tracing::warn!(connector = instance.settings.name, %error, "what is missing could not be looked at");
    }
    if !instance.running.load(Ordering::SeqCst) {
        instance.schedule_after_survey(&ingest.clock, ingest.jitter);
    }
    ingest.announce(instance);
}

struct Run<'a> {
    ingest: &'a Arc<Ingest>,
    instance: &'a Arc<Instance>,
    options: &'a RunOptions,
    /// A person asked: feeds that wait for a later try are tried too.
    asked_for: bool,
    counts: Counts,
    refused: u64,
    feeds: Feeds,
    stopped: Option<Met>,
}

/// How the feeds that were asked answered.
#[derive(Default)]
struct Feeds {
    answered: bool,
    failed: bool,
    problems: Vec<Text>,
}

impl Feeds {
    /// A feed that is not offered is no failure of a run that brought the others.
    const fn all_failed(&self) -> bool {
        self.failed && !self.answered
    }
}

/// What a pull means for the run.
enum Next {
    Go,
    /// This feed waits for its next try.
    LeaveFeed,
    /// The whole run ends.
    Stop,
}

impl Run<'_> {
    async fn work(&mut self) {
        let mut queue = match self.plan(self.asked_for).await {
            Ok(plans) => interleave(&plans),
            Err(error) => return self.stop(TroubleKind::Store, &error),
        };
        if self.options.dry_run && queue.is_empty() {
            // Everything is there: a rehearsal asks for the newest day again, or it would rehearse nothing.
            let yesterday = self.ingest.clock.local().date().yesterday().ok();
            queue.extend(yesterday.into_iter().flat_map(|day| {
                (0..self.instance.feeds.len()).map(move |feed| (feed, DaySpan { first: day, last: day }))
            }));
        }
        if self.options.dry_run && self.options.since.is_none() {
            // A rehearsal spends the quota for real: the newest span of each feed tells enough.
            let mut rehearsed = BTreeSet::new();
            queue.retain(|(feed, _)| rehearsed.insert(*feed));
        }
        if !queue.is_empty() {
            self.pull_all(&mut queue).await;
        }
        if let Err(error) = self.plan(false).await {
            self.stop(TroubleKind::Store, &error);
        }
    }

    async fn pull_all(&mut self, queue: &mut VecDeque<(usize, DaySpan)>) {
        let desk = Arc::new(Mutex::new(self.desk()));
        let mut session = match Session::open(self.ingest, self.instance, Arc::clone(&desk)) {
            Ok(session) => session,
            Err(met) => {
                self.stopped = Some(met);
                return;
            }
        };
        let (mut done, total) = (0, u32::try_from(queue.len()).unwrap_or(u32::MAX));
        while let Some((feed, span)) = queue.pop_front() {
            if self.instance.is_retired() {
                // Whoever took its place plans anew; what was fetched is kept.
                break;
            }
            let now = self.ingest.clock.now_ms();
            if let Gate::NotBefore(_) = self.instance.memory().calls.gate(self.instance.limit.as_ref(), now) {
                break;
            }
            match self.pull(&mut session, &desk, feed, span).await {
                Next::Go => self.heed_history_start(queue, feed),
                Next::LeaveFeed => queue.retain(|(other, _)| *other != feed),
                Next::Stop => break,
            }
            done += 1;
            self.ingest.tell(Event::Run {
                connector: self.instance.settings.name.clone(),
                feed: self.instance.feeds[feed].name.clone(),
                done,
                total,
            });
        }
        let desk = lock(&desk);
        self.counts = desk.counts;
        self.refused = desk.gathered.refused_count;
        if let Some(first) = desk.gathered.refused.first() {
            let connector = &self.instance.settings.name;
            let (refused, place) = (self.refused, &first.row);
            tracing::warn!(connector, refused, place, "values were refused: {}", first.reason);
        }
    }

    /// What lies before the start of history that the source has just told is not asked for.
    fn heed_history_start(&self, queue: &mut VecDeque<(usize, DaySpan)>, feed: usize) {
        let of = &self.instance.feeds[feed];
        let start = self.instance.memory().feed(&of.name).history_start;
        let day =
            start.and_then(|start| complete::day_of(start, self.ingest.clock.zone(), self.day_start(of)));
        if let Some(day) = day {
            queue.retain(|(other, span)| *other != feed || span.last >= day);
        }
    }

    /// One call of the connector, and what is learned from it.
    async fn pull(
        &mut self,
        session: &mut Session,
        desk: &Arc<Mutex<Desk>>,
        feed: usize,
        span: DaySpan,
    ) -> Next {
        let instance = self.instance;
        let feed = &instance.feeds[feed];
        let Some((from, to)) = self.bounds(feed, span) else { return Next::Go };
        lock(desk).origin.fetched_at = self.ingest.clock.now_ms();
        lock(desk).origin.source = session.source(feed, span);
        let answer = session.pull(&feed.name, from, to).await;
        let now = self.ingest.clock.local();
        match answer {
            Ok(pulled) => {
                // The points are durable already; what was learned goes with the next commit.
                self.feeds.answered = true;
                if !self.options.dry_run {
                    instance.memory().learn(&feed.name, pulled.history_start, pulled.remark);
                }
                self.asked(feed, span, &now).await
            }
            Err(no) => {
                lock(desk).discard();
                match no {
                    NoAnswer::NoData => {
                        self.feeds.answered = true;
                        self.asked(feed, span, &now).await
                    }
                    NoAnswer::Quota { until, met } => {
                        let met = met.remember(None, &now, self.ingest.jitter);
                        let until = until.or(met.next_try).unwrap_or(now.timestamp().as_millisecond());
                        instance.memory().calls.refuse_until(until);
                        self.stopped = Some(Met { not_before: Some(until), ..met.into() });
                        Next::Stop
                    }
                    NoAnswer::Feed(met) => {
                        self.feeds.failed = true;
                        self.feeds.problems.push(met.message.clone());
                        if self.options.dry_run {
                            return Next::LeaveFeed;
                        }
                        tracing::warn!(
                            connector = instance.settings.name,
                            feed = feed.name,
                            "{}",
                            met.message.en
                        );
                        let mut memory = instance.memory();
                        let remembered = memory.feed(&feed.name);
                        remembered.trouble =
                            Some(met.remember(remembered.trouble.as_ref(), &now, self.ingest.jitter));
                        Next::LeaveFeed
                    }
                    NoAnswer::Run(met) => {
                        self.stopped = Some(met);
                        Next::Stop
                    }
                }
            }
        }
    }

    /// The source has answered for this span: the days that are still incomplete were asked for in vain.
    async fn asked(&mut self, feed: &Feed, span: DaySpan, now: &Zoned) -> Next {
        if self.options.dry_run {
            return Next::Go;
        }
        match self.complete(feed, span.first, span.last).await {
            Ok(complete) => {
                let incomplete: Vec<Date> = span.days().filter(|day| !complete.contains(day)).collect();
                self.instance.memory().feed(&feed.name).asked.record(&incomplete, now, &feed.rule);
                Next::Go
            }
            Err(error) => {
                self.stop(TroubleKind::Store, &error);
                Next::Stop
            }
        }
    }

    /// Makes the plan of every feed, and keeps what it says of progress. `hurried`: what may still come is asked for now.
    async fn plan(&self, hurried: bool) -> Result<Vec<(usize, Plan)>, watteau_store::Error> {
        let now = self.ingest.clock.local();
        let waits = |trouble: Option<&StoredTrouble>| {
            let next = trouble.and_then(|trouble| trouble.next_try);
            next.is_some_and(|next| next > now.timestamp().as_millisecond())
        };
        let mut plans = Vec::new();
        for (index, feed) in self.instance.feeds.iter().enumerate() {
            let newest = plan::newest_published_day(&now, &feed.rule);
            let oldest = now.date().checked_sub(feed.rule.history).unwrap_or(Date::MIN);
            let mut complete = self.complete(feed, oldest, newest).await?;
            let (mut asked, trouble, history_start) = {
                let mut memory = self.instance.memory();
                let feed = memory.feed(&feed.name);
                (feed.asked.clone(), feed.trouble.clone(), feed.history_start)
            };
            let start = history_start
                .and_then(|start| complete::day_of(start, self.ingest.clock.zone(), self.day_start(feed)));
            let earliest = self.instance.settings.since.max(start);
            let mut plan = plan::plan(&feed.rule, &asked, &complete, &now, earliest);
            lock(&self.instance.progress).insert(
                feed.name.clone(),
                Progress {
                    up_to_date: plan.up_to_date,
                    left: if waits(trouble.as_ref()) { 0 } else { plan.left },
                    done_days: plan.done_days,
                    total_days: plan.total_days,
                    complete_until: plan.complete_until,
                },
            );
            if hurried {
                asked.hurry();
                plan = plan::plan(&feed.rule, &asked, &complete, &now, earliest);
            }
            if let Some(since) = self.options.since {
                // Ask again for what is there already, too.
                complete.retain(|day| *day < since);
                asked.forget_from(since);
                plan = plan::plan(&feed.rule, &asked, &complete, &now, earliest.max(Some(since)));
            }
            if self.asked_for || !waits(trouble.as_ref()) {
                plans.push((index, plan));
            }
        }
        Ok(plans)
    }

    /// The days that every deciding series of the feed has: what its source answers, it answers together, but a
    /// series may have joined since.
    async fn complete(
        &self,
        feed: &Feed,
        first: Date,
        last: Date,
    ) -> Result<BTreeSet<Date>, watteau_store::Error> {
        let (store, zone) = (self.ingest.store.clone(), self.ingest.clock.zone().clone());
        let deciding: Vec<Owned> =
            feed.deciding.iter().filter_map(|name| self.instance.owned(name)).cloned().collect();
        let scan = move || {
            let mut complete: Option<BTreeSet<Date>> = None;
            for Owned { id, def } in deciding {
                let days = complete::complete_days(&store, id, def.step, &zone, def.day_start, first, last)?;
                complete = Some(complete.map_or_else(|| days.clone(), |others| &others & &days));
            }
            Ok(complete.unwrap_or_default())
        };
        tokio::task::spawn_blocking(scan).await.unwrap_or_else(|_| Ok(BTreeSet::new()))
    }

    fn bounds(&self, feed: &Feed, span: DaySpan) -> Option<(i64, i64)> {
        let (zone, day_start) = (self.ingest.clock.zone(), self.day_start(feed));
        let from = complete::day_turn(span.first, zone, day_start)?;
        let to = complete::day_turn(span.last.tomorrow().ok()?, zone, day_start)?;
        Some((from, to))
    }

    fn day_start(&self, feed: &Feed) -> u32 {
        feed.series.first().and_then(|name| self.instance.owned(name)).map_or(0, |owned| owned.def.day_start)
    }

    fn desk(&self) -> Desk {
        let instance = self.instance;
        let purpose = if self.options.dry_run { Purpose::Rehearsal } else { Purpose::Run };
        let origin = Origin {
            connector: instance.settings.name.clone(),
            version: instance.plugin.as_ref().map_or_else(|_| String::new(), super::guest::Plugin::label),
            source: String::new(),
            sha256: None,
            fetched_at: self.ingest.clock.now_ms(),
        };
        Desk::new(
            self.ingest.store.clone(),
            Arc::clone(instance),
            self.ingest.events.clone(),
            purpose,
            origin,
        )
    }

    fn stop(&mut self, kind: TroubleKind, error: &dyn std::error::Error) {
        let message = Text::new(
            format!("Watteau could not write its store: {error}."),
            format!("Watteau n’a pas pu écrire ses données : {error}."),
        );
        self.stopped = Some(Met { kind, party: None, message, not_before: None });
    }
}

/// The newest span of each feed first, then the next of each: what a person looks at comes before history.
fn interleave(plans: &[(usize, Plan)]) -> VecDeque<(usize, DaySpan)> {
    let rounds = plans.iter().map(|(_, plan)| plan.jobs.len()).max().unwrap_or(0);
    (0..rounds)
        .flat_map(|round| plans.iter().filter_map(move |(feed, plan)| Some((*feed, *plan.jobs.get(round)?))))
        .collect()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn feeds_take_turns_from_the_newest_day_back() {
        let span = |day| DaySpan { first: date(2026, 11, day), last: date(2026, 11, day) };
        let plan =
            |days: &[i8]| Plan { jobs: days.iter().map(|day| span(*day)).collect(), ..Plan::default() };
        let queue = interleave(&[(0, plan(&[9])), (1, plan(&[9, 8, 7]))]);
        assert_eq!(Vec::from(queue), [(0, span(9)), (1, span(9)), (1, span(8)), (1, span(7))]);
    }
}
