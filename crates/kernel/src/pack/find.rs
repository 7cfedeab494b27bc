//! Asking a pack: finders by key.

use super::city::Unit;
use super::definition::{Definition, StandsForLink};
use super::forms::Form;
use super::lists::{Choice, List, Mask, Warning};
use super::markings::{self, Stop};
use super::relations::{AssociationType, Duty, LinkKind, UnitKind};
use super::roles::Role;
use super::whole::Pack;

impl Pack {
    /// The registers whose entries stand for links of a kind, each with what it says of them.
    pub fn registers_of<'p>(
        &'p self,
        kind: &'p LinkKind,
    ) -> impl Iterator<Item = (&'p Definition, &'p StandsForLink)> {
        let links = self.definitions.iter().filter_map(|of| Some((of, of.register.as_ref()?.link.as_ref()?)));
        links.filter(|(_, link)| link.kind == kind.key || link.kind == kind.title)
    }

    /// The first marking found in a text that must not be taken in.
    pub fn stop(&self, text: &str) -> Option<Stop> {
        markings::find(&self.markings, text)
    }

    /// The unit that performs a function in this city.
    pub fn function_unit(&self, function: &str) -> Option<&Unit> {
        self.city.units.iter().find(|unit| unit.functions.iter().any(|known| known == function))
    }

    /// What can be chosen from a list; nothing where there is no such list.
    pub fn choices(&self, list: &str) -> &[Choice] {
        self.list(list).map(|list| list.choices.as_slice()).unwrap_or_default()
    }

    /// The kind of link with this key or title.
    pub fn link_kind_named(&self, word: &str) -> Option<&LinkKind> {
        self.link_kinds.iter().find(|kind| kind.key == word || kind.title == word)
    }
}

/// Finders by key; each gives `None` where there is no such thing.
impl Pack {
    /// The role with this key.
    pub fn role(&self, key: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.key == key)
    }

    /// The unit of the city with this key.
    pub fn unit(&self, key: &str) -> Option<&Unit> {
        self.city.units.iter().find(|unit| unit.key == key)
    }

    /// The unit kind with this key.
    pub fn unit_kind(&self, key: &str) -> Option<&UnitKind> {
        self.unit_kinds.iter().find(|kind| kind.key == key)
    }

    /// The link kind with this key.
    pub fn link_kind(&self, key: &str) -> Option<&LinkKind> {
        self.link_kinds.iter().find(|kind| kind.key == key)
    }

    /// The management type with this key.
    pub fn association_type(&self, key: &str) -> Option<&AssociationType> {
        self.association_types.iter().find(|kind| kind.key == key)
    }

    /// The duty with this code.
    pub fn duty(&self, code: &str) -> Option<&Duty> {
        self.duties.iter().find(|duty| duty.code == code)
    }

    /// The procedure with this key.
    pub fn definition(&self, key: &str) -> Option<&Definition> {
        self.definitions.iter().find(|procedure| procedure.key == key)
    }

    /// The list with this key.
    pub fn list(&self, key: &str) -> Option<&List> {
        self.lists.iter().find(|list| list.key == key)
    }

    /// The word of a list's choice.
    pub fn label(&self, list: &str, key: &str) -> Option<&str> {
        self.list(list)?.choice(key).map(|choice| choice.label.as_str())
    }

    /// The warning with this key.
    pub fn warning(&self, key: &str) -> Option<&Warning> {
        self.warnings.iter().find(|warning| warning.key == key)
    }

    /// The mask with this key.
    pub fn mask(&self, key: &str) -> Option<&Mask> {
        self.masks.iter().find(|mask| mask.key == key)
    }

    /// The form with this key.
    pub fn form(&self, key: &str) -> Option<&Form> {
        self.definitions.iter().find_map(|procedure| procedure.form(key))
    }
}
