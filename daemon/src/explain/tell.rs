//! From a fit and what was found to what is told, in both languages.

use super::{
    Error,
    findings::Findings,
    home::Home,
    record::Summary,
    view::{
        AnomalyView, ChangeView, CoefficientView, Detail, EventView, ExplainedDay, ExplainedMonth,
        HistoryView, LearntDays, Overview, Waiting,
    },
};
use crate::{clock::Clock, config::Regression, model::Text};
use std::{cmp::Reverse, collections::BTreeSet};
use watteau_analysis::{
    Day,
    anomaly::{Anomaly, Frozen},
    change::Change,
    regression::{self, Fit, Refusal},
    words::{Language, Words},
};
use watteau_store::SeriesInfo;

/// From this factor on a meter has causes that the weather does not explain.
const UNEXPLAINED: f64 = 1.6;

/// A regression that is not there, with the reason.
pub(super) fn refusal(job: &Regression, error: &Error) -> Detail {
    let waiting = match error {
        Error::Refused(Refusal::Waiting { heating_days, needed }) => {
            Some(Waiting { heating_days: *heating_days, needed: *needed })
        }
        _ => None,
    };
    let status = if error.code() == "not_enough_data" { "waiting" } else { "refused" };
    let overview = Overview {
        name: job.name.clone(),
        target: job.target.clone(),
        form: job.form.word().to_owned(),
        status: status.to_owned(),
        message: Some(reason(error)),
        fitted: None,
        fitted_at: None,
        r2: None,
        cv_rmse: None,
    };
    Detail {
        overview,
        unit: String::new(),
        kappa: None,
        base: None,
        sun: None,
        coefficients: vec![],
        months: vec![],
        days: vec![],
        changes: vec![],
        events: vec![],
        anomalies: vec![],
        history: vec![],
        waiting,
    }
}

/// The reason, for people. What only whoever writes the settings meets is told in English.
fn reason(error: &Error) -> Text {
    let english = sentence(&error.to_string());
    let french = match error {
        Error::Refused(Refusal::Waiting { heating_days, needed }) => format!(
            "{heating_days} jours de chauffage sont connus ; il en faut {needed} avant d’expliquer quoi que ce soit."
        ),
        Error::Refused(Refusal::TooFew { rows, needed, .. }) => {
            format!("{rows} périodes complètes sont connues ; il en faut {needed}.")
        }
        Error::Refused(Refusal::Nothing { .. }) => {
            "Aucun jour n’a à la fois une consommation et une température.".to_owned()
        }
        Error::Refused(Refusal::Stuck) => {
            "Toutes les valeurs sont égales : le compteur ou la source est figé.".to_owned()
        }
        Error::Refused(Refusal::Constant { name }) => {
            format!("« {name} » ne change jamais : son effet ne peut pas être estimé.")
        }
        Error::NoSeries(id) => format!("La série {id} n’existe pas encore."),
        Error::Nothing(id) => format!("Aucun jour complet de {id} n’est encore connu."),
        Error::NoTemperature(_) => {
            "Il n’y a pas de température extérieure : ajoutez le connecteur météo.".to_owned()
        }
        _ => english.clone(),
    };
    Text::new(english, french)
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(letters).chain(['.']).collect()
}

/// Tells of a job.
pub(super) struct Teller<'a> {
    pub(super) job: &'a Regression,
    pub(super) home: &'a Home,
    pub(super) clock: &'a Clock,
    /// Series that nobody wants to hear of.
    pub(super) muted: &'a BTreeSet<String>,
}

impl Teller<'_> {
    /// Everything that a fit shows.
    pub(super) fn detail(
        &self,
        fit: &Fit,
        fitted_at: Option<i64>,
        findings: &Findings,
        frozen: &[(SeriesInfo, Frozen)],
        history: &[Summary],
    ) -> Detail {
        let known = self.home.known().map(|known| known.start.date());
        Detail {
            overview: self.overview(fit, fitted_at),
            unit: self.home.unit.clone(),
            kappa: fit.kappa,
            base: fit.base,
            sun: fit.sun,
            coefficients: fit
                .coefficients
                .iter()
                .map(|one| CoefficientView {
                    name: one.name.clone(),
                    unit: one.unit.clone(),
                    value: one.value,
                    lower: one.lower,
                    upper: one.upper,
                    t: one.t,
                    p: one.p,
                })
                .collect(),
            months: fit
                .months
                .iter()
                // Temperatures begin before the use does; what would have been used then is nobody's question.
                .filter(|month| known.is_some_and(|known| month.month.last_of_month() >= known))
                .map(|month| ExplainedMonth {
                    month: month.month.strftime("%Y-%m").to_string(),
                    actual: month.actual,
                    predicted: month.predicted,
                    lower: month.lower,
                    upper: month.upper,
                    coverage: month.coverage,
                    degree_days: month.degree_days,
                    in_fit: month.in_fit,
                })
                .collect(),
            days: fit
                .days
                .iter()
                .map(|day| ExplainedDay {
                    date: day.date,
                    actual: day.actual,
                    predicted: day.predicted,
                    lower: day.lower,
                    upper: day.upper,
                })
                .collect(),
            changes: self.changes(&findings.changes),
            events: findings.events.iter().map(|(event, effect)| self.event(event, effect)).collect(),
            anomalies: self.anomalies(&findings.anomalies, frozen),
            history: history
                .iter()
                .map(|fit| HistoryView {
                    fitted_at: fit.fitted_at.div_euclid(1000),
                    from: fit.from,
                    to: fit.to,
                    r2: fit.r2,
                    cv_rmse: fit.cv_rmse,
                })
                .collect(),
            waiting: None,
        }
    }

    fn overview(&self, fit: &Fit, fitted_at: Option<i64>) -> Overview {
        let status = match fit.status {
            regression::Status::Fitted => "fitted",
            regression::Status::Provisional => "provisional",
        };
        let message = match fit.status {
            regression::Status::Provisional => Some(Text::new(
                "Learnt from little yet: take it as a first idea, with wide intervals.",
                "Encore peu de recul : c’est une première idée, aux intervalles larges.",
            )),
            regression::Status::Fitted if fit.kappa.is_some_and(|kappa| kappa > UNEXPLAINED) => {
                Some(Text::new(
                    "This meter has causes that the weather does not explain; the intervals are as wide as they have to be.",
                    "Ce compteur a des causes que la météo n’explique pas ; les intervalles sont élargis d’autant.",
                ))
            }
            regression::Status::Fitted => None,
        };
        Overview {
            name: self.job.name.clone(),
            target: self.job.target.clone(),
            form: match fit.form {
                regression::Form::Daily => "daily",
                regression::Form::Monthly => "monthly",
                regression::Form::Level => "level",
            }
            .to_owned(),
            status: status.to_owned(),
            message,
            fitted: Some(LearntDays { from: fit.from, to: fit.to }),
            fitted_at: fitted_at.map(|at| at.div_euclid(1000)),
            r2: Some(fit.r2),
            cv_rmse: fit.cv_rmse,
        }
    }

    /// A sentence in both languages.
    fn say(&self, sentence: impl Fn(&Words) -> String) -> (String, String) {
        let today = Day::new(self.clock.local().date());
        let [french, english] =
            [Language::French, Language::English].map(|language| sentence(&Words::new(language, today)));
        (french, english)
    }

    /// A change that another one followed is over.
    fn changes(&self, changes: &[Change]) -> Vec<ChangeView> {
        let next = changes.iter().skip(1).map(|next| Some(next.since)).chain([None]);
        changes.iter().zip(next).map(|(change, next)| self.change(change, next)).collect()
    }

    fn change(&self, change: &Change, next: Option<Day>) -> ChangeView {
        let (sentence_fr, sentence_en) = self.say(|words| match next {
            Some(next) => words.past_change(change, next),
            None => words.change(change),
        });
        ChangeView {
            since: change.since.date(),
            since_from: change.since_from.date(),
            since_to: change.since_to.date(),
            percent: change.percent,
            lower: change.lower,
            upper: change.upper,
            found_on: change.found_on.date(),
            sentence_fr,
            sentence_en,
        }
    }

    fn event(
        &self,
        event: &crate::config::DatedEvent,
        effect: &Result<watteau_analysis::change::Event, String>,
    ) -> EventView {
        let (sentence_fr, sentence_en) = match effect {
            Ok(effect) => self.say(|words| words.event(effect, &event.name)),
            Err(why) => (
                format!("{} : l’effet ne peut pas encore être mesuré.", event.name),
                format!("{}: its effect cannot be told yet: {why}.", event.name),
            ),
        };
        let effect = effect.as_ref().ok();
        EventView {
            date: event.date,
            name: event.name.clone(),
            percent: effect.map(|effect| effect.percent),
            lower: effect.map(|effect| effect.lower),
            upper: effect.map(|effect| effect.upper),
            kwh: effect.map(|effect| effect.kwh),
            kwh_lower: effect.map(|effect| effect.kwh_lower),
            kwh_upper: effect.map(|effect| effect.kwh_upper),
            smallest: effect.map(|effect| effect.smallest),
            visible: effect.is_some_and(|effect| effect.visible),
            sentence_fr,
            sentence_en,
        }
    }

    fn anomalies(&self, found: &[Anomaly], frozen: &[(SeriesInfo, Frozen)]) -> Vec<AnomalyView> {
        let mut all: Vec<AnomalyView> = found.iter().filter_map(|anomaly| self.anomaly(anomaly)).collect();
        all.extend(frozen.iter().map(|(info, frozen)| self.frozen(info, frozen)));
        all.sort_by_key(|one| Reverse(one.date));
        all
    }

    fn anomaly(&self, anomaly: &Anomaly) -> Option<AnomalyView> {
        let (kind, [actual, expected, lower, upper], (sentence_fr, sentence_en)) = match anomaly {
            Anomaly::OddDay(odd) => (
                "odd_day",
                [Some(odd.actual), Some(odd.expected), Some(odd.lower), Some(odd.upper)],
                self.say(|words| words.odd_day(odd)),
            ),
            Anomaly::HeatingOff(off) => (
                "heating_off",
                [Some(off.actual), Some(off.expected), None, None],
                self.say(|words| words.heating_off(off)),
            ),
            Anomaly::BaseLoad(rise) => (
                "base_load",
                [Some(rise.level), Some(rise.before), None, None],
                self.say(|words| words.base_load(rise)),
            ),
            Anomaly::Leak(leak) => (
                "leak",
                [Some(leak.lowest), Some(0.0), None, None],
                self.say(|words| words.leak(leak, &self.home.unit)),
            ),
            Anomaly::Frozen(_) => return None,
        };
        Some(AnomalyView {
            series: self.job.target.clone(),
            date: anomaly.day()?.date(),
            kind: kind.to_owned(),
            actual,
            expected,
            lower,
            upper,
            muted: self.muted.contains(&self.job.target),
            sentence_fr,
            sentence_en,
        })
    }

    fn frozen(&self, info: &SeriesInfo, frozen: &Frozen) -> AnomalyView {
        let day = |second: i64| {
            let instant = jiff::Timestamp::from_second(second).unwrap_or_default();
            Day::new(instant.to_zoned(self.clock.zone().clone()).date())
        };
        let (since, until) = (day(frozen.since), day(frozen.until));
        let (sentence_fr, sentence_en) = self.say(|words| words.frozen(frozen, since, until, &info.def.unit));
        AnomalyView {
            series: info.def.name.clone(),
            date: since.date(),
            kind: "frozen".to_owned(),
            actual: Some(frozen.value),
            expected: None,
            lower: None,
            upper: None,
            muted: self.muted.contains(&info.def.name),
            sentence_fr,
            sentence_en,
        }
    }
}
