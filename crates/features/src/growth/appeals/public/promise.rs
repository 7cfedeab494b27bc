//! What is promised to whoever hands something in: the pack's limits in words.

use huitong_kernel::Ctx;
use huitong_kernel::condition::{Facts, Value};
use huitong_kernel::pack::{Chosen, Pack, Promise};

use crate::growth::appeals::{flow, policy};

/// A case that is not there yet, as far as limits ask.
struct Supposed<'a> {
    complainant_kind: &'a str,
    kind: &'a str,
}

impl Facts for Supposed<'_> {
    fn fact(&self, key: &str) -> Option<Value> {
        match key {
            "complainant_kind" => Some(Value::Text(self.complainant_kind.to_owned())),
            "disclosure" => Some(Value::Text(String::from("named"))),
            "kind" if !self.kind.is_empty() => Some(Value::Text(self.kind.to_owned())),
            _ => None,
        }
    }
}

/// A limit that is promised to who gives a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Promised {
    /// For which kind of matter; "" where it is the same for all.
    pub kind: String,
    /// `4 个工作小时`.
    pub limit: String,
    /// The rule it rests on.
    pub basis: String,
}

/// Within which time it is accepted or declined.
pub fn accepted(ctx: &Ctx, pack: &Pack, complainant_kind: &str) -> Option<Promised> {
    let limit = public_limit(ctx, pack, "accept", &Supposed { complainant_kind, kind: "" })?;
    let source = &flow(pack).limit("accept")?.source;
    Some(Promised { limit, basis: source.basis.clone(), ..Promised::default() })
}

/// Within which time each kind of matter is answered, in the order of the pack.
pub fn answered(ctx: &Ctx, pack: &Pack, complainant_kind: &str) -> Vec<Promised> {
    let of_kind = |kind: &policy::AppealKind| {
        let limit = public_limit(ctx, pack, "answer", &Supposed { complainant_kind, kind: &kind.key })?;
        let source = &kind.source;
        Some(Promised { kind: kind.key.clone(), limit, basis: source.basis.clone() })
    };
    policy::of(pack).kinds.iter().filter_map(of_kind).collect()
}

/// The same of the kind of matter that was chosen; of all of them where none was.
pub fn answered_for(ctx: &Ctx, pack: &Pack, complainant_kind: &str, kind: &str) -> Vec<Promised> {
    let mut all = answered(ctx, pack, complainant_kind);
    all.retain(|promised| kind.is_empty() || promised.kind == kind);
    all
}

fn public_limit(ctx: &Ctx, pack: &Pack, key: &str, facts: &Supposed<'_>) -> Option<String> {
    // What nobody has confirmed is promised to nobody.
    flow(pack).limit(key).filter(|limit| ctx.policy.is_settled(limit))?;
    match flow(pack).limit_for(key, facts)? {
        Chosen::Clause { limit, promise: Promise::Public, .. } => Some(limit.length.words()),
        _ => None,
    }
}
