//! Options with a few values that have names.

/// Declares an enum that options can have as their type: each variant with how it is written, the common form first. Any case
/// is read.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $common:literal $(| $other:literal)*,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[doc = concat!("Written `", $common, "`.")] $variant,)+
        }

        impl $name {
            /// Every value with the ways in which it is written, the common one first.
            const SPELLINGS: &[(Self, &[&str])] = &[$((Self::$variant, &[$common $(, $other)*]),)+];

            /// How the value is commonly written.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $common,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::configuration::ConfigType for $name {
            fn expected() -> String {
                let common = [$(concat!("`", $common, "`")),+];
                format!("one of {}", common.join(", "))
            }

            fn from_value(value: &$crate::configuration::ConfigValue) -> Option<Self> {
                let text = $crate::configuration::option_type::text(value)?;
                let written = |spellings: &[&str]| spellings.iter().any(|s| s.eq_ignore_ascii_case(text));
                Self::SPELLINGS.iter().find(|(_, spellings)| written(spellings)).map(|(value, _)| *value)
            }

            fn to_value(&self) -> Option<$crate::configuration::ConfigValue> {
                Some(self.as_str().into())
            }
        }
    };
}

pub(super) use choice;
