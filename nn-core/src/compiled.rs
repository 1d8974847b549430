//! What a notebook does in `f32` and `f64`, compiled with this crate.
//!
//! A generic function is compiled where it is called. A cell would compile a `forward` of its own, and a cell is not optimised: it
//! would take longer to come and longer to run. A function that is marked `#[inline(never)]` is taken from its own crate, for all
//! types that this crate uses it with. Here it uses them.

use std::hint::black_box;

use crate::data::one_hot;
use crate::{Activation, Float, Gradients, Loss, Network, Training};

#[used]
static F32: fn() = compile::<f32>;
#[used]
static F64: fn() = compile::<f64>;

/// Names the functions, so that they are compiled.
fn compile<F: Float>() {
    black_box(Network::<F>::forward as fn(_, _) -> _);
    black_box(Network::<F>::backward as fn(_, _, _, _) -> _);
    black_box(Network::<F>::step as fn(_, _, _) -> _);
    black_box(Network::<F>::predict as fn(_, _) -> _);
    black_box(Network::<F>::logits as fn(_, _) -> _);
    black_box(Network::<F>::classify as fn(_, _) -> _);
    black_box(Network::<F>::classify_all as fn(_, _) -> _);
    black_box(Network::<F>::evaluate as fn(_, _, _) -> _);
    black_box(Network::<F>::sizes as fn(_) -> _);
    black_box(Network::<F>::cast::<f32> as fn(_) -> _);
    black_box(Network::<F>::cast::<f64> as fn(_) -> _);
    black_box(Gradients::<F>::zeros as fn(_) -> _);
    black_box(Gradients::<F>::scale as fn(_, _));
    black_box(Gradients::<F>::scaled_add as fn(_, _, _) -> _);
    black_box(Activation::value::<F> as fn(_, _) -> _);
    black_box(Activation::derivative::<F> as fn(_, _) -> _);
    black_box(Activation::delta::<F> as fn(_, _, _) -> _);
    black_box(Loss::value::<F> as fn(_, _, _) -> _);
    black_box(Loss::value_from_logits::<F> as fn(_, _, _, _) -> _);
    black_box(Loss::gradient::<F> as fn(_, _, _) -> _);
    black_box(Loss::delta::<F> as fn(_, _, _, _) -> _);
    black_box(one_hot::<F> as fn(_, _) -> _);
    black_box(Training::by_the_book::<F> as fn(_, _, _) -> _);
    black_box(Training::run::<F> as fn(_, _, _, _) -> _);
    black_box(Training::resume::<F> as fn(_, _, _, _) -> _);
    #[cfg(feature = "figures")]
    black_box(Gradients::<F>::plot as fn(_) -> _);
    #[cfg(feature = "figures")]
    black_box(crate::Trace::<F>::plot as fn(_) -> _);
}
