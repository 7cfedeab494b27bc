//! May this role do this act, and on which subjects: one answer for lists, details, counts and buttons.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ctx::{Actor, OfficeKind, Post};
use crate::db::Value;
pub use crate::pack::{Reach, Role};

/// All roles of the pack in force, and the Chinese names of the acts.
#[derive(Debug, Clone, Default)]
pub struct Roles {
    roles: Vec<Role>,
    /// How far each act reaches, by role: asked many times in every request.
    reaches: BTreeMap<String, BTreeMap<String, Vec<Granted>>>,
    labels: BTreeMap<String, String>,
    version: String,
}

/// How far one grant reaches, and by which kinds of links where it reaches by links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// How far.
    pub reach: Reach,
    /// Where it reaches by links: the kinds that count; all where empty.
    pub by: Vec<String>,
}

/// The role that stands for everybody without an account.
pub const PUBLIC: &str = "public";

impl Roles {
    /// Puts the roles of a pack version together with the labels of the acts.
    pub fn new(version: &str, roles: Vec<Role>, labels: BTreeMap<String, String>) -> Roles {
        let mut reaches: BTreeMap<String, BTreeMap<String, Vec<Granted>>> = BTreeMap::new();
        for role in &roles {
            let acts = reaches.entry(role.key.clone()).or_default();
            for grant in &role.grants {
                let granted = Granted { reach: grant.reach, by: grant.by.clone() };
                acts.entry(grant.act.clone()).or_default().push(granted);
            }
        }
        Roles { roles, reaches, labels, version: version.to_owned() }
    }

    /// Version of the pack they come from.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The roles in the order of the pack.
    pub fn all(&self) -> &[Role] {
        &self.roles
    }

    /// A role by its key.
    pub fn get(&self, key: &str) -> Option<&Role> {
        self.roles.iter().find(|r| r.key == key)
    }

    /// Chinese name of an act; the act's own name where the pack has none.
    pub fn act_label<'a>(&'a self, act: &'a str) -> &'a str {
        self.labels.get(act).map_or(act, String::as_str)
    }

    /// The right of an actor to an act: all posts that give it, with what each reaches.
    pub fn right<'a>(&'a self, actor: &'a Actor, act: &str) -> Option<Right<'a>> {
        let mut through = Vec::new();
        let mut add = |role: &str, post, user| {
            let granted = self.grants(role, act).iter();
            through.extend(granted.map(|g| Through { reach: g.reach, by: &g.by, post, user, among: None }));
        };
        match actor {
            Actor::System | Actor::CommandLine => return Some(Right::all()),
            Actor::Public => add(PUBLIC, None, None),
            Actor::Person { user, posts, .. } => {
                for post in posts {
                    add(&post.role, Some(post), Some(user.as_str()));
                }
                add(PUBLIC, None, Some(user.as_str()));
            }
        }
        (!through.is_empty()).then_some(Right { through })
    }

    /// The ways in which a role has an act, with how far each reaches.
    pub fn grants(&self, role: &str, act: &str) -> &[Granted] {
        self.reaches.get(role).and_then(|acts| acts.get(act)).map_or(&[], Vec::as_slice)
    }

    /// How far a role's right to an act reaches; nothing where it has none.
    pub fn granted(&self, role: &str, act: &str) -> Vec<Reach> {
        self.grants(role, act).iter().map(|granted| granted.reach).collect()
    }
}

/// One way in which a right was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Through<'a> {
    /// How far it reaches.
    pub reach: Reach,
    /// The post that gives it; none where everybody has it.
    pub post: Option<&'a Post>,
    /// The person, where one is signed in.
    pub user: Option<&'a str>,
    /// Where it reaches by links: the kinds of links that count; all where empty.
    pub by: &'a [String],
    /// Where it reaches by links: the associations it reaches, once the owner of the links has said which.
    pub among: Option<Arc<BTreeSet<String>>>,
}

/// The right of one actor to one act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right<'a> {
    /// Every way in which it was given.
    pub through: Vec<Through<'a>>,
}

impl<'a> Right<'a> {
    /// The program's own right: everything.
    pub fn all() -> Right<'static> {
        Right { through: vec![Through { reach: Reach::City, post: None, user: None, by: &[], among: None }] }
    }

    /// The scope over subjects of one kind, by the columns that carry the subject's keys.
    pub fn scope(&self, keys: &SubjectKeys) -> Scope<'a> {
        let mut any = Vec::new();
        for through in &self.through {
            through.add_keys(keys, &mut any);
        }
        if any.contains(&Key::All) {
            any = vec![Key::All];
        }
        any.dedup();
        Scope { any }
    }

    /// The post through which an act on this subject is done: the first that reaches it.
    pub fn post_for<'v>(
        &self,
        keys: &SubjectKeys,
        value: &dyn Fn(&str) -> Option<&'v str>,
    ) -> Option<&'a Post> {
        self.through.iter().find_map(|through| {
            let mut any = Vec::new();
            through.add_keys(keys, &mut any);
            Scope { any }.admits(value).then_some(through.post).flatten()
        })
    }

    /// The first post that gives the right at all.
    pub fn first_post(&self) -> Option<&'a Post> {
        self.through.iter().find_map(|t| t.post)
    }
}

impl<'a> Through<'a> {
    fn add_keys(&self, keys: &SubjectKeys, any: &mut Vec<Key<'a>>) {
        match self.reach {
            Reach::City | Reach::Public => any.push(Key::All),
            Reach::Own => {
                any.extend(keys.owner_user.zip(self.user).map(|(column, user)| Key::Is(column, user)));
                if let Some(post) = self.post {
                    let column = match post.kind {
                        OfficeKind::Association => keys.owner_association,
                        OfficeKind::Company => keys.owner_company,
                        OfficeKind::Unit => None,
                    };
                    any.extend(column.map(|column| Key::Is(column, &post.office)));
                }
            }
            Reach::Unit => {
                if let Some(post) = self.post.filter(|p| p.kind == OfficeKind::Unit) {
                    any.extend(keys.units.iter().map(|column| Key::Is(column, &post.office)));
                }
            }
            // Until the owner of the links has said which associations, it reaches none.
            Reach::Linked => {
                let among = keys.association.zip(self.among.as_ref());
                any.extend(among.map(|(column, among)| Key::Among(column, among.clone())));
            }
            Reach::Assigned => {
                any.extend(keys.assignee.zip(self.user).map(|(column, user)| Key::Is(column, user)));
            }
        }
    }
}

/// Which columns of a subject carry the keys that rights look at. Where a subject may have several of one, a list asks elsewhere:
/// by a condition that has `{}` in the place of what is compared.
#[derive(Debug, Clone, Copy, Default)]
pub struct SubjectKeys {
    /// Units that answer for it now, or are being given it.
    pub units: &'static [&'static str],
    /// The person it is assigned to.
    pub assignee: Option<&'static str>,
    /// The account that brought it in.
    pub owner_user: Option<&'static str>,
    /// The association that brought it in.
    pub owner_association: Option<&'static str>,
    /// The company that brought it in.
    pub owner_company: Option<&'static str>,
    /// The association it is about.
    pub association: Option<&'static str>,
}

impl SubjectKeys {
    /// Whether a column carries an association: the one that brought a subject in, or the one it is about.
    pub fn is_of_associations(&self, column: &str) -> bool {
        [self.association, self.owner_association].contains(&Some(column))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Key<'a> {
    All,
    Is(&'static str, &'a str),
    Among(&'static str, Arc<BTreeSet<String>>),
}

/// Which subjects a reader reaches; a required argument of every finder. Decides for a row and filters a list alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope<'a> {
    any: Vec<Key<'a>>,
}

impl Scope<'_> {
    /// Reaches everything: the program itself.
    pub fn all() -> Scope<'static> {
        Scope { any: vec![Key::All] }
    }

    /// Reaches nothing.
    pub fn none() -> Scope<'static> {
        Scope { any: Vec::new() }
    }

    /// Whether it reaches every subject.
    pub fn is_all(&self) -> bool {
        self.any == [Key::All]
    }

    /// Whether some of it is reached by links: then one column holds one of many values, which counts do not know.
    pub fn goes_by_links(&self) -> bool {
        self.any.iter().any(|key| match key {
            Key::All => false,
            Key::Is(column, _) => column.contains(PLACE),
            Key::Among(..) => true,
        })
    }

    /// The columns that let a subject be reached, each with the value it must hold: any of them is enough. None where
    /// everything is reached.
    pub fn ways(&self) -> Option<impl Iterator<Item = (&'static str, &str)>> {
        (!self.is_all()).then(|| {
            self.any.iter().filter_map(|key| match key {
                Key::All | Key::Among(..) => None,
                Key::Is(column, wanted) => Some((*column, *wanted)),
            })
        })
    }

    /// Whether a subject with these values in its key columns is within reach.
    pub fn admits<'v>(&self, value: &dyn Fn(&str) -> Option<&'v str>) -> bool {
        self.any.iter().any(|key| match key {
            Key::All => true,
            Key::Is(column, wanted) => value(column) == Some(*wanted),
            Key::Among(column, all) => value(column).is_some_and(|value| all.contains(value)),
        })
    }

    /// The same decision as a condition on rows; its arguments are appended to `args`.
    pub fn condition(&self, args: &mut Vec<Value>) -> String {
        if self.is_all() {
            return String::from("TRUE");
        }
        if self.any.is_empty() {
            return String::from("FALSE");
        }
        let parts: Vec<String> = self
            .any
            .iter()
            .map(|key| match key {
                Key::All => String::from("TRUE"),
                Key::Is(column, wanted) => {
                    args.push(Value::from(*wanted));
                    let equal = format!("= ${}", args.len());
                    if column.contains(PLACE) {
                        column.replace(PLACE, &equal)
                    } else {
                        format!("{column} {equal}")
                    }
                }
                Key::Among(column, all) => among(column, all, args),
            })
            .collect();
        format!("({})", parts.join(" OR "))
    }
}

/// Stands in a key's condition for the comparison with what is asked for.
const PLACE: &str = "{}";

/// Associations in a list that are so many that they must not steal the index of its order.
const MANY: usize = 32;

/// One of these. A long list is written so that no index is used for it: each wrong way costs twenty times and more.
fn among(column: &str, all: &BTreeSet<String>, args: &mut Vec<Value>) -> String {
    if all.is_empty() {
        return String::from("FALSE");
    }
    let places: Vec<String> = all
        .iter()
        .map(|value| {
            args.push(Value::from(value.as_str()));
            format!("${}", args.len())
        })
        .collect();
    let places = places.join(", ");
    if column.contains(PLACE) {
        return column.replace(PLACE, &format!("IN ({places})"));
    }
    if all.len() > MANY {
        format!("({column} || '') IN ({places})")
    } else {
        format!("{column} IN ({places})")
    }
}
