//! What each key of a grid may be set to.

use std::fmt;

use nn_core::{Activation, Loss};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// How many examples there are to learn from: MNIST's 60,000 without the 10,000 to validate on.
pub const EXAMPLES: usize = 50_000;

/// What one key is set to in one job.
pub trait Setting: Clone + PartialEq + Serialize + DeserializeOwned {
    /// Whether a range of these holds whole numbers.
    const IS_WHOLE: bool = true;

    /// What a single one must be, in words.
    fn expected() -> String;
}

/// A number of examples or epochs.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "usize")]
pub struct Count(pub usize);

impl Setting for Count {
    fn expected() -> String {
        format!("a whole number, 1 to {EXAMPLES}")
    }
}

impl TryFrom<usize> for Count {
    type Error = String;

    fn try_from(count: usize) -> Result<Self, String> {
        if (1..=EXAMPLES).contains(&count) { Ok(Self(count)) } else { Err(Self::expected()) }
    }
}

/// The hidden layers' sizes, as a list; one layer as a number too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Layers")]
pub struct Hidden(pub Vec<Count>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Layers {
    One(Count),
    Many(Vec<Count>),
}

impl From<Layers> for Hidden {
    fn from(layers: Layers) -> Self {
        match layers {
            Layers::One(size) => Self(vec![size]),
            Layers::Many(sizes) => Self(sizes),
        }
    }
}

impl Setting for Hidden {
    fn expected() -> String {
        "the size of a hidden layer, 1 or more, or a list of them such as [100, 30]".to_owned()
    }
}

/// η.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64")]
pub struct Rate(pub f64);

impl TryFrom<f64> for Rate {
    type Error = String;

    fn try_from(rate: f64) -> Result<Self, String> {
        if rate > 0.0 && rate.is_finite() { Ok(Self(rate)) } else { Err(Self::expected()) }
    }
}

impl Setting for Rate {
    const IS_WHOLE: bool = false;

    fn expected() -> String {
        "a positive number".to_owned()
    }
}

/// The seed of the initial weights.
impl Setting for u64 {
    fn expected() -> String {
        "a whole number, 0 or more".to_owned()
    }
}

/// An activation or a loss, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String", bound = "T: Name")]
pub struct Named<T: Name>(pub T);

/// What has a name.
pub trait Name: Copy + PartialEq + fmt::Display + 'static {
    /// All that there are to choose from.
    const ALL: &[Self];
}

impl Name for Activation {
    const ALL: &[Self] = &Self::ALL;
}

impl Name for Loss {
    const ALL: &[Self] = &Self::ALL;
}

impl<T: Name> From<Named<T>> for String {
    fn from(named: Named<T>) -> Self {
        named.0.to_string()
    }
}

impl<T: Name> TryFrom<String> for Named<T> {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let found = T::ALL.iter().find(|known| known.to_string() == name);
        found.map(|&found| Self(found)).ok_or_else(Self::expected)
    }
}

impl<T: Name> Setting for Named<T> {
    fn expected() -> String {
        let names: Vec<_> = T::ALL.iter().map(|name| format!("\"{name}\"")).collect();
        names.join(" or ")
    }
}
