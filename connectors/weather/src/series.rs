//! The series of several places: those of the manifest, once for each place.

use crate::{
    places::Place,
    settings::{Feed, Settings},
    variable::VARIABLES,
};
use watteau_sdk::prelude::*;

/// Open-Meteo foresees sixteen days.
const AHEAD_SECONDS: u32 = 16 * 86_400;

/// The id of a series within the instance.
pub(crate) fn name(place: Option<&str>, variable: &str, feed: Feed) -> String {
    let suffix = feed.suffix();
    place.map_or_else(|| format!("{variable}{suffix}"), |place| format!("{place}.{variable}{suffix}"))
}

/// Every series that a feed fills: the mean's or the only place's, then those of the places.
pub(crate) fn of_feed(places: &[Place], feed: Feed) -> impl Iterator<Item = String> {
    let named = places.iter().filter_map(|place| place.name.as_deref());
    std::iter::once(None)
        .chain(named.map(Some))
        .flat_map(move |place| VARIABLES.into_iter().map(move |variable| name(place, variable.name, feed)))
}

/// What places with a name give beyond the manifest.
pub(crate) fn of_places(settings: &Settings, places: &[Place]) -> Vec<Series> {
    // Three feeds fill the same series: the first of them that is wanted has them.
    let stitched = [Feed::Archive, Feed::HistoricalForecast, Feed::Forecast];
    let stitched = stitched.into_iter().find(|feed| settings.wants(*feed));
    let before = Some(Feed::PreviousRuns).filter(|feed| settings.wants(*feed));
    let mut series = Vec::new();
    for feed in stitched.into_iter().chain(before) {
        for (place, named) in places.iter().filter_map(|place| Some((place, place.name.as_deref()?))) {
            for variable in VARIABLES {
                let (en, fr) = variable.title;
                let title = &place.title;
                let title = if feed == Feed::PreviousRuns {
                    Text::new(format!("{en}, {title}, a day before"), format!("{fr}, {title}, vue la veille"))
                } else {
                    Text::new(format!("{en}, {title}"), format!("{fr}, {title}"))
                };
                series.push(Series {
                    name: name(Some(named), variable.name, feed),
                    unit: variable.unit.to_owned(),
                    kind: Kind::Level,
                    step: Step::Seconds(3600),
                    day_start: 0,
                    title,
                    minimum: Some(variable.bounds.0),
                    maximum: Some(variable.bounds.1),
                    ahead: if feed == Feed::PreviousRuns { 0 } else { AHEAD_SECONDS },
                    optional: feed == Feed::PreviousRuns,
                    // The mean of them all has the role: a page that wants one temperature takes that.
                    role: None,
                    feed: Some(feed.name().to_owned()),
                    labels: vec![("place".to_owned(), named.to_owned())],
                });
            }
        }
    }
    series
}
