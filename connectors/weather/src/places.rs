//! Where: the home, or several places with the weights of their mean.

use serde::Deserialize;
use serde_json::Value;
use watteau_sdk::prelude::*;

/// Each place counts for a call of its own, and no call may count for more than this.
const MOST: usize = 14;
/// The word for all of [`CITIES`] with their weights.
const FRANCE: &str = "france";

/// Somewhere.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place {
    /// First part of its series' names; none: the only place.
    pub name: Option<String>,
    /// For people.
    pub title: String,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Its part of the mean; 0: it has none.
    pub weight: f64,
}

struct City {
    name: &'static str,
    title: &'static str,
    at: (f64, f64),
    weight: f64,
}

const fn city(name: &'static str, title: &'static str, at: (f64, f64), weight: f64) -> City {
    City { name, title, at, weight }
}

/// Cities that tell the load of the country: eight with the weights of a national mean, and four more that models of
/// the load are fitted with.
const CITIES: [City; 12] = [
    city("bayonne", "Bayonne", (43.4833, -1.4667), 0.0),
    city("bordeaux", "Bordeaux", (44.84, -0.58), 0.08),
    city("brest", "Brest", (48.3904, -4.4861), 0.0),
    city("lille", "Lille", (50.6292, 3.0573), 0.10),
    city("limoges", "Limoges", (45.8336, 1.2616), 0.0),
    city("lyon", "Lyon", (45.764, 4.8357), 0.15),
    city("marseille", "Marseille", (43.2965, 5.3698), 0.07),
    city("nantes", "Nantes", (47.2184, -1.5536), 0.0),
    city("paris", "Paris", (48.8566, 2.3522), 0.30),
    city("strasbourg", "Strasbourg", (48.5734, 7.7521), 0.08),
    city("toulouse", "Toulouse", (43.6047, 1.4442), 0.08),
    city("tours", "Tours", (47.39, 0.69), 0.14),
];

/// A place as the user writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    latitude: f64,
    longitude: f64,
    weight: Option<f64>,
}

/// A place whose weight may still be unsaid.
struct Chosen {
    name: String,
    title: String,
    at: (f64, f64),
    weight: Option<f64>,
}

/// The only place, whose series have no name before them.
pub(crate) fn one(latitude: Option<f64>, longitude: Option<f64>) -> Result<Place, Failure> {
    let missing = |option| {
        Err(Failure::setting(
            option,
            (
                "Say where: latitude and longitude of your home in degrees (latitude = 45.76, longitude = 4.84), \
                 or places = [\"france\"].",
                "Indiquez où : latitude et longitude de votre logement en degrés (latitude = 45.76, \
                 longitude = 4.84), ou places = [\"france\"].",
            ),
        ))
    };
    let (latitude, longitude) = match (latitude, longitude) {
        (Some(latitude), Some(longitude)) => (latitude, longitude),
        (None, _) => return missing("latitude"),
        (_, None) => return missing("longitude"),
    };
    on_earth("latitude", latitude, 90.0)?;
    on_earth("longitude", longitude, 180.0)?;
    Ok(Place { name: None, title: String::new(), latitude, longitude, weight: 1.0 })
}

/// The places of a list. Where none has a weight they count the same; where some have, the others stand beside the
/// mean.
pub(crate) fn several(written: &[Value]) -> Result<Vec<Place>, Failure> {
    let mut chosen = Vec::new();
    for (index, value) in written.iter().enumerate() {
        let option = format!("places[{index}]");
        match value {
            Value::String(word) if word == FRANCE => {
                chosen.extend(CITIES.iter().map(|city| of_city(city, Some(city.weight))));
            }
            Value::String(word) => match CITIES.iter().find(|city| city.name == word) {
                Some(city) => chosen.push(of_city(city, None)),
                None => return Err(unknown_city(&option, word)),
            },
            table => chosen.push(of_table(&option, table)?),
        }
    }
    if chosen.is_empty() || chosen.len() > MOST {
        return Err(Failure::setting(
            "places",
            (
                format!("It must name from 1 to {MOST} places; for more, make a second instance."),
                format!("Il faut de 1 à {MOST} lieux ; au-delà, créez une seconde instance."),
            ),
        ));
    }
    for (index, place) in chosen.iter().enumerate() {
        if chosen[..index].iter().any(|other| other.name == place.name) {
            let name = &place.name;
            return Err(Failure::setting(
                "places",
                (format!("Two places are called `{name}`."), format!("Deux lieux se nomment « {name} ».")),
            ));
        }
    }
    let unsaid = if chosen.iter().all(|place| place.weight.is_none()) { 1.0 } else { 0.0 };
    let places: Vec<Place> = chosen
        .into_iter()
        .map(|Chosen { name, title, at: (latitude, longitude), weight }| Place {
            name: Some(name),
            title,
            latitude,
            longitude,
            weight: weight.unwrap_or(unsaid),
        })
        .collect();
    if places.iter().all(|place| place.weight == 0.0) {
        return Err(Failure::setting(
            "places",
            ("One weight at least must be above 0.", "Il faut au moins un poids supérieur à 0."),
        ));
    }
    Ok(places)
}

fn of_city(city: &City, weight: Option<f64>) -> Chosen {
    Chosen { name: city.name.to_owned(), title: city.title.to_owned(), at: city.at, weight }
}

fn of_table(option: &str, table: &Value) -> Result<Chosen, Failure> {
    let Written { name, latitude, longitude, weight } =
        serde_json::from_value(table.clone()).map_err(|error| {
            Failure::setting(
                option,
                (
                    format!(
                        "It must be a city's name or {{ name, latitude, longitude }}, weight if wanted: {error}."
                    ),
                    format!(
                        "Il faut le nom d’une ville ou {{ name, latitude, longitude }}, avec weight au besoin : {error}."
                    ),
                ),
            )
        })?;
    let fits = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_';
    if name.is_empty() || !name.bytes().all(fits) {
        return Err(Failure::setting(
            format!("{option}.name"),
            (
                "It is part of the series' names: a to z, 0 to 9 and _ alone.",
                "Il entre dans le nom des séries : a à z, 0 à 9 et _ seulement.",
            ),
        ));
    }
    on_earth(&format!("{option}.latitude"), latitude, 90.0)?;
    on_earth(&format!("{option}.longitude"), longitude, 180.0)?;
    if weight.is_some_and(|weight| !(0.0..=1e6).contains(&weight)) {
        return Err(Failure::setting(
            format!("{option}.weight"),
            ("It must be 0 or more.", "Il faut un nombre positif ou nul."),
        ));
    }
    Ok(Chosen { title: name.clone(), name, at: (latitude, longitude), weight })
}

fn on_earth(option: &str, degrees: f64, most: f64) -> Result<(), Failure> {
    if (-most..=most).contains(&degrees) {
        return Ok(());
    }
    Err(Failure::setting(
        option,
        (
            format!("It must be from -{most} to {most} degrees."),
            format!("Il faut un angle de -{most} à {most} degrés."),
        ),
    ))
}

fn unknown_city(option: &str, word: &str) -> Failure {
    let known: Vec<&str> = CITIES.iter().map(|city| city.name).collect();
    let known = known.join(", ");
    Failure::setting(
        option,
        (
            format!(
                "`{word}` is neither {FRANCE} nor one of {known}: write its name, latitude and longitude."
            ),
            format!(
                "« {word} » n’est ni {FRANCE} ni l’une de {known} : écrivez son nom, sa latitude et sa longitude."
            ),
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn weights(written: &Value) -> Vec<(String, f64)> {
        let places = several(written.as_array().unwrap()).unwrap();
        places.into_iter().map(|place| (place.name.unwrap(), place.weight)).collect()
    }

    #[test]
    fn the_country_is_twelve_cities_and_its_weights_are_whole() {
        let places = several(&[json!("france")]).unwrap();
        assert_eq!(places.len(), 12);
        assert!((places.iter().map(|place| place.weight).sum::<f64>() - 1.0).abs() < 1e-9);
        assert_eq!(places.iter().filter(|place| place.weight > 0.0).count(), 8);
    }

    #[test]
    fn without_weights_all_count_the_same_and_beside_weights_none() {
        let home = json!({"name": "home", "latitude": 45, "longitude": 4.5});
        let named =
            |weights: &[(String, f64)], name: &str| weights.iter().find(|one| one.0 == name).unwrap().1;
        let plain = weights(&json!(["paris", home]));
        assert_eq!(plain, [("paris".to_owned(), 1.0), ("home".to_owned(), 1.0)]);
        let beside = weights(&json!(["france", home]));
        assert_eq!((named(&beside, "home"), named(&beside, "paris")), (0.0, 0.30));
    }

    #[test]
    fn what_is_no_place_is_told_where_it_stands() {
        let place = |name: &str, latitude: f64, weight: f64| json!({"name": name, "latitude": latitude, "longitude": 2.0, "weight": weight});
        let cases = [
            (json!([]), "places"),
            (json!(["atlantis"]), "places[0]"),
            (json!(["paris", 7]), "places[1]"),
            (json!([{"name": "home", "latitude": 45.0}]), "places[0]"),
            (json!([{"name": "home", "latitude": 45.0, "longitude": 4.0, "elevation": 9}]), "places[0]"),
            (json!([place("My home", 45.0, 1.0)]), "places[0].name"),
            (json!([place("home", 91.0, 1.0)]), "places[0].latitude"),
            (json!([place("home", 45.0, -1.0)]), "places[0].weight"),
            (json!([place("home", 45.0, 0.0)]), "places"),
            (json!(["paris", "paris"]), "places"),
            (json!(["france", place("a", 1.0, 1.0), place("b", 1.0, 1.0), place("c", 1.0, 1.0)]), "places"),
        ];
        for (written, option) in cases {
            let failure = several(written.as_array().unwrap()).unwrap_err();
            let watteau_sdk::failure::Cause::Settings(problems) = &failure.cause else { panic!("{failure}") };
            assert_eq!(problems[0].option, option, "{written}");
        }
        for (latitude, longitude) in
            [(None, None), (Some(45.0), None), (Some(f64::NAN), Some(4.0)), (Some(45.0), Some(181.0))]
        {
            assert!(one(latitude, longitude).is_err(), "{latitude:?} {longitude:?}");
        }
    }
}
