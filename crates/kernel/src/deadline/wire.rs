//! How dates and instants look in JSON: `2025-03-19` and RFC 3339 with +08:00.

/// A date as `2025-03-19`.
pub(super) mod date {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(date: &Date, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(date)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        String::deserialize(from)?.parse().map_err(Error::custom)
    }
}

/// A list of dates.
pub(super) mod dates {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(dates: &[Date], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(dates.iter().map(ToString::to_string))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Date>, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        texts.iter().map(|t| t.parse().map_err(Error::custom)).collect()
    }
}

/// An instant as RFC 3339.
pub(super) mod instant {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::super::civil::{parse_instant, rfc3339};

    pub fn serialize<S: Serializer>(at: &i64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&rfc3339(*at))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
        parse_instant(&String::deserialize(from)?).map_err(Error::custom)
    }
}

/// An instant as RFC 3339, or null.
pub(super) mod instant_option {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::super::civil::{parse_instant, rfc3339};

    pub fn serialize<S: Serializer>(at: &Option<i64>, to: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => to.collect_str(&rfc3339(*at)),
            None => to.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|t| parse_instant(&t).map_err(Error::custom)).transpose()
    }
}
