//! An appeal (诉求), its steps and its clocks; pure.

use std::collections::BTreeMap;

use huitong_kernel::{Id, Named, columns};
use serde::{Deserialize, Serialize};

use crate::base::units::UnitId;

/// Id of an appeal.
pub type AppealId = Id<Appeal>;

impl Named for Appeal {
    const PREFIX: &'static str = "apl";
}

columns! {
    /// A matter that somebody brought in and that somebody must answer.
    pub struct Appeal {
        /// Id.
        id: AppealId,
        /// Number the complainant is told.
        number: String,
        /// Version for concurrent edits.
        version: i64,
        /// Version of the pack it began under and stays under.
        pack: String,
        /// State of the flow.
        state: String,
        /// Kind: 咨询 求助 意见建议 投诉 举报 表扬.
        kind: String,
        /// Category of the pack, once classified or proposed by the complainant.
        category: Option<String>,
        /// One line.
        title: String,
        /// What happened and what is asked for.
        text: String,
        /// `named`, `confidential` or `anonymous`.
        disclosure: String,
        /// Who the complainant is: `association`, `company`, `individual`.
        complainant_kind: String,
        /// The channel it came by: `online`, or the line or system it was registered from.
        source: String,
        /// Its number there, unique per channel.
        source_number: Option<String>,
        /// Name of the person to contact.
        contact_name: Option<String>,
        /// Telephone of the person to contact.
        contact_phone: Option<String>,
        /// The account that brought it in.
        submitter: Option<String>,
        /// The association on whose behalf.
        association: Option<String>,
        /// Code of the company on whose behalf.
        company_code: Option<String>,
        /// The association that may follow it as its own: one that brought it in by account or was verified.
        owner_association: Option<String>,
        /// The company, likewise.
        owner_company: Option<String>,
        /// What is complained of: `unit` or `association`, or `words` for whom no register knows.
        about_kind: Option<String>,
        /// The unit or association complained of, or the words somebody named it by.
        about: Option<String>,
        /// Digest of number and tracking code.
        tracking: String,
        /// Whether intake has verified who the complainant is.
        verified: bool,
        /// The unit that answers for it now.
        unit: Option<UnitId>,
        /// The unit it is being dispatched to, until that unit has signed.
        next_unit: Option<UnitId>,
        /// The unit on whose desk it lies: the next one, else the answering one.
        desk_unit: Option<UnitId>,
        /// The handler it is assigned to.
        assignee: Option<String>,
        /// Whether the leader has approved the reply.
        approved: bool,
        /// The account that wrote the reply; who wrote it does not review it.
        replied_by: Option<String>,
        /// The unit that the words spoke for when it was dispatched first; where another answered, the proposal was corrected.
        proposed: Option<UnitId>,
        /// When it came in.
        submitted_at: i64,
        /// When it was accepted or declined.
        accepted_at: Option<i64>,
        /// When it was last dispatched.
        dispatched_at: Option<i64>,
        /// When it was last signed.
        signed_at: Option<i64>,
        /// When the complainant was first contacted.
        contacted_at: Option<i64>,
        /// When the reply was last written.
        replied_at: Option<i64>,
        /// When the answer was sent.
        answered_at: Option<i64>,
        /// When it ended.
        closed_at: Option<i64>,
        /// The next instant something is due; none when nothing runs.
        due_at: Option<i64>,
        /// Key of the limit that is due then.
        due_limit: Option<String>,
        /// `due_at`, or far away where nothing is due: what queues are ordered by.
        due_order: i64,
        /// When the answer is due.
        answer_due_at: Option<i64>,
        /// Judgement: `yes`, `partly`, `no`.
        solved: Option<String>,
        /// Judgement: `yes`, `basically`, `no`.
        satisfied: Option<String>,
        /// When it last changed.
        updated_at: i64,
    }
}

/// Brought in under one's name, open to those who handle it.
pub const NAMED: &str = "named";
/// Brought in under one's name, which only intake and the assigned handler may see.
pub const CONFIDENTIAL: &str = "confidential";
/// A lead without a name; no reply is promised.
pub const ANONYMOUS: &str = "anonymous";

/// Complained of is somebody no register knows: `about` holds the words that were typed.
pub const WORDS: &str = "words";

/// Where `due_order` stands when nothing is due.
pub const NOT_DUE: i64 = huitong_kernel::condition::NEVER;

impl Appeal {
    /// Whether the complainant's identity is kept from all but intake and the assigned handler.
    pub fn confidential(&self) -> bool {
        self.disclosure == CONFIDENTIAL
    }

    /// Lets the association or company on whose behalf it is follow the case as their own: what anybody may have typed
    /// becomes theirs only once it is vouched for. A confidential case stays with the person who brought it in.
    pub fn vouch(&mut self) {
        self.verified = true;
        if !self.confidential() {
            self.owner_association.clone_from(&self.association);
            self.owner_company.clone_from(&self.company_code);
        }
    }

    /// Whether nobody is named.
    pub fn anonymous(&self) -> bool {
        self.disclosure == ANONYMOUS
    }

    /// Whether a limit has passed that is still running.
    pub fn overdue(&self, now: i64) -> bool {
        self.due_at.is_some_and(|due| due < now)
    }
}

/// A step of a case.
pub struct StepId;
impl Named for StepId {
    const PREFIX: &'static str = "stp";
}

columns! {
    /// One act on a case: who, when, in which office, from which state to which.
    pub struct Step {
        /// Id; steps sort by it.
        id: Id<StepId>,
        /// The case.
        appeal: AppealId,
        /// When.
        at: i64,
        /// Key of the act in the flow.
        act: String,
        /// Account, or the word for who has none.
        actor: String,
        /// Name as it was then.
        actor_name: String,
        /// Role acted in.
        role: String,
        /// Office acted in.
        office: String,
        /// Its name as it was then.
        office_name: String,
        /// State before; empty for the first step.
        state_before: String,
        /// State after.
        state_after: String,
        /// Outcome, where the act has some.
        outcome: Option<String>,
        /// What its form said, as JSON.
        content: String,
        /// The sentence the public reads; none where the step is not public.
        public_text: Option<String>,
    }
}

impl Step {
    /// What its form said, field by field.
    pub fn words(&self) -> Said {
        serde_json::from_str(&self.content).unwrap_or_default()
    }

    /// One value of what its form said; empty where there is none.
    pub fn said(&self, key: &str) -> String {
        self.words().0.remove(key).unwrap_or_default()
    }
}

/// What the form of a step said, field by field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Said(BTreeMap<String, String>);

impl Said {
    /// The text of a field; empty where there is none.
    pub fn text(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }
}

/// A clock of a case.
pub struct ClockId;
impl Named for ClockId {
    const PREFIX: &'static str = "clk";
}

columns! {
    /// A limit that runs or ran on a case; its rule and calendar are pinned.
    pub struct RunningLimit {
        /// Id.
        id: Id<ClockId>,
        /// The case.
        appeal: AppealId,
        /// Key of the limit in the pack.
        limit_key: String,
        /// The limit as the rule says it: `4 工作小时`.
        rule: String,
        /// Version of the pack whose rule it is.
        pack: String,
        /// Version of the calendar it was counted by.
        calendar: String,
        /// Whether it was promised to the complainant.
        promise: bool,
        /// When it began.
        started_at: i64,
        /// When it falls due.
        due_at: i64,
        /// When it was met, or stopped without being met.
        met_at: Option<i64>,
        /// Key of the act that ended it; none where it runs, or ended before this was kept.
        ended_by: Option<String>,
        /// How its rule changed since it began: a list of [`RuleChange`], as JSON.
        changes: String,
    }
}

/// Another limit applied from an instant on, counted from the same start: the case got another kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleChange {
    /// When.
    pub at: i64,
    /// The limit until then.
    pub from: String,
    /// The limit from then on.
    pub to: String,
    /// Version of the pack whose rule it is.
    pub pack: String,
}

impl RunningLimit {
    /// How its rule changed since it began.
    pub fn rule_changes(&self) -> Vec<RuleChange> {
        serde_json::from_str(&self.changes).unwrap_or_default()
    }
}
