//! Processors: each loop is compiled for several kinds, and the best that the processor at hand has is taken.
//!
//! The environment variable `NN_CORE_SIMD` takes another one that it has, by its name here. Numbers differ between `plain` and
//! the others, which round once where `plain` rounds twice; not among those.

use std::sync::OnceLock;

use crate::{Error, Float, Result};

/// What a loop may count on.
pub(super) trait Machine {
    /// Whether one instruction multiplies and adds.
    const FMA: bool;

    /// How many [`Line`](super::lines::Line)s the registers for vectors hold together.
    const LINES: usize;
}

/// A loop worth compiling several times.
pub(super) trait Loop {
    type Output;

    /// The loop itself.
    ///
    /// Must be `#[inline(always)]`, and call only what is inlined, to be compiled for the processor at hand.
    fn run<M: Machine>(self) -> Self::Output;
}

/// Runs `work` with the best instructions that this processor has.
pub(super) fn run<L: Loop>(work: L) -> L::Output {
    match Kind::here() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the processor has the features that the function is compiled for: Kind::is_here.
        #[allow(unsafe_code)]
        Kind::Avx512 => unsafe { run_avx512(work) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        #[allow(unsafe_code)]
        Kind::Avx2 => unsafe { run_avx2(work) },
        Kind::Neon => work.run::<Neon>(),
        _ => work.run::<Plain>(),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,fma")]
fn run_avx512<L: Loop>(work: L) -> L::Output {
    work.run::<Avx512>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn run_avx2<L: Loop>(work: L) -> L::Output {
    work.run::<Avx2>()
}

macro_rules! machines {
    ($($name:ident: fma $fma:literal, $lines:literal lines, $doc:literal;)*) => {
        $(
            #[doc = $doc]
            struct $name;

            impl Machine for $name {
                const FMA: bool = $fma;
                const LINES: usize = $lines;
            }
        )*
    };
}

machines! {
    Plain: fma false, 4 lines, "Sixteen registers of 16 bytes, as every x86-64 has.";
    Neon: fma true, 8 lines, "Thirty-two of 16 bytes, as every aarch64 has.";
    Avx2: fma true, 8 lines, "Sixteen of 32 bytes.";
    Avx512: fma true, 32 lines, "Thirty-two of 64 bytes.";
}

/// A kind of processor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Avx512,
    Avx2,
    Neon,
    Plain,
}

/// The variable that takes another kind than the best.
pub(super) const VARIABLE: &str = "NN_CORE_SIMD";

impl Kind {
    /// From the best on.
    pub(super) const ALL: [(Self, &str); 4] =
        [(Self::Avx512, "avx512"), (Self::Avx2, "avx2"), (Self::Neon, "neon"), (Self::Plain, "plain")];

    /// The kind that loops run on, the same for the whole life of the program.
    #[inline]
    pub(super) fn here() -> Self {
        static HERE: OnceLock<Kind> = OnceLock::new();
        *HERE.get_or_init(|| Self::asked().ok().flatten().unwrap_or_else(Self::best))
    }

    fn best() -> Self {
        Self::ALL.into_iter().map(|(kind, _)| kind).find(|kind| kind.is_here()).unwrap_or(Self::Plain)
    }

    /// The kind that the variable asks for, if it is set.
    fn asked() -> Result<Option<Self>> {
        let Some(asked) = std::env::var_os(VARIABLE) else { return Ok(None) };
        let mut here = Self::ALL.into_iter().filter(|(kind, _)| kind.is_here());
        let found = here.clone().find(|(_, name)| asked == *name);
        found.map(|(kind, _)| Some(kind)).ok_or_else(|| {
            let last = here.next_back().map_or("", |(_, name)| name);
            let expected = here.fold(String::new(), |names, (_, name)| names + name + " or ") + last;
            Error::argument(VARIABLE, expected + ", which this processor has", asked.to_string_lossy())
        })
    }

    /// How wide a panel may be, in lines: a row of it fits twice into the registers, or its block into the cache.
    pub(super) fn widest(self) -> usize {
        match self {
            Self::Avx512 => MOST_LINES,
            Self::Avx2 | Self::Neon => Avx2::LINES / 2,
            Self::Plain => Plain::LINES / 2,
        }
    }

    /// Whether the processor at hand is of this kind.
    pub(super) fn is_here(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("fma")
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            Self::Neon => cfg!(target_arch = "aarch64"),
            Self::Plain => true,
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }
}

/// Fails if the environment asks for what this processor has not.
pub(crate) fn check_machine() -> Result<()> {
    Kind::asked().map(|_| ())
}

/// The most [`Line`](super::lines::Line)s in a row of a panel.
pub(super) const MOST_LINES: usize = 8;

/// x · y + z.
#[inline(always)]
pub(super) fn multiply_add<M: Machine, F: Float>(x: F, y: F, z: F) -> F {
    if M::FMA { x.mul_add(y, z) } else { x * y + z }
}
