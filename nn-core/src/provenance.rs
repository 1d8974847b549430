//! What a network's bits depend on besides its settings and data: this crate, and the processor.

/// This crate's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The kind of processor, with the instructions that decide how sums are rounded: `x86_64 linux with fma, avx2`.
///
/// The same training gives the same [`fingerprint`](crate::Network::fingerprint) wherever this is the same.
pub fn processor() -> String {
    #[cfg(target_arch = "x86_64")]
    let features = [
        ("fma", is_x86_feature_detected!("fma")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
    ];
    #[cfg(not(target_arch = "x86_64"))]
    let features: [(&str, bool); 0] = [];
    let found: Vec<_> = features.into_iter().filter(|(_, found)| *found).map(|(name, _)| name).collect();
    let found = if found.is_empty() { String::new() } else { format!(" with {}", found.join(", ")) };
    format!("{} {}{found}", std::env::consts::ARCH, std::env::consts::OS)
}
