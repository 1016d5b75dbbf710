//! What the API and the dashboard are told of an instance: one word, one sentence, the details.

use super::{
    Ingest,
    guest::Unusable,
    instance::{Feed, Instance},
    memory::Memory,
    plan::Progress,
    trouble::what_to_do,
    words,
};
use crate::{
    config,
    model::{
        Backfill, Condition, ConnectorKind, ConnectorState, Event, FeedState, Notice, NoticeAction,
        NoticeKind, Permissions, QuotaState, Text, Trouble, TroubleKind,
    },
};
use jiff::{Timestamp, ToSpan as _, Zoned, civil::Date};
use std::{collections::BTreeMap, sync::PoisonError, sync::atomic::Ordering};

impl Ingest {
    /// Tells whoever listens that an instance's state changed.
    pub(super) fn announce(&self, instance: &Instance) {
        self.tell(Event::Connector(Box::new(self.state_of(instance))));
    }

    /// Notes that an instance's folder cannot be listed, or that it can again.
    pub(super) fn miss_folder(&self, instance: &Instance, error: Option<&std::io::Error>) {
        let mut missing = instance.folder_trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if missing.is_some() == error.is_some() {
            return;
        }
        let folder = instance.settings.watch.as_deref().unwrap_or(std::path::Path::new("")).display();
        *missing = error.map(|error| Trouble {
            kind: TroubleKind::Settings,
            party: None,
            message: Text::new(
                format!("The folder {folder} cannot be read: {error}."),
                format!("Le dossier {folder} ne peut pas être lu : {error}."),
            ),
            since: self.clock.now().to_string(),
            tries: 1,
            next_try: None,
            what_to_do: Some(Text::new(
                "Bring the folder back, or correct `watch` in the configuration; it is looked for all the time.",
                "Remettez le dossier, ou corrigez « watch » dans la configuration ; il est cherché sans cesse.",
            )),
        });
        drop(missing);
        self.announce(instance);
    }

    /// Notes that an instance goes on as it was in the place of one that could not follow it, or that this is over.
    pub(super) fn hold_back(&self, instance: &Instance, reason: Option<&Text>) {
        let name = &instance.settings.name;
        let mut held_back = instance.held_back.lock().unwrap_or_else(PoisonError::into_inner);
        let before = held_back.take();
        *held_back = reason.map(|reason| Trouble {
            kind: TroubleKind::Settings,
            party: None,
            message: Text::new(
                format!("{name} goes on as it was before. {}", reason.en),
                format!("{name} continue comme avant. {}", reason.fr),
            ),
            since: before.as_ref().map_or_else(|| self.clock.now().to_string(), |b| b.since.clone()),
            tries: 1,
            next_try: None,
            what_to_do: None,
        });
        let news = *held_back != before;
        drop(held_back);
        if news {
            self.announce(instance);
        }
    }

    /// The state of every instance.
    pub(super) fn states(&self) -> Vec<ConnectorState> {
        self.instances().iter().map(|instance| self.state_of(instance)).collect()
    }

    /// A line for `systemctl status`: what is wrong, and how far each connector's data come.
    pub fn status_line(&self) -> String {
        let states = self.states();
        let bad =
            states.iter().filter(|state| matches!(state.state, Condition::Failed | Condition::Attention));
        let bad: Vec<&str> = bad.map(|state| state.name.as_str()).collect();
        let mut line = if bad.is_empty() {
            format!("{} connectors, nothing wrong", states.len())
        } else {
            format!("{} connectors; in trouble: {}", states.len(), bad.join(", "))
        };
        let reached: Vec<String> = states
            .iter()
            .filter_map(|state| Some(format!("{} {}", state.name, self.last_day(&state.series)?)))
            .collect();
        if !reached.is_empty() {
            line.push_str("; last day: ");
            line.push_str(&reached.join(", "));
        }
        line
    }

    /// The newest day that these series reach, by the hour at which their days begin; what lies ahead of now is a
    /// forecast.
    fn last_day(&self, series: &[String]) -> Option<Date> {
        let zone = self.clock.local().time_zone().clone();
        let day = |name: &String| {
            let info = self.store.find(name).ok().flatten()?;
            let end = info.last_end?.min(self.clock.now_ms());
            let within = Timestamp::from_millisecond(end - 1).ok()?.to_zoned(zone.clone()).datetime();
            Some(within.saturating_sub(i64::from(info.def.day_start).seconds()).date())
        };
        series.iter().filter_map(day).max()
    }

    pub(super) fn state_of(&self, instance: &Instance) -> ConnectorState {
        let now = self.clock.local();
        let memory = instance.memory().clone();
        let progress = instance.progress.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let settings = &instance.settings;
        let running = instance.running.load(Ordering::SeqCst);
        let next = instance.next_ms();
        let error = match &instance.plugin {
            // What is switched off waits for nothing.
            _ if !settings.enabled => None,
            Ok(_) => [&instance.folder_trouble, &instance.held_back]
                .into_iter()
                .find_map(|trouble| trouble.lock().unwrap_or_else(PoisonError::into_inner).clone())
                .or_else(|| memory.trouble.as_ref().map(|trouble| trouble.show(&settings.name))),
            Err(unusable) => Some(unloadable(unusable, settings, &now)),
        };
        let is_source = instance.feeds_a_source();
        let condition = condition(instance, &memory, error.as_ref(), running);
        let id = |name: &String| format!("{}.{name}", settings.name);
        ConnectorState {
            name: settings.name.clone(),
            plugin: settings.plugin.to_string(),
            version: instance.plugin.as_ref().map_or_else(|_| String::new(), |p| p.version().to_owned()),
            kind: if is_source { ConnectorKind::Source } else { ConnectorKind::Files },
            title: instance.plugin.as_ref().map_or_else(|_| Text::default(), super::guest::Plugin::title),
            state: condition,
            text: sentence(instance, condition, &memory, &progress, error.as_ref(), next, &now),
            last_success: memory.last_success.map(words::instant),
            last_run: memory.last_run.clone(),
            next_run: next.map(words::instant),
            error,
            feeds: instance
                .feeds
                .iter()
                .map(|feed| self.feed_state(instance, feed, &memory, &progress))
                .collect(),
            quota: instance.limit.as_ref().map(|limit| {
                let now = now.timestamp().as_millisecond();
                QuotaState {
                    calls: limit.calls,
                    per_seconds: limit.per.as_secs(),
                    used: memory.calls.used(limit, now),
                    resets_at: memory.calls.resets_at(limit, now).map(words::instant),
                }
            }),
            watch: settings.watch.as_ref().map(|folder| folder.display().to_string()),
            series: instance.series.keys().map(id).collect(),
            running,
            permissions: instance.plugin.as_ref().map_or_else(
                |_| Permissions { hosts: vec![], folders: vec![], memory_bytes: 0 },
                |plugin| plugin.permissions(settings),
            ),
        }
    }

    fn feed_state(
        &self,
        instance: &Instance,
        feed: &Feed,
        memory: &Memory,
        progress: &BTreeMap<String, Progress>,
    ) -> FeedState {
        let remembered = memory.feeds.get(&feed.name);
        let progress = progress.get(&feed.name);
        let name = &instance.settings.name;
        let day_start = feed.series.first().and_then(|s| instance.owned(s)).map_or(0, |o| o.def.day_start);
        FeedState {
            name: feed.name.clone(),
            title: feed.title.clone(),
            series: feed.series.iter().map(|series| format!("{name}.{series}")).collect(),
            error: remembered.and_then(|feed| feed.trouble.as_ref()).map(|trouble| trouble.show(name)),
            complete_until: progress
                .and_then(|progress| progress.complete_until)
                .and_then(|day| words::day_end(day, self.clock.zone(), day_start)),
            history_start: remembered.and_then(|feed| feed.history_start).map(words::instant),
            backfill: progress
                .map(|progress| Backfill { done_days: progress.done_days, total_days: progress.total_days }),
        }
    }

    /// The sentences that belong on top of a page now.
    pub(super) fn current_notices(&self) -> Vec<Notice> {
        let mut notices = self.standing.notices();
        for state in self.states() {
            let troubles =
                state.error.iter().chain(state.feeds.iter().filter_map(|feed| feed.error.as_ref()));
            for trouble in troubles {
                notices.push(notice(&state, trouble));
            }
        }
        for instance in self.instances() {
            if let Some(remark) = instance.memory().remark.clone() {
                notices.push(Notice {
                    kind: NoticeKind::YourTurn,
                    connector: Some(instance.settings.name.clone()),
                    text: remark,
                    action: None,
                    since: None,
                    next_try: None,
                });
            }
        }
        notices
    }
}

fn notice(state: &ConnectorState, trouble: &Trouble) -> Notice {
    let kind = match trouble.kind {
        TroubleKind::Settings | TroubleKind::Consent | TroubleKind::NotOffered => NoticeKind::YourTurn,
        TroubleKind::Quota => NoticeKind::Waiting,
        TroubleKind::Unavailable | TroubleKind::Unreadable => NoticeKind::TheirFault,
        TroubleKind::Stopped | TroubleKind::Store => NoticeKind::OurFault,
    };
    Notice {
        kind,
        connector: Some(state.name.clone()),
        text: trouble.message.clone(),
        action: Some(NoticeAction {
            text: Text::new("Connectors", "Connecteurs"),
            href: "#/connectors".to_owned(),
        }),
        since: Some(trouble.since.clone()),
        next_try: trouble.next_try.clone(),
    }
}

fn unloadable(unusable: &Unusable, settings: &config::Instance, now: &Zoned) -> Trouble {
    let what_to_do = match unusable {
        Unusable::Plugin(_) => Some(Text::new(
            "Correct `plugin` in the configuration, or replace the file.",
            "Corrigez « plugin » dans la configuration, ou remplacez le fichier.",
        )),
        Unusable::Settings(_) => what_to_do(TroubleKind::Settings, &settings.name),
    };
    Trouble {
        kind: TroubleKind::Settings,
        party: None,
        message: unusable.reason().clone(),
        since: now.timestamp().to_string(),
        tries: 1,
        next_try: None,
        what_to_do,
    }
}

fn condition(instance: &Instance, memory: &Memory, error: Option<&Trouble>, running: bool) -> Condition {
    let feeds = || memory.feeds.values().filter_map(|feed| feed.trouble.as_ref());
    if !instance.settings.enabled {
        Condition::Disabled
    } else if running {
        Condition::Running
    } else if let Some(error) = error {
        match error.kind {
            TroubleKind::Settings | TroubleKind::Consent | TroubleKind::NotOffered => Condition::Attention,
            TroubleKind::Quota => Condition::Waiting,
            _ => Condition::Failed,
        }
    } else if feeds().any(super::trouble::StoredTrouble::needs_the_person) {
        Condition::Attention
    } else if feeds().next().is_some() {
        Condition::Failed
    } else if memory.last_run.is_none() && instance.feeds_a_source() {
        Condition::NeverRun
    } else {
        Condition::Ok
    }
}

/// One sentence about now.
fn sentence(
    instance: &Instance,
    condition: Condition,
    memory: &Memory,
    progress: &BTreeMap<String, Progress>,
    error: Option<&Trouble>,
    next: Option<i64>,
    now: &Zoned,
) -> Text {
    let feed_trouble = memory.feeds.values().find_map(|feed| feed.trouble.as_ref());
    match condition {
        Condition::Disabled => {
            Text::new("Switched off in the configuration.", "Désactivé dans la configuration.")
        }
        Condition::Running => Text::new("Running.", "En cours."),
        Condition::NeverRun => Text::new("Has not run yet.", "N’a pas encore fonctionné."),
        _ if error.is_some() || feed_trouble.is_some() => {
            let message =
                error.map(|e| e.message.clone()).or_else(|| feed_trouble.map(|t| t.message.clone()));
            message.unwrap_or_default()
        }
        _ if !instance.feeds_a_source() => match &memory.last_run {
            Some(_) => Text::new("Watching its folder.", "Surveille son dossier."),
            None => Text::new(
                "Watching its folder; no file taken yet.",
                "Surveille son dossier ; aucun fichier pris encore.",
            ),
        },
        _ if progress.is_empty() => Text::new("Looking at what is there.", "Regarde ce qui est déjà là."),
        _ => {
            let late = progress.values().find(|feed| !feed.up_to_date && feed.done_days < feed.total_days);
            let filling = progress.values().filter(|feed| feed.left > 1).max_by_key(|feed| feed.left);
            match (filling, late) {
                (Some(feed), _) => words::filling(feed.done_days, feed.total_days, next, now),
                (None, Some(_)) => {
                    let party = instance
                        .plugin
                        .as_ref()
                        .map_or_else(|_| Text::default(), super::guest::Plugin::title);
                    let yesterday = now.date().yesterday().unwrap_or(now.date());
                    words::not_published(&party, yesterday, next, now)
                }
                (None, None) => {
                    let missing = progress.values().map(|feed| feed.total_days - feed.done_days).max();
                    let until = progress.values().filter_map(|feed| feed.complete_until).max();
                    let refused = memory.last_run.as_ref().map_or(0, |run| run.refused);
                    words::with_refusals(words::up_to_date(until, missing.unwrap_or(0)), refused)
                }
            }
        }
    }
}
