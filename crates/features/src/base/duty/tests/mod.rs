//! The responsibility relation: properties of the decision, and the acts on both engines.

mod properties;
