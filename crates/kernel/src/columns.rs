//! A struct whose fields are the columns of a table: written once, read and stored by name.

/// Declares a struct together with its column list, its reader and its values in column order.
#[macro_export]
macro_rules! columns {
    ($(#[$about:meta])* pub struct $name:ident {
        $(#[$first_about:meta])* $first:ident : $first_type:ty,
        $($(#[$field_about:meta])* $field:ident : $type:ty,)*
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            $(#[$first_about])* pub $first: $first_type,
            $($(#[$field_about])* pub $field: $type,)*
        }
        impl $name {
            /// The columns, as a SELECT names them.
            pub const LIST: &'static str = concat!(stringify!($first) $(, ", ", stringify!($field))*);
            /// The same under the alias `a`, for statements that join.
            pub const ALIASED: &'static str = concat!("a.", stringify!($first) $(, ", a.", stringify!($field))*);
            /// The columns, one by one.
            pub const COLUMNS: &'static [&'static str] = &[stringify!($first) $(, stringify!($field))*];

            /// Reads a row that has all columns.
            pub fn read(mut row: $crate::Row) -> $crate::Result<$name> {
                Ok($name { $first: row.take(stringify!($first))? $(, $field: row.take(stringify!($field))?)* })
            }

            /// The values in the order of the columns.
            pub fn values(&self) -> Vec<$crate::Value> {
                vec![$crate::Value::from(&self.$first) $(, $crate::Value::from(&self.$field))*]
            }
        }
    };
}
