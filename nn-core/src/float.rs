//! The precision of a network's numbers.

use ndarray::NdFloat;
use safetensors::Dtype;

/// `f32`, the precision to train in, or `f64`, for checking gradients and for comparing with numpy.
///
/// Implemented for these two and no others.
pub trait Float: NdFloat + sealed::Sealed {
    /// This precision's name in a safetensors file.
    #[doc(hidden)]
    const DTYPE: Dtype;

    /// As many as fill 64 bytes: see `fast/lines.rs`.
    #[doc(hidden)]
    type Lanes: AsMut<[Self]> + AsRef<[Self]> + Copy + Default + Send + Sync;

    /// The number nearest to `value`.
    fn of(value: f64) -> Self;

    /// The same number as an `f64`, exactly.
    fn f64(self) -> f64;

    /// The bytes of a little-endian file.
    #[doc(hidden)]
    fn little_endian(self) -> impl IntoIterator<Item = u8>;
}

macro_rules! precision {
    ($float:ident, $dtype:ident) => {
        impl Float for $float {
            const DTYPE: Dtype = Dtype::$dtype;
            type Lanes = [Self; 64 / size_of::<Self>()];

            #[inline]
            fn of(value: f64) -> Self {
                value as $float
            }

            #[inline]
            fn f64(self) -> f64 {
                self.into()
            }

            fn little_endian(self) -> impl IntoIterator<Item = u8> {
                self.to_le_bytes()
            }
        }

        impl sealed::Sealed for $float {}
    };
}

precision!(f32, F32);
precision!(f64, F64);

mod sealed {
    pub trait Sealed {}
}
