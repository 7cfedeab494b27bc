//! An appeal (诉求): the spine of every matter, and what only appeals have; pure.

use huitong_codes::text;
use huitong_kernel::{Id, Named};

use crate::base::units::UnitId;
use crate::matter_columns;

/// Id of an appeal.
pub type AppealId = Id<Appeal>;

impl Named for Appeal {
    const PREFIX: &'static str = "apl";
}

matter_columns! {
    /// A matter that somebody brought in and that somebody must answer.
    pub struct Appeal {
        /// Category of the pack, once classified or proposed by the complainant.
        category: Option<String>,
        /// What happened and what is asked for.
        text: String,
        /// What it is found by.
        search: String,
        /// `named`, `confidential` or `anonymous`.
        disclosure: String,
        /// As whom the complainant counts: `association` or `company` where an account or a verification vouches for it, else
        /// `individual`.
        complainant_kind: String,
        /// Name of the person to contact.
        contact_name: Option<String>,
        /// Telephone of the person to contact.
        contact_phone: Option<String>,
        /// Code of the company on whose behalf; none beside an association, for it is one body.
        company_code: Option<String>,
        /// What it is called; none where the code alone was given.
        company_name: Option<String>,
        /// What is complained of: `unit` or `association`, or `words` for whom no register knows.
        about_kind: Option<String>,
        /// The unit or association complained of, or the words somebody named it by.
        about: Option<String>,
        /// Digest of number and tracking code.
        tracking: String,
        /// Whether intake has verified who the complainant is.
        verified: bool,
        /// Whether the leader has approved the reply.
        approved: bool,
        /// The account that wrote the reply; who wrote it does not review it.
        replied_by: Option<String>,
        /// The unit that the words spoke for when it was dispatched first; where another answered, the proposal was corrected.
        proposed: Option<UnitId>,
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
        /// When the answer is due.
        answer_due_at: Option<i64>,
        /// Judgement: `yes`, `partly`, `no`.
        solved: Option<String>,
        /// Judgement: `yes`, `basically`, `no`.
        satisfied: Option<String>,
    }
}

/// Brought in under one's name, open to those who handle it.
pub const NAMED: &str = "named";
/// Brought in under one's name, which only intake and the assigned handler may see.
pub const CONFIDENTIAL: &str = "confidential";
/// A lead without a name; no reply is promised.
pub const ANONYMOUS: &str = "anonymous";

/// A complainant who speaks for nobody, or for whom nobody has vouched.
pub const INDIVIDUAL: &str = "individual";

/// Fields of a form that name the association or company on whose behalf a case is: an account fills them in by itself, and
/// who may not know the complainant reads none of them.
pub const BODY: [&str; 3] = ["association", "company_name", "company_code"];

/// Complained of is somebody no register knows: `about` holds the words that were typed.
pub const WORDS: &str = "words";

impl Appeal {
    /// Whether the complainant's identity is kept from all but intake and the assigned handler.
    pub fn confidential(&self) -> bool {
        self.disclosure == CONFIDENTIAL
    }

    /// Lets the association or company on whose behalf it is follow the case as their own: what anybody may have typed
    /// becomes theirs only once it is vouched for. A confidential case stays with the person who brought it in.
    pub fn vouch(&mut self) {
        self.verified = true;
        self.complainant_kind = self.claimed_kind().to_owned();
        if !self.confidential() {
            self.spine.owner_association = self.association.clone();
            self.spine.owner_company = self.company_code.clone();
        }
    }

    /// As whom somebody brought it in, vouched for or not: nothing is decided by it.
    pub fn claimed_kind(&self) -> &'static str {
        match self.association {
            Some(_) => "association",
            None if self.company_code.is_some() || self.company_name.is_some() => "company",
            None => INDIVIDUAL,
        }
    }

    /// What lists find it by; the name of the company, too, where nobody who reaches the case is kept from knowing it: whoever
    /// is complained of could otherwise search for the one who complains.
    pub fn found_by(&self) -> String {
        let open = self.disclosure == NAMED && self.about_kind.as_deref().is_none_or(|kind| kind == WORDS);
        let company = self.company_name.as_deref().filter(|_| open).unwrap_or_default();
        [self.spine.found_by(), text::same(company)].join(" ").trim_end().to_owned()
    }

    /// Whether nobody is named.
    pub fn anonymous(&self) -> bool {
        self.disclosure == ANONYMOUS
    }
}
