//! Asking a pack: finders by key, and the few questions that need two lists at once.

use super::categories::{self, Category, DispatchRule};
use super::city::Unit;
use super::forms::{Form, Options};
use super::limits::{Chosen, Limit};
use super::lists::{AppealKind, Choice, List, Mask, Warning};
use super::markings::{self, Stop};
use super::queues::Queue;
use super::relations::{AssociationType, Duty, LinkKind, UnitKind};
use super::roles::Role;
use super::sentences::{Notice, ReplyTemplate};
use super::whole::Pack;
use crate::condition::Facts;

impl Pack {
    /// The first marking found in a text that must not be taken in.
    pub fn stop(&self, text: &str) -> Option<Stop> {
        markings::find(&self.markings, text)
    }

    /// What a limit says about a case; `None` where there is no such limit.
    pub fn limit_for(&self, key: &str, facts: &dyn Facts) -> Option<Chosen> {
        self.limit(key).map(|limit| limit.choose(&self.kinds, facts))
    }

    /// The rule of a category: its own, else that of the category above.
    pub fn dispatch_rule(&self, category: &str) -> Option<&DispatchRule> {
        categories::rule_for(&self.dispatch, category)
    }

    /// `融资金融 / 续贷抽贷`.
    pub fn category_path(&self, code: &str) -> Option<String> {
        let category = self.category(code)?;
        let above = category.parent.as_deref().and_then(|parent| self.category(parent));
        Some(
            above.map_or_else(
                || category.title.clone(),
                |above| format!("{} / {}", above.title, category.title),
            ),
        )
    }

    /// The unit that performs a function in this city.
    pub fn function_unit(&self, function: &str) -> Option<&Unit> {
        self.city.units.iter().find(|unit| unit.functions.iter().any(|known| known == function))
    }

    /// What can be chosen.
    pub fn options(&self, options: &Options) -> Vec<Choice> {
        let choice = |key: &str, label: String, explain: &str, preset: &str| Choice {
            key: key.to_owned(),
            label,
            explain: explain.to_owned(),
            preset: preset.to_owned(),
        };
        match options {
            Options::List(key) => self.list(key).map(|list| list.choices.clone()).unwrap_or_default(),
            Options::Kinds => {
                self.kinds.iter().map(|k| choice(&k.key, k.key.clone(), &k.explain, "")).collect()
            }
            Options::Templates => {
                self.templates.iter().map(|t| choice(&t.key, t.title.clone(), "", &t.text)).collect()
            }
            Options::Categories => {
                let leaves = self.categories.iter().filter(|category| category.parent.is_some());
                leaves
                    .map(|c| choice(&c.code, self.category_path(&c.code).unwrap_or_default(), "", ""))
                    .collect()
            }
        }
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

    /// The category with this code.
    pub fn category(&self, code: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.code == code)
    }

    /// The kind of appeal with this name.
    pub fn kind(&self, name: &str) -> Option<&AppealKind> {
        self.kinds.iter().find(|kind| kind.key == name)
    }

    /// The limit with this key.
    pub fn limit(&self, key: &str) -> Option<&Limit> {
        self.limits.iter().find(|limit| limit.key == key)
    }

    /// The list with this key.
    pub fn list(&self, key: &str) -> Option<&List> {
        self.lists.iter().find(|list| list.key == key)
    }

    /// The word of a list's choice.
    pub fn label(&self, list: &str, key: &str) -> Option<&str> {
        self.list(list)?.choices.iter().find(|choice| choice.key == key).map(|choice| choice.label.as_str())
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
        self.forms.iter().find(|form| form.key == key)
    }

    /// The queue with this key.
    pub fn queue(&self, key: &str) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.key == key)
    }

    /// The queues of a role, in the order written.
    pub fn queues_of<'p>(&'p self, role: &'p str) -> impl Iterator<Item = &'p Queue> {
        self.queues.iter().filter(move |queue| queue.roles.iter().any(|known| known == role))
    }

    /// The reply template with this key.
    pub fn template(&self, key: &str) -> Option<&ReplyTemplate> {
        self.templates.iter().find(|template| template.key == key)
    }

    /// The notice with this key.
    pub fn notice(&self, key: &str) -> Option<&Notice> {
        self.notices.iter().find(|notice| notice.key == key)
    }
}
