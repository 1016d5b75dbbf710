//! The series that a dynamic plugin derives from its settings, laid over those of its manifest.

use crate::{
    error::{Cause, Failure, RunError, SettingProblem, Stop, Why},
    manifest::{Manifest, is_label_name, is_series_name},
    model::{Series, Text},
    units,
};
use std::collections::BTreeSet;

/// More than a description of a household's file ever gives.
const MOST: usize = 1000;

/// All the series of an instance: the manifest's, each replaced by the described one of its name, and the others as
/// they were described.
pub(crate) fn merged(manifest: &Manifest, described: Vec<Series>) -> Result<Vec<Series>, RunError> {
    check(manifest, &described).map_err(RunError::Stopped)?;
    written_otherwise(&described).map_err(RunError::Failure)?;
    let mut all = manifest.series.clone();
    for mut one in described {
        if one.title.fr.is_empty() {
            one.title.fr.clone_from(&one.title.en);
        }
        match all.iter_mut().find(|known| known.name == one.name) {
            Some(known) => *known = one,
            None => all.push(one),
        }
    }
    Ok(all)
}

fn check(manifest: &Manifest, described: &[Series]) -> Result<(), Stop> {
    if described.len() > MOST {
        return Err(broken(&format!("{} series, of at most {MOST}", described.len())));
    }
    let mut seen = BTreeSet::new();
    for series in described {
        let name: String = series.name.chars().take(100).collect();
        if !is_series_name(&series.name) || series.name.len() > 200 {
            return Err(broken(&format!("a series called `{name}`")));
        }
        if !seen.insert(&series.name) {
            return Err(broken(&format!("`{name}` twice")));
        }
        if series.unit.is_empty() || series.unit.len() > 20 {
            return Err(broken(&format!("no unit of `{name}` that can be shown")));
        }
        if series.feed.as_ref().is_some_and(|feed| manifest.feed(feed).is_none()) {
            return Err(broken(&format!("a feed of `{name}` that its manifest does not declare")));
        }
        if !series.labels.keys().all(|label| is_label_name(label)) {
            return Err(broken(&format!("a label of `{name}` that is not [a-z0-9_]+")));
        }
    }
    Ok(())
}

/// What only the settings can have said wrong: they name the unit and the bounds.
fn written_otherwise(described: &[Series]) -> Result<(), Failure> {
    let problem = |series: &Series, key: &str, en: String, fr: String| SettingProblem {
        option: format!("{}.{key}", series.name),
        message: Text::new(en, fr),
    };
    let mut problems = Vec::new();
    for series in described {
        if !units::fits(&series.unit, series.kind) {
            let (unit, kind) = (&series.unit, series.kind.as_str());
            let en = format!("`{unit}` is no unit of a series of the kind `{kind}`.");
            let fr = format!("« {unit} » n’est pas une unité d’une série du genre « {kind} ».");
            problems.push(problem(series, "unit", en, fr));
        }
        if let Some(written) = units::usual(&series.unit) {
            let unit = &series.unit;
            let (en, fr) =
                (format!("`{unit}` is written `{written}`."), format!("« {unit} » s’écrit « {written} »."));
            problems.push(problem(series, "unit", en, fr));
        }
        if let (Some(minimum), Some(maximum)) = (series.minimum, series.maximum)
            && minimum >= maximum
        {
            let (en, fr) = ("it is not above the minimum.", "il n’est pas au-dessus du minimum.");
            problems.push(problem(series, "maximum", en.to_owned(), fr.to_owned()));
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(Failure {
        cause: Cause::Settings(problems),
        party: None,
        message: Text::new("The series are described wrongly.", "Les séries sont mal décrites."),
        evidence: None,
    })
}

fn broken(what: &str) -> Stop {
    Stop::new(
        Why::Contract,
        format!("The connector described {what}: it is out of order."),
        format!("Le connecteur a décrit ses séries d'une façon qui ne va pas ({what}) : il est à réparer."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Kind, Step};

    fn manifest() -> Manifest {
        Manifest::parse(
            "contract = 1\nname = \"places\"\nversion = \"1.0.0\"\nkind = \"source\"\ndynamic = true\n\
             title = { en = \"Places\" }\nsummary = { en = \"Places.\" }\n[[feed]]\nname = \"now\"\nseries = [\"one\"]\n\
             span = \"7d\"\n[[series]]\nname = \"one\"\nunit = \"degC\"\nkind = \"level\"\nstep = \"1h\"\n\
             title = { en = \"One\" }\n",
        )
        .unwrap()
    }

    fn series(name: &str) -> Series {
        Series {
            name: name.to_owned(),
            unit: "degC".to_owned(),
            kind: Kind::Level,
            step: Step::Seconds(3600),
            day_start: 0,
            title: Text::new("Here", ""),
            minimum: None,
            maximum: None,
            ahead: 0,
            optional: false,
            role: None,
            feed: Some("now".to_owned()),
            labels: [("place".to_owned(), "Paris".to_owned())].into(),
        }
    }

    #[test]
    fn described_series_add_to_the_manifest_and_replace_their_namesakes() {
        let described = vec![Series { unit: "K".to_owned(), ..series("one") }, series("paris.temperature")];
        let all = merged(&manifest(), described).unwrap();
        let told: Vec<(&str, &str)> = all.iter().map(|one| (one.name.as_str(), one.unit.as_str())).collect();
        assert_eq!(told, [("one", "K"), ("paris.temperature", "degC")]);
        assert_eq!(all[1].title.fr, "Here");
    }

    #[test]
    fn a_description_that_cannot_be_kept_stops_the_connector() {
        for (described, why) in [
            (vec![series("Paris")], "a series called `Paris`"),
            (vec![series("a..b")], "a series called `a..b`"),
            (vec![series("a"), series("a")], "`a` twice"),
            (vec![Series { unit: String::new(), ..series("a") }], "no unit of `a`"),
            (vec![Series { feed: Some("then".to_owned()), ..series("a") }], "a feed of `a`"),
            (vec![Series { labels: [("Où".to_owned(), String::new())].into(), ..series("a") }], "a label"),
            (vec![series("a"); 1001], "1001 series"),
        ] {
            let Err(RunError::Stopped(stop)) = merged(&manifest(), described) else { panic!("{why}") };
            assert_eq!(stop.why, Why::Contract);
            assert!(stop.message.en.contains(why), "{}", stop.message.en);
        }
    }

    #[test]
    fn what_the_settings_say_wrong_is_told_of_each_series() {
        let described = vec![
            Series { unit: "°C".to_owned(), ..series("a") },
            Series { minimum: Some(50.0), maximum: Some(-50.0), ..series("b") },
            Series { minimum: Some(-50.0), maximum: Some(50.0), ..series("c") },
        ];
        let Err(RunError::Failure(failure)) = merged(&manifest(), described) else { panic!() };
        let Cause::Settings(problems) = failure.cause else { panic!() };
        let told: Vec<_> =
            problems.iter().map(|problem| (problem.option.as_str(), problem.message.en.as_str())).collect();
        assert_eq!(
            told,
            [("a.unit", "`°C` is written `degC`."), ("b.maximum", "it is not above the minimum.")]
        );
    }
}
