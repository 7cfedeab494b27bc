//! What a model learns units by: their key of the catalogue; bodies that answer for a place by what they are. Pure.

use crate::base::units::{Unit, UnitId};

/// Before the kind of unit where the place decides which of them it is.
const AREA: &str = "area:";
/// Kinds of unit of which each answers for its own place.
const AREAS: [&str; 2] = ["territory", "park"];
/// What follows the name of a place in the name of its body; people leave it out.
const ENDINGS: [&str; 12] = [
    "街道办事处",
    "人民政府",
    "管理委员会",
    "街道办",
    "管委会",
    "办事处",
    "街道",
    "镇政府",
    "园区",
    "镇",
    "乡",
    "街",
];

/// The label of a unit. A town is learned as 镇街, never by its name: which town it is, is a matter of place and not of words.
pub fn label_of(unit: &Unit) -> String {
    let area = AREAS.iter().find(|kind| unit.functions.is_empty() && unit.is(kind));
    area.map_or_else(|| unit.key.clone(), |kind| format!("{AREA}{kind}"))
}

/// The bodies of a city, for one text.
pub struct Bodies<'a> {
    /// Every unit.
    pub units: &'a [Unit],
    /// What was told.
    pub text: &'a str,
    /// The towns and parks to which the association belongs by the responsibility relation.
    pub places: &'a [UnitId],
}

/// A unit that a label stands for here, and how it was found where that is not the label itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Body<'a> {
    /// Key of the unit.
    pub unit: &'a UnitId,
    /// The word of the text, or nothing where the relation says so.
    pub named: Option<&'a str>,
    /// Whether the responsibility relation says which it is.
    pub related: bool,
}

impl<'a> Bodies<'a> {
    /// The unit that a label stands for; none where the label is no unit any more, or nobody knows which place it is.
    pub fn of(&self, label: &str) -> Option<Body<'a>> {
        let Some(kind) = label.strip_prefix(AREA) else {
            let unit = self.units.iter().find(|unit| unit.key == label)?;
            return Some(Body { unit: &unit.id, named: None, related: false });
        };
        let of_kind = self.units.iter().filter(|unit| unit.active && unit.is(kind));
        let named = of_kind.clone().filter_map(|unit| Some((self.named(unit)?, unit)));
        if let Some((word, unit)) = named.max_by_key(|(word, _)| word.len()) {
            return Some(Body { unit: &unit.id, named: Some(word), related: false });
        }
        let mut related = of_kind.filter(|unit| self.places.contains(&unit.id));
        related.next().map(|unit| Body { unit: &unit.id, named: None, related: true })
    }

    /// The longest name of a body's place that the text says.
    fn named(&self, unit: &'a Unit) -> Option<&'a str> {
        let names = [unit.name.as_str(), unit.short_name.as_str()];
        let all = names.into_iter().flat_map(|name| [name, place(name)]);
        let said = all.filter(|word| word.chars().count() >= 2 && self.text.contains(word));
        said.max_by_key(|word| word.len())
    }
}

/// The place in the name of its body: 望江 of 望江街道办事处.
fn place(name: &str) -> &str {
    ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use huitong_kernel::Id;

    use super::*;

    fn unit(key: &str, name: &str, kind: &str) -> Unit {
        Unit {
            id: Id::stored(format!("unt_{key}")),
            key: key.to_owned(),
            name: name.to_owned(),
            short_name: name.to_owned(),
            kinds: vec![kind.to_owned()],
            functions: Vec::new(),
            phone: None,
            parent: None,
            active: true,
            version: 1,
        }
    }

    #[test]
    fn a_town_is_learned_as_what_it_is_and_found_by_the_place_that_is_told() {
        let units = [
            unit("water", "锦宁市水务局", "industry_department"),
            unit("town_1", "望江街道", "territory"),
            unit("town_2", "望江南街道", "territory"),
            unit("park_1", "云岭产业园", "park"),
        ];
        assert_eq!(label_of(&units[0]), "water");
        assert_eq!(label_of(&units[1]), label_of(&units[2]));
        let found = |text: &str, places: &[UnitId], label: &str| {
            let bodies = Bodies { units: &units, text, places };
            bodies.of(label).map(|body| body.unit.to_string())
        };
        let town = label_of(&units[1]);
        assert_eq!(found("望江南街道门口积水", &[], &town).as_deref(), Some("unt_town_2"));
        assert_eq!(found("望江一带积水", &[], &town).as_deref(), Some("unt_town_1"));
        assert_eq!(found("门口积水", &[], &town), None, "nobody knows where");
        let related = [units[2].id.clone()];
        assert_eq!(found("门口积水", &related, &town).as_deref(), Some("unt_town_2"));
        assert_eq!(
            found("望江街道门口积水", &related, &town).as_deref(),
            Some("unt_town_1"),
            "what is told goes first"
        );
        assert_eq!(found("", &[], "water").as_deref(), Some("unt_water"));
        assert_eq!(found("", &[], "abolished"), None);
    }
}
