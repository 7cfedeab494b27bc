//! What language needs, pure: no database, no network, usable alone.
