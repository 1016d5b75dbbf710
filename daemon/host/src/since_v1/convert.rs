//! Between the contract's types and the crate's. Every text of a guest is cut and freed of secrets on its way in.

use super::bindings::{
    plugin::watteau::connector::types as wit,
    reader::exports::watteau::connector::reader::{FileError as WitFileError, Report as WitReport},
    source::exports::watteau::connector::source::Outcome as WitOutcome,
};
use crate::{
    error::{Cause, Failure, FileError, SettingProblem},
    http::Redactor,
    model::{Kind, Outcome, Point, Quality, Report, Series, Step, Text},
};

/// A sentence for a person is no longer.
const SENTENCE: usize = 1000;

/// Evidence is no longer.
const EVIDENCE: usize = 8192;

/// Remarks of one file.
const REMARKS: usize = 100;

pub(super) fn cut(mut text: String, most: usize) -> String {
    text.truncate(text.floor_char_boundary(most));
    text
}

pub(crate) fn text(text: wit::Text, secrets: &Redactor) -> Text {
    let en = secrets.redact(&cut(text.en, SENTENCE));
    let fr = text.fr.filter(|fr| !fr.is_empty()).map(|fr| secrets.redact(&cut(fr, SENTENCE)));
    Text { fr: fr.unwrap_or_else(|| en.clone()), en }
}

pub(crate) fn failure(failure: wit::Failure, secrets: &Redactor) -> Failure {
    let cause = match failure.cause {
        wit::Cause::Settings(problems) => Cause::Settings(
            problems
                .into_iter()
                .take(REMARKS)
                .map(|problem| SettingProblem {
                    option: cut(problem.option, SENTENCE),
                    message: text(problem.message, secrets),
                })
                .collect(),
        ),
        wit::Cause::Consent => Cause::Consent,
        wit::Cause::Quota(until) => Cause::Quota(until),
        wit::Cause::Unavailable(seconds) => Cause::Unavailable(seconds),
        wit::Cause::Unreadable => Cause::Unreadable,
        wit::Cause::NoData => Cause::NoData,
        wit::Cause::NotOffered => Cause::NotOffered,
    };
    Failure {
        cause,
        party: failure.party.map(|party| cut(party, 100)),
        message: text(failure.message, secrets),
        evidence: failure.evidence.map(|evidence| secrets.redact(&cut(evidence, EVIDENCE))),
    }
}

pub(crate) fn outcome(outcome: WitOutcome, secrets: &Redactor) -> Outcome {
    Outcome {
        history_start: outcome.history_start,
        remark: outcome.remark.map(|remark| text(remark, secrets)),
    }
}

pub(crate) fn report(report: WitReport, secrets: &Redactor) -> Report {
    Report {
        format: cut(report.format, 100),
        exported: report.exported,
        first_day: report.first_day.map(|day| cut(day, 10)),
        last_day: report.last_day.map(|day| cut(day, 10)),
        absent: report.absent,
        remarks: report.remarks.into_iter().take(REMARKS).map(|remark| text(remark, secrets)).collect(),
    }
}

pub(crate) fn file_error(error: WitFileError, secrets: &Redactor) -> FileError {
    FileError {
        code: cut(error.code, 100),
        message: text(error.message, secrets),
        incomplete: error.incomplete,
    }
}

pub(super) fn point(point: wit::Point) -> Point {
    let quality = match point.quality {
        wit::Quality::Measured => Quality::Measured,
        wit::Quality::Estimated => Quality::Estimated,
        wit::Quality::Corrected => Quality::Corrected,
        wit::Quality::Filled => Quality::Filled,
    };
    Point { start: point.start, duration: point.duration, value: point.value, quality }
}

pub(crate) fn series(series: wit::Series, secrets: &Redactor) -> Series {
    let kind = match series.kind {
        wit::Kind::Power => Kind::Power,
        wit::Kind::Energy => Kind::Energy,
        wit::Kind::Volume => Kind::Volume,
        wit::Kind::Level => Kind::Level,
        wit::Kind::Index => Kind::Index,
        wit::Kind::Ratio => Kind::Ratio,
        wit::Kind::Factor => Kind::Factor,
    };
    let step = match series.step {
        // A step of nothing is no step.
        wit::Step::Seconds(0) | wit::Step::Days(0) | wit::Step::Months(0) | wit::Step::Irregular => {
            Step::Irregular
        }
        wit::Step::Seconds(seconds) => Step::Seconds(seconds),
        wit::Step::Days(days) => Step::Days(days),
        wit::Step::Months(months) => Step::Months(months),
    };
    Series {
        name: series.name,
        unit: series.unit,
        kind,
        step,
        day_start: series.day_start,
        title: text(series.title, secrets),
        minimum: series.minimum,
        maximum: series.maximum,
        ahead: series.ahead,
        optional: series.optional,
        role: series.role,
        feed: series.feed,
        labels: series.labels.into_iter().collect(),
    }
}

pub(crate) fn span(span: std::ops::Range<i64>) -> wit::Span {
    wit::Span { start: span.start, end: span.end }
}
