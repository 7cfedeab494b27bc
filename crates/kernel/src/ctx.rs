//! Who acts, when, in which offices and by which request: the one value that travels with every act.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::clock::{Clock, Random, civil_date, machine_now};
use crate::error::{Error, Result};
use crate::fate::Fate;
use crate::id::{Id, Named};
use crate::pack::Pack;
use crate::policy::Policy;
use crate::rights::{Right, Roles};
use crate::shelf::Shelf;

/// A user account, as far as the kernel must know it.
pub struct User;
impl Named for User {
    const PREFIX: &'static str = "usr";
}

/// What kind of body an office belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OfficeKind {
    /// A department, town, park, or any other unit of the city.
    Unit,
    /// An industry association or chamber of commerce.
    Association,
    /// A member company.
    Company,
}

impl OfficeKind {
    /// The word it is stored by.
    pub fn key(self) -> &'static str {
        match self {
            OfficeKind::Unit => "unit",
            OfficeKind::Association => "association",
            OfficeKind::Company => "company",
        }
    }

    /// Reads the stored word.
    pub fn parse(key: &str) -> Option<OfficeKind> {
        [OfficeKind::Unit, OfficeKind::Association, OfficeKind::Company].into_iter().find(|k| k.key() == key)
    }
}

/// A role held in an office; who holds several acts in the one that gives the right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Role key of the pack.
    pub role: String,
    /// What kind of body the office belongs to.
    pub kind: OfficeKind,
    /// Id of the unit, association or company.
    pub office: String,
    /// Its name, as it is shown.
    pub office_name: String,
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Somebody without an account.
    Public,
    /// A signed-in person with the posts that are in force today.
    Person {
        /// Account.
        user: Id<User>,
        /// Login name.
        login: String,
        /// Name as shown to colleagues.
        name: String,
        /// Posts in force.
        posts: Vec<Post>,
    },
    /// A job or a follower: acts by itself, e.g. when a limit has passed.
    System,
    /// The command line without `--as`.
    CommandLine,
}

/// The context of one request, job or command.
#[derive(Clone)]
pub struct Ctx {
    /// The instant of the act (UTC milliseconds); the same for every retry.
    pub now: i64,
    /// Who acts.
    pub actor: Actor,
    /// Request id, also shown to people as the error code to read out.
    pub request: String,
    /// Where the request came from; none where no network was in between.
    pub address: Option<IpAddr>,
    /// The policy in force: pack, roles, calendar.
    pub policy: Arc<Policy>,
    /// Randomness.
    pub random: Random,
    /// What this process keeps in memory of the city.
    pub shelf: Arc<Shelf>,
    /// What becomes of what it writes.
    pub(crate) fate: Arc<Fate>,
    /// Ids made so far: those of one act sort in the order they were made.
    made: Arc<AtomicU32>,
}

impl Ctx {
    /// A context for an actor; the clock is read once, here.
    pub fn new(clock: &Clock, random: &Random, policy: Arc<Policy>, actor: Actor) -> Ctx {
        let mut tag = [0; 5];
        random.fill(&mut tag);
        let request = format!("HT-{}", crate::digest::hex(&tag).to_uppercase());
        Ctx {
            now: clock.now(),
            actor,
            request,
            address: None,
            policy,
            random: random.clone(),
            shelf: Arc::default(),
            fate: Arc::default(),
            made: Arc::default(),
        }
    }

    /// The program itself, outside of any city: migrations, sequencing, leases.
    pub fn system() -> Ctx {
        Ctx {
            now: machine_now(),
            actor: Actor::System,
            request: String::from("-"),
            address: None,
            policy: Arc::default(),
            random: Random::system(),
            shelf: Arc::default(),
            fate: Arc::default(),
            made: Arc::default(),
        }
    }

    /// The same context with what the process keeps of the city.
    pub fn with_shelf(self, shelf: Arc<Shelf>) -> Ctx {
        Ctx { shelf, ..self }
    }

    /// The same context in the hands of another actor.
    pub fn acting_as(&self, actor: Actor) -> Ctx {
        Ctx { actor, ..self.clone() }
    }

    /// Roles and rights of the pack in force.
    pub fn roles(&self) -> &Roles {
        &self.policy.roles
    }

    /// The pack in force; outside of a city there is none, and asking is a mistake of ours.
    #[track_caller]
    pub fn pack(&self) -> Result<&Pack> {
        self.policy.pack.as_deref().ok_or_else(|| Error::internal("no pack is in force here"))
    }

    /// The working-day calendar in force.
    pub fn calendar(&self) -> &huitong_codes::Calendar {
        &self.policy.calendar
    }

    /// Makes an id.
    pub fn id<T: Named>(&self) -> Id<T> {
        self.id_at(self.now)
    }

    /// Makes an id that sorts by another instant.
    pub(crate) fn id_at<T: Named>(&self, at: i64) -> Id<T> {
        let nth = u128::from(self.made.fetch_add(1, Ordering::Relaxed)) << 56;
        Id::new(at, nth | (self.random.bits() >> 72))
    }

    /// Today in civil time (UTC+8).
    pub fn today(&self) -> jiff::civil::Date {
        civil_date(self.now)
    }

    /// The right to an act, if any post of the actor gives it.
    pub fn may(&self, act: &str) -> Option<Right<'_>> {
        self.roles().right(&self.actor, act)
    }

    /// The right to an act, or the error that says it is missing.
    pub fn right(&self, act: &str) -> Result<Right<'_>> {
        self.may(act).ok_or_else(|| match self.actor {
            Actor::Public => Error::sign_in(),
            _ => Error::denied(format!("您现在的角色没有“{}”的权限", self.roles().act_label(act))),
        })
    }

    /// Account of the signed-in person.
    pub fn user(&self) -> Option<&Id<User>> {
        match &self.actor {
            Actor::Person { user, .. } => Some(user),
            _ => None,
        }
    }

    /// Posts in force of the signed-in person.
    pub fn posts(&self) -> &[Post] {
        match &self.actor {
            Actor::Person { posts, .. } => posts,
            _ => &[],
        }
    }

    /// The actor's name for timelines.
    pub fn actor_name(&self) -> &str {
        match &self.actor {
            Actor::Public => "公众",
            Actor::Person { name, .. } => name,
            Actor::System => "系统",
            Actor::CommandLine => "命令行",
        }
    }

    /// Key of the actor for idempotency and drafts: the account, or the word for who has none.
    pub fn principal(&self) -> &str {
        match &self.actor {
            Actor::Public => "public",
            Actor::Person { user, .. } => user.as_str(),
            Actor::System => "system",
            Actor::CommandLine => "command-line",
        }
    }
}
