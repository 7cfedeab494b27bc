//! The house: what all capabilities hand in, put together once, and the rows that a pack's definitions bring.

use std::any::Any;
use std::sync::Arc;

use crate::capability::Capability;
use crate::http::Route;
use crate::pack::{Pack, Vocabulary};

/// All capabilities as one value; a city is opened with it and every policy of the city holds it.
#[derive(Default)]
pub struct House {
    /// What a pack may name in the code, all capabilities together.
    pub vocabulary: Vocabulary,
    capabilities: Vec<Capability>,
    routes: Vec<Arc<Route>>,
}

impl House {
    /// Puts the capabilities together, in their order.
    pub fn new(mut capabilities: Vec<Capability>) -> House {
        let mut house = House::default();
        for one in &mut capabilities {
            house.vocabulary = house.vocabulary.with(std::mem::take(&mut one.vocabulary));
            house.routes.extend(std::mem::take(&mut one.routes).into_iter().map(Arc::new));
        }
        // A definition answers at its word and, for programs, at the same word below the interface.
        let words = |route: &Arc<Route>| {
            let below = route.path.strip_prefix("/api/v1/").or(route.path.strip_prefix('/'));
            below.unwrap_or_default().split('/').next().unwrap_or_default().to_owned()
        };
        let own = ["api", "assets", "healthz", "metrics"].map(str::to_owned);
        house.vocabulary.addresses = house.routes.iter().map(words).chain(own).collect();
        House { capabilities, ..house }
    }

    /// The capabilities, in their order; what they had to say for the vocabulary and the routes stands in the house.
    pub fn capabilities(&self) -> &[Capability] {
        &self.capabilities
    }

    /// Everything of a type that capabilities have handed over, in their order.
    pub fn all<T: Any>(&self) -> impl Iterator<Item = &T> {
        self.capabilities.iter().flat_map(|one| one.handed.all())
    }

    /// The house's own rows of the route table: they stand there whatever the pack says.
    pub fn routes(&self) -> &[Arc<Route>] {
        &self.routes
    }

    /// The rows that the definitions of a pack bring.
    pub fn expand(&self, pack: &Pack) -> impl Iterator<Item = Arc<Route>> {
        self.capabilities.iter().filter_map(|one| one.expand).flat_map(|expand| expand(pack)).map(Arc::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::{OfKind, Others};
    use crate::policy::Policy;

    #[derive(Clone, Debug, PartialEq)]
    struct Teller(String);
    impl OfKind for Teller {
        fn kind(&self) -> &str {
            &self.0
        }
    }

    fn teller(kind: &str) -> Teller {
        Teller(kind.to_owned())
    }

    fn policy(capabilities: Vec<Capability>) -> Policy {
        Policy { house: Arc::new(House::new(capabilities)), ..Policy::default() }
    }

    fn own() -> Vec<Capability> {
        vec![
            Capability::named("errands", &[]).hands(teller("errand")).hands(3_u8).hands(teller("model")),
            Capability::named("units", &[("unit.add", "增加单位")]).hands(teller("unit")),
        ]
    }

    #[test]
    fn what_is_handed_over_is_found_by_its_type_in_the_order_of_the_capabilities() {
        let house = House::new(own());
        let kinds: Vec<&str> = house.all::<Teller>().map(OfKind::kind).collect();
        assert_eq!(kinds, ["errand", "model", "unit"]);
        assert_eq!(house.all::<u8>().collect::<Vec<_>>(), [&3]);
        assert_eq!((house.all::<u16>().count(), house.vocabulary.acts[0].label), (0, "增加单位"));
    }

    #[test]
    fn a_kind_that_nobody_serves_is_nobodys() {
        let policy = policy(own());
        assert_eq!(policy.of_kind::<Teller>("unit"), Some(teller("unit")));
        assert_eq!(policy.of_kind::<Teller>("pairing"), None);
        assert_eq!(policy.of_every_kind::<Teller>().len(), 3);
    }

    #[test]
    fn one_entry_serves_every_kind_that_a_pack_defines_and_none_that_has_its_own() {
        let defined = |_: &Policy, kind: &str| {
            ["pairing", "unit"].contains(&kind).then(|| Teller(format!("{kind} as defined")))
        };
        let others = Others { of: defined, all: |_| vec![teller("pairing")] };
        let policy = policy(
            [own(), vec![Capability::named("matters", &[]).hands(others)]].into_iter().flatten().collect(),
        );
        assert_eq!(policy.of_kind::<Teller>("unit"), Some(teller("unit")));
        assert_eq!(policy.of_kind::<Teller>("pairing"), Some(teller("pairing as defined")));
        assert_eq!(policy.of_kind::<Teller>("nothing"), None);
        assert_eq!(policy.of_every_kind::<Teller>().last(), Some(&teller("pairing")));
    }
}
