//! Every step of every appeal of the seeds, in the order in which they happen.

use super::seeds::{Appeal, Reply, Seeds, Step};

/// Who does a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who<'s> {
    /// Somebody with an account, by login.
    Login(&'s str),
    /// Whoever brought the case in: signed in, or with number and tracking code.
    Complainant,
}

/// One step.
#[derive(Debug)]
pub struct Event<'s> {
    /// When (UTC milliseconds).
    pub at: i64,
    /// Place of the appeal in the seeds.
    pub appeal: usize,
    /// The act; the first brings the case in.
    pub act: &'static str,
    /// Who.
    pub who: Who<'s>,
    /// The form as it is filled in; what brings a case in is put together where names are known.
    pub form: Vec<(&'static str, &'s str)>,
}

/// All steps by time; at the same instant in the order of the seeds and of the case.
pub fn of(seeds: &Seeds) -> Vec<Event<'_>> {
    let mut events: Vec<Event> =
        seeds.appeals.iter().enumerate().flat_map(|(place, seed)| steps(place, seed)).collect();
    events.sort_by_key(|event| (event.at, event.appeal));
    events
}

fn steps(appeal: usize, seed: &Appeal) -> Vec<Event<'_>> {
    let by = seed.by.as_deref().map_or(Who::Complainant, Who::Login);
    let start = if seed.channel == "register" { "register" } else { "submit" };
    let mut story = Story { appeal, events: Vec::new() };
    story.add(seed.submitted_at, start, by, Vec::new());
    if let Some(verify) = &seed.verify {
        story.staff("verify", &verify.step, vec![("method", &verify.method)]);
    }
    if let Some(accept) = &seed.accept {
        story.staff("accept", accept, Vec::new());
    }
    if let Some(decline) = &seed.decline {
        story.staff("decline", &decline.step, vec![("reason", &decline.reason), ("text", &decline.text)]);
    }
    if let Some(classify) = &seed.classify {
        story.staff("classify", classify, vec![("kind", &seed.kind), ("category", &seed.category)]);
    }
    if let Some(dispatch) = &seed.dispatch {
        story.staff("dispatch", &dispatch.step, vec![("unit", &dispatch.unit), ("reason", &dispatch.reason)]);
    }
    if let Some(sign) = &seed.sign {
        story.staff("sign", sign, Vec::new());
    }
    if let Some(assign) = &seed.assign {
        story.staff("assign", &assign.step, vec![("handler", &assign.to)]);
    }
    for contact in &seed.contacts {
        let form = vec![("reason", &*contact.reason), ("result", &contact.result), ("note", &contact.text)];
        story.staff("contact", &contact.step, form);
    }
    for note in &seed.notes {
        story.staff("note", &note.step, vec![("text", &note.text)]);
    }
    for reply in &seed.replies {
        story.reply(reply);
    }
    if let Some(send) = &seed.send {
        story.staff("send", send, Vec::new());
    }
    if let Some(judge) = &seed.judge {
        let form =
            vec![("solved", &*judge.solved), ("satisfied", &judge.satisfied), ("comment", &judge.comment)];
        story.add(judge.at, "judge", Who::Complainant, form);
    }
    if let Some(withdraw) = &seed.withdraw {
        story.add(withdraw.at, "withdraw", Who::Complainant, vec![("reason", &withdraw.reason)]);
    }
    story.events
}

/// The steps of one appeal so far.
struct Story<'s> {
    appeal: usize,
    events: Vec<Event<'s>>,
}

impl<'s> Story<'s> {
    fn add(&mut self, at: i64, act: &'static str, who: Who<'s>, form: Vec<(&'static str, &'s str)>) {
        self.events.push(Event { at, appeal: self.appeal, act, who, form });
    }

    fn staff(&mut self, act: &'static str, step: &'s Step, form: Vec<(&'static str, &'s str)>) {
        self.add(step.at, act, Who::Login(&step.by), form);
    }

    fn reply(&mut self, reply: &'s Reply) {
        self.staff("reply", &reply.step, vec![("outcome", &reply.outcome), ("text", &reply.text)]);
        if let Some(review) = &reply.review {
            let form = vec![("outcome", &*review.outcome), ("opinion", &review.opinion)];
            self.staff("review", &review.step, form);
        }
    }
}
