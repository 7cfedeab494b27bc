//! Which links a notice may carry.

/// Whether a link stays inside this site; another is not followed.
pub fn is_local(link: &str) -> bool {
    link.starts_with('/') && !link.starts_with("//") && !link.contains(['\\', '\r', '\n'])
}
