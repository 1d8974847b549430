//! What a key of a grid holds: one value, a list of them, or a range.
//!
//! ```toml
//! learning_rate = 0.1
//! learning_rate = [0.1, 0.3, 1.0]
//! learning_rate = { from = 0.01, to = 1.0, count = 5, log = true }     # 0.01, 0.03162, 0.1, 0.3162, 1.0
//! seed = { from = 1, to = 20 }                                         # whole numbers: each, without a count
//! ```

use serde::Deserialize;
use toml::Value;

use crate::setting::Setting;

/// The most values of one key: more would be a slip.
const MOST: usize = 100_000;

/// All values of a key, each once.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Value", bound = "T: Setting")]
pub struct Values<T>(pub Vec<T>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Range {
    from: f64,
    to: f64,
    count: Option<usize>,
    #[serde(default)]
    log: bool,
}

impl<T: Setting> TryFrom<Value> for Values<T> {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let values: Vec<Value> = match value {
            Value::Array(list) => list,
            Value::Table(range) => {
                let range: Range = range.try_into().map_err(|error: toml::de::Error| {
                    format!("a range: {}, in {{ from, to, count, log }}", error.message())
                })?;
                range.values(T::IS_WHOLE)?
            }
            single => vec![single],
        };
        if values.is_empty() {
            return Err(format!("expected {}, or a list of such, found an empty list", T::expected()));
        }
        let mut all = Vec::new();
        for value in values {
            let Ok(setting) = value.clone().try_into::<T>() else {
                return Err(format!("expected {}, found {value}", T::expected()));
            };
            if all.contains(&setting) {
                return Err(format!("expected each value once, found {value} twice"));
            }
            all.push(setting);
        }
        Ok(Self(all))
    }
}

impl Range {
    /// The numbers of the range, both ends among them; those between are rounded, to whole numbers or to four digits.
    fn values(&self, is_whole: bool) -> Result<Vec<Value>, String> {
        let Range { from, to, .. } = *self;
        // Also where one of them is not a number.
        if !(from < to && to.is_finite()) || (self.log && from <= 0.0) {
            let least = if self.log { " and above 0" } else { "" };
            return Err(format!("a range: expected a number `from` below `to`{least}, found {from} to {to}"));
        }
        if is_whole && (from.fract() != 0.0 || to.fract() != 0.0) {
            return Err(format!("a range: expected whole numbers, found {from} to {to}"));
        }
        let count = match self.count {
            Some(count) => count,
            None if is_whole && !self.log => (to - from) as usize + 1,
            None => return Err("a range: expected `count`, how many values, found none".to_owned()),
        };
        if !(2..=MOST).contains(&count) {
            return Err(format!("a range: expected a count from 2 to {MOST}, found {count}"));
        }
        Ok((0..count).map(|i| self.value(i as f64 / (count - 1) as f64, is_whole)).collect())
    }

    /// What lies at this share of the way.
    fn value(&self, share: f64, is_whole: bool) -> Value {
        let Range { from, to, .. } = *self;
        let value = match share {
            0.0 => from,
            1.0 => to,
            _ if self.log => from * (to / from).powf(share),
            _ => from + (to - from) * share,
        };
        match is_whole {
            true => Value::Integer(value.round() as i64),
            false if share == 0.0 || share == 1.0 => Value::Float(value),
            false => Value::Float(format!("{value:.3e}").parse().expect("a formatted number is a number")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setting::{Count, Rate};

    fn values<T: Setting>(text: &str) -> Result<Vec<T>, String> {
        Values::try_from(text.parse::<Value>().unwrap()).map(|values| values.0)
    }

    #[test]
    fn a_range_has_both_ends_and_is_even_or_even_in_its_logarithm() {
        let even = values::<Rate>("{ from = 0.1, to = 0.5, count = 5 }").unwrap();
        assert_eq!(even, [0.1, 0.2, 0.3, 0.4, 0.5].map(Rate));
        let by_factors = values::<Rate>("{ from = 0.01, to = 1, count = 5, log = true }").unwrap();
        assert_eq!(by_factors, [0.01, 0.03162, 0.1, 0.3162, 1.0].map(Rate));
        let sizes = values::<Count>("{ from = 10, to = 1000, count = 5, log = true }").unwrap();
        assert_eq!(sizes, [10, 32, 100, 316, 1000].map(Count));
        assert_eq!(values::<u64>("{ from = 1, to = 20 }").unwrap(), (1..=20).collect::<Vec<_>>());
    }

    #[test]
    fn a_range_that_makes_no_sense_is_refused_with_what_was_expected() {
        for (range, expected) in [
            ("{ from = 1, to = 2 }", "a range: expected `count`, how many values, found none"),
            ("{ from = 1, to = 1, count = 3 }", "a range: expected a number `from` below `to`, found 1 to 1"),
            (
                "{ from = 0, to = 1, count = 3, log = true }",
                "a range: expected a number `from` below `to` and above 0, found 0 to 1",
            ),
            ("{ from = nan, to = 1, count = 3 }", "a range: expected a number `from` below `to`, found NaN to 1"),
            ("{ from = 1, to = 2, count = 1 }", "a range: expected a count from 2 to 100000, found 1"),
            ("{ from = 1, count = 3 }", "a range: missing field `to`, in { from, to, count, log }"),
        ] {
            assert_eq!(values::<Rate>(range).unwrap_err(), expected);
        }
        let unknown = values::<Rate>("{ from = 1, to = 2, step = 3 }").unwrap_err();
        assert!(unknown.starts_with("a range: unknown field `step`"), "{unknown}");
        assert_eq!(
            values::<u64>("{ from = 1.5, to = 3 }").unwrap_err(),
            "a range: expected whole numbers, found 1.5 to 3"
        );
        assert_eq!(
            values::<Count>("{ from = 1, to = 3, count = 9 }").unwrap_err(),
            "expected each value once, found 1 twice"
        );
    }
}
