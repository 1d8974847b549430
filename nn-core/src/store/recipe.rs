//! How a network came to be, in words: the part of its receipt that only the network knows.

/// What happened to a network so far, one row of its receipt for each part: a title and a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Recipe(Vec<(String, String)>);

/// Between the rows of a recipe in a checkpoint, and between a row's title and its text.
const ROWS: &str = "; ";
const TITLE: &str = ": ";

impl Recipe {
    /// Weights and biases drawn from `seed`.
    pub(crate) fn seed(seed: u64) -> Self {
        Self::of("initial weights", &format!("seed {seed}"))
    }

    /// Weights and biases that were made elsewhere, or loaded from a file.
    pub(crate) fn given() -> Self {
        Self::of("initial weights", "given, not drawn from a seed")
    }

    fn of(title: &str, text: &str) -> Self {
        Self(vec![(title.to_owned(), text.to_owned())])
    }

    fn and(&self, title: &str, text: &str) -> Self {
        Self([self.0.as_slice(), &Self::of(title, text).0].concat())
    }

    /// Steps were taken by hand; however many, they are one row.
    pub(crate) fn stepped(&mut self) {
        const STEPS: &str = "steps";
        if self.0.last().is_none_or(|(title, _)| title != STEPS) {
            *self = self.and(STEPS, "by hand, with Network::step");
        }
    }

    /// A training begins with weights of this fingerprint.
    pub(crate) fn begun(&self, fingerprint: &str) -> Self {
        self.and("trained from", &format!("fingerprint {fingerprint}"))
    }

    /// The training has done so many epochs on `what`, `cross-entropy, learning rate 0.01`, in these mini-batches,
    /// `of 100 from 60000 examples in order`.
    pub(crate) fn trained(&self, epochs: usize, what: &str, mini_batches: &str) -> Self {
        let epochs = format!("{epochs} epoch{} on {what}", if epochs == 1 { "" } else { "s" });
        self.and("training", &epochs).and("mini-batches", mini_batches)
    }

    /// ■ stopped the training there, `in epoch 4 of 10, after 217 of 600 mini-batches`.
    pub(crate) fn stopped(&self, place: &str) -> Self {
        self.and("stopped", place)
    }

    /// Title and text of each row.
    pub(crate) fn rows(&self) -> &[(String, String)] {
        &self.0
    }

    /// One line, for a checkpoint.
    pub(crate) fn line(&self) -> String {
        let rows: Vec<_> = self.rows().iter().map(|(title, text)| format!("{title}{TITLE}{text}")).collect();
        rows.join(ROWS)
    }

    /// The recipe of that line; what has no title is left out.
    pub(crate) fn read(line: &str) -> Self {
        let mut rows = Vec::new();
        for row in line.split(ROWS) {
            if let Some((title, text)) = row.split_once(TITLE) {
                rows.push((title.to_owned(), text.to_owned()));
            }
        }
        Self(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_written_into_a_checkpoint_is_read_back() {
        let recipe = Recipe::seed(7).begun("0a1b2c3d").trained(3, "mse, learning rate 1", "of 2 from 9 in order");
        assert_eq!(
            recipe.line(),
            "initial weights: seed 7; trained from: fingerprint 0a1b2c3d; \
            training: 3 epochs on mse, learning rate 1; mini-batches: of 2 from 9 in order"
        );
        assert_eq!(Recipe::read(&recipe.line()), recipe);
    }

    #[test]
    fn many_steps_by_hand_are_one_row() {
        let mut recipe = Recipe::given();
        (0..3).for_each(|_| recipe.stepped());
        assert_eq!(recipe.rows().len(), 2);
    }
}
