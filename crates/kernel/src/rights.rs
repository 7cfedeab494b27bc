//! May this role do this act, and on which subjects: one answer for lists, details, counts and buttons.

use std::collections::BTreeMap;

use crate::ctx::{Actor, OfficeKind, Post};
use crate::db::Value;
pub use crate::pack::{Reach, Role};

/// All roles of the pack in force, and the Chinese names of the acts.
#[derive(Debug, Clone, Default)]
pub struct Roles {
    roles: Vec<Role>,
    labels: BTreeMap<String, String>,
    version: String,
}

/// The role that stands for everybody without an account.
pub const PUBLIC: &str = "public";

impl Roles {
    /// Puts the roles of a pack version together with the labels of the acts.
    pub fn new(version: &str, roles: Vec<Role>, labels: BTreeMap<String, String>) -> Roles {
        Roles { roles, labels, version: version.to_owned() }
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
    pub fn right(&self, actor: &Actor, act: &str) -> Option<Right> {
        match actor {
            Actor::System | Actor::CommandLine => Some(Right::all()),
            Actor::Public => {
                let through =
                    self.granted(PUBLIC, act).map(|reach| Through { reach, post: None, user: None });
                Right::some(through.collect())
            }
            Actor::Person { user, posts, .. } => {
                let mut through = Vec::new();
                for post in posts {
                    let user = Some(user.as_str().to_owned());
                    through.extend(self.granted(&post.role, act).map(|reach| Through {
                        reach,
                        post: Some(post.clone()),
                        user: user.clone(),
                    }));
                }
                let user = Some(user.as_str().to_owned());
                through.extend(self.granted(PUBLIC, act).map(|reach| Through {
                    reach,
                    post: None,
                    user: user.clone(),
                }));
                Right::some(through)
            }
        }
    }

    /// How far a role's right to an act reaches; nothing where it has none.
    pub fn granted<'a>(&'a self, role: &str, act: &'a str) -> impl Iterator<Item = Reach> + 'a {
        let role = self.get(role);
        role.into_iter().flat_map(move |r| r.grants.iter().filter(move |g| g.act == act).map(|g| g.reach))
    }
}

/// One way in which a right was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Through {
    /// How far it reaches.
    pub reach: Reach,
    /// The post that gives it; none where everybody has it.
    pub post: Option<Post>,
    /// The person, where one is signed in.
    pub user: Option<String>,
}

/// The right of one actor to one act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    /// Every way in which it was given.
    pub through: Vec<Through>,
}

impl Right {
    fn some(through: Vec<Through>) -> Option<Right> {
        (!through.is_empty()).then_some(Right { through })
    }

    /// The program's own right: everything.
    pub fn all() -> Right {
        Right { through: vec![Through { reach: Reach::City, post: None, user: None }] }
    }

    /// The scope over subjects of one kind, by the columns that carry the subject's keys.
    pub fn scope(&self, keys: &SubjectKeys) -> Scope {
        let mut any = Vec::new();
        for through in &self.through {
            match through.reach {
                Reach::City | Reach::Public => any.push(Key::All),
                Reach::Own => {
                    if let (Some(column), Some(user)) = (keys.owner_user, &through.user) {
                        any.push(Key::Is(column, user.clone()));
                    }
                    if let Some(post) = &through.post {
                        let column = match post.kind {
                            OfficeKind::Association => keys.owner_association,
                            OfficeKind::Company => keys.owner_company,
                            OfficeKind::Unit => None,
                        };
                        any.extend(column.map(|c| Key::Is(c, post.office.clone())));
                    }
                }
                Reach::Unit => {
                    if let Some(post) = through.post.as_ref().filter(|p| p.kind == OfficeKind::Unit) {
                        any.extend(keys.units.iter().map(|c| Key::Is(c, post.office.clone())));
                    }
                }
                Reach::Assigned => {
                    if let (Some(column), Some(user)) = (keys.assignee, &through.user) {
                        any.push(Key::Is(column, user.clone()));
                    }
                }
            }
        }
        if any.contains(&Key::All) {
            any = vec![Key::All];
        }
        any.dedup();
        Scope { any }
    }

    /// The post through which an act on this subject is done: the first that reaches it.
    pub fn post_for(&self, keys: &SubjectKeys, value: &dyn Fn(&str) -> Option<String>) -> Option<Post> {
        self.through.iter().find_map(|t| {
            let one = Right { through: vec![t.clone()] };
            one.scope(keys).admits(value).then(|| t.post.clone())?
        })
    }

    /// The first post that gives the right at all.
    pub fn first_post(&self) -> Option<&Post> {
        self.through.iter().find_map(|t| t.post.as_ref())
    }
}

/// Which columns of a subject carry the keys that rights look at.
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
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    All,
    Is(&'static str, String),
}

/// Which subjects a reader reaches; a required argument of every finder. Decides for a row and filters a list alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    any: Vec<Key>,
}

impl Scope {
    /// Reaches everything: the program itself.
    pub fn all() -> Scope {
        Scope { any: vec![Key::All] }
    }

    /// Reaches nothing.
    pub fn none() -> Scope {
        Scope { any: Vec::new() }
    }

    /// Whether it reaches every subject.
    pub fn is_all(&self) -> bool {
        self.any == [Key::All]
    }

    /// Whether a subject with these values in its key columns is within reach.
    pub fn admits(&self, value: &dyn Fn(&str) -> Option<String>) -> bool {
        self.any.iter().any(|key| match key {
            Key::All => true,
            Key::Is(column, wanted) => value(column).as_deref() == Some(wanted.as_str()),
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
                    args.push(Value::Text(wanted.clone()));
                    format!("{column} = ${}", args.len())
                }
            })
            .collect();
        format!("({})", parts.join(" OR "))
    }
}
