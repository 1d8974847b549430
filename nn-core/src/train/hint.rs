//! What a training has to say of likely mistakes: no error, but one line below the epoch's.

use std::fmt;

/// A likely mistake that a training noticed, with its cure; its text is the line that is printed.
///
/// Each is said once in a training, below the line of the epoch that showed it, and is kept in
/// [`History::hints`](crate::History::hints); a training that is resumed begins to look anew. It goes on in spite of them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Hint {
    /// No gradient reaches a layer: whatever the example, all its neurons are 0 (relu), or where σ is flat.
    SilentLayer {
        /// Which one, counted from 1 to L.
        layer: usize,
        /// How many neurons it has.
        neurons: usize,
        /// Whether they are saturated, at σ's ends, and not silent.
        saturated: bool,
    },
    /// Inputs are much larger than 1: pixels that were not divided by 255.
    LargeInputs {
        /// The largest of those that were looked at, its sign left out.
        largest: f32,
    },
    /// No input comes near 1: pixels that were divided twice.
    SmallInputs {
        /// The largest of those that were looked at, its sign left out.
        largest: f32,
    },
    /// The inputs of the test set are of another size than those of the training set.
    DifferentInputs {
        /// The largest of the training set.
        train: f32,
        /// The largest of the test set.
        test: f32,
    },
    /// The examples come sorted by their labels, and are not shuffled.
    SortedLabels {
        /// So many from the first on have the same label.
        count: usize,
    },
    /// Pictures are wider than high, as no alphabet's: EMNIST's files hold them transposed.
    OnTheirSide {
        /// The share of the pictures, of those that are not as wide as high.
        share: f64,
    },
    /// Whatever the example, the answer is the same.
    SameAnswer {
        /// The answer.
        class: usize,
        /// Whether weights have grown far beyond those that training began with.
        grown: bool,
    },
    /// The training loss rose in each of three epochs.
    RisingLoss,
    /// The test loss rose in each of three epochs, while the training loss fell.
    RisingTestLoss,
    /// Much more of the training set is right than of the test set.
    FarBelowTraining {
        /// The accuracy on the training set, on those that were looked at.
        train: f64,
        /// The accuracy on the test set.
        test: f64,
    },
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::SilentLayer { layer, neurons, saturated } => {
                let state = if saturated { "saturated" } else { "silent" };
                let all = if neurons == 1 { "the only neuron" } else { "all" };
                let (neurons, are) = match neurons {
                    1 => (String::new(), "is"),
                    _ => (format!(" {} neurons", thousands(neurons)), "are"),
                };
                write!(
                    f,
                    "{all}{neurons} of layer {layer} {are} {state}: no gradient reaches them; the learning rate is likely \
                     too large"
                )
            }
            Self::LargeInputs { largest } => {
                write!(f, "inputs reach {largest}; these networks want about 0 to 1: divide them by {largest}")
            }
            Self::SmallInputs { largest } => {
                write!(f, "inputs reach only {largest:.2}; these networks want about 0 to 1: were they divided twice?")
            }
            Self::DifferentInputs { train, test } => write!(
                f,
                "the test set's inputs reach {test}, the training set's {train}: both must be scaled in the same way"
            ),
            Self::SortedLabels { count } => write!(
                f,
                "the first {} examples have the same label: `.shuffle(seed)` takes them in another order",
                thousands(count)
            ),
            Self::OnTheirSide { share } => write!(
                f,
                "{:.0} % of the pictures are wider than high: they may lie on their side, as EMNIST's do; \
                 `.transposed()` sets them upright",
                100.0 * share
            ),
            Self::SameAnswer { class, grown: true } => {
                write!(f, "the answer is {class} for every example: the learning rate is likely too large")
            }
            Self::SameAnswer { class, grown: false } => write!(
                f,
                "the answer is {class} for every example: the learning rate is likely too small, or the labels do not \
                 belong to the inputs"
            ),
            Self::RisingLoss => {
                write!(f, "the training loss has risen for three epochs: the learning rate is likely too large")
            }
            Self::RisingTestLoss => write!(
                f,
                "the test loss has risen for three epochs while the training loss falls: the network learns its examples \
                 by heart; fewer epochs, fewer neurons or more examples help"
            ),
            Self::FarBelowTraining { train, test } => write!(
                f,
                "of the training set {train:.2} are right, of the test set only {test:.2}: the examples were learned by \
                 heart, or the two sets differ in their classes, their scale or the order of their pixels"
            ),
        }
    }
}

/// 5,923 for 5923.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_have_commas() {
        let texts = [1, 999, 1000, 5923, 60_000, 1_234_567].map(thousands);
        assert_eq!(texts, ["1", "999", "1,000", "5,923", "60,000", "1,234,567"]);
    }

    #[test]
    fn a_hint_is_one_line_with_the_likely_cause() {
        let silent = |neurons, saturated| Hint::SilentLayer { layer: 1, neurons, saturated }.to_string();
        let cause = "no gradient reaches them; the learning rate is likely too large";
        assert_eq!(silent(100, false), format!("all 100 neurons of layer 1 are silent: {cause}"));
        assert_eq!(silent(1, true), format!("the only neuron of layer 1 is saturated: {cause}"));
        let large = Hint::LargeInputs { largest: 255.0 }.to_string();
        assert_eq!(large, "inputs reach 255; these networks want about 0 to 1: divide them by 255");
        let sorted = Hint::SortedLabels { count: 5923 }.to_string();
        assert!(sorted.starts_with("the first 5,923 examples have the same label: `.shuffle(seed)`"), "{sorted}");
    }
}
