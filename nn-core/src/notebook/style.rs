//! The look that the confusion matrix and the mistakes share. Every element carries its own style: JupyterLab strips style
//! sheets from a notebook that was not run yet.

use crate::plot::theme::{BORDER, CARD, GREY, INK};

/// Of a title, on a `<b>`.
pub(super) const TITLE: &str = "font-size:16px";

/// The card that figures lie on, in HTML.
pub(super) fn card() -> String {
    format!(
        "{};border:1px solid {};border-radius:10px;padding:18px 22px;max-width:772px;box-sizing:border-box;\
         font-family:Inter,'Helvetica Neue',Arial,sans-serif;font-size:13px;line-height:1.4",
        paper(),
        BORDER.hex()
    )
}

/// Text on the card's own background, whatever the page's is.
pub(super) fn paper() -> String {
    format!("background:{};{}", CARD.hex(), ink())
}

pub(super) fn ink() -> String {
    format!("color:{}", INK.hex())
}

pub(super) fn grey() -> String {
    format!("color:{}", GREY.hex())
}
