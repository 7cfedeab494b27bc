//! The steps of a case as one reader may see them, each with its sentence.

use huitong_codes::mask;
use huitong_kernel::clock::rfc3339;
use huitong_kernel::journal::COMPLAINANT;
use huitong_kernel::pack::Pack;
use huitong_kernel::{Result, Tx};
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Appeal, Said, Step};
use super::rules::{self, Sight};
use super::sentences::{self, Facts};
use super::store;

/// One line of the timeline.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Line {
    /// When.
    pub at: String,
    /// Key of the act.
    pub act: String,
    /// What happened, in one sentence.
    pub title: String,
    /// Who did it.
    pub who: String,
    /// Further words of the step.
    pub text: String,
    /// Whether it is for the office only.
    pub internal: bool,
    /// Id of the step, by which a page puts files beside it.
    #[serde(skip)]
    pub step: String,
}

/// A case as its timeline reads it.
pub struct Timeline<'a> {
    /// The pack it began under.
    pub pack: &'a Pack,
    /// The case.
    pub appeal: &'a Appeal,
    /// All of its steps.
    pub steps: &'a [Step],
    /// What sentences may say of it.
    pub facts: &'a Facts,
    /// Whether the reader looks at it from inside the office.
    pub inside: bool,
}

impl Timeline<'_> {
    /// The lines that are for this reader.
    pub fn lines(&self, tx: &Tx) -> Result<Vec<Line>> {
        let sight = rules::sight(tx.ctx(), self.appeal);
        let read = self.steps.iter().filter(|step| self.inside || step.public_text.is_some());
        read.map(|step| self.line(tx, step, sight)).collect()
    }

    fn line(&self, tx: &Tx, step: &Step, sight: Sight) -> Result<Line> {
        let said = step.words();
        let title = match &step.public_text {
            Some(text) if !self.inside => text.clone(),
            _ => sentences::of_step(tx, self.pack, self.appeal, self.facts, (step, &said))?,
        };
        Ok(Line {
            at: rfc3339(step.at),
            act: step.act.clone(),
            title,
            who: self.who(step, sight),
            text: self.text(step, &said),
            internal: step.act == "note",
            step: step.id.to_string(),
        })
    }

    fn text(&self, step: &Step, said: &Said) -> String {
        let inside = self.inside;
        match step.act.as_str() {
            "reply" if inside => said.text("text").to_owned(),
            "note" if inside => said.text("text").to_owned(),
            "decline" => said.text("text").to_owned(),
            "accept" => said.text("note").to_owned(),
            "assign" | "contact" | "verify" if inside => said.text("note").to_owned(),
            "review" if inside => said.text("opinion").to_owned(),
            "judge" => said.text("comment").to_owned(),
            // Those inside read the reply where it was written.
            "send" if !inside => last_reply(self.steps),
            _ => String::new(),
        }
    }

    /// Who took a step; of the complainant's own steps a reader learns no more than of the complainant.
    fn who(&self, step: &Step, sight: Sight) -> String {
        let theirs = self.appeal.submitter.as_deref() == Some(step.actor.as_str());
        let name = match sight {
            _ if step.actor == COMPLAINANT => return String::new(),
            Sight::Hidden if theirs => return String::new(),
            Sight::Masked | Sight::MayReveal if theirs => mask::name(&step.actor_name),
            _ => step.actor_name.clone(),
        };
        match (self.inside, step.office_name.as_str()) {
            (true, "") => name,
            (true, office) => format!("{office} · {name}"),
            (false, office) => office.to_owned(),
        }
    }
}

/// The reply of a case as it was sent: the last one that was written.
pub fn reply_text(tx: &Tx, appeal: &Appeal) -> Result<String> {
    Ok(last_reply(&store::steps(tx, &appeal.id)?))
}

/// A reply as it was drafted.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Id of the step that wrote it.
    pub step: String,
    /// Key of the outcome (`reply_outcome`).
    pub outcome: String,
    /// What it says.
    pub text: String,
    /// Why the leader sent it back to be changed; empty where that did not happen.
    pub returned: String,
}

/// The last reply that was drafted, sent back or not.
pub fn draft(steps: &[Step]) -> Option<Draft> {
    let place = steps.iter().rposition(|step| step.act == "reply")?;
    let reply = steps.get(place)?;
    let review = steps.iter().skip(place).rfind(|step| step.act == "review");
    let returned = review.filter(|step| step.outcome.as_deref() == Some("return"));
    Some(Draft {
        step: reply.id.to_string(),
        outcome: reply.said("outcome"),
        text: reply.said("text"),
        returned: returned.map(|step| step.said("opinion")).unwrap_or_default(),
    })
}

fn last_reply(steps: &[Step]) -> String {
    steps.iter().rfind(|s| s.act == "reply").map(|s| s.said("text")).unwrap_or_default()
}

/// Evidence of a reply is the complainant's to read once the reply was sent.
pub fn may_read_file(steps: &[Step], appeal: &Appeal, step: Option<&str>) -> bool {
    let of_reply = steps.iter().any(|s| Some(s.id.as_str()) == step && s.act == "reply");
    !of_reply || appeal.answered_at.is_some()
}
