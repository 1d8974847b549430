//! The processor that was measured.

use std::process::Command;

use nn_kernel::process;

/// Its name, its cores, and the widest vector instructions that it has.
pub fn description() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{}, {cores} cores, {}", name(), vectors())
}

/// Whether its registers hold 512 bits.
pub fn has_avx512() -> bool {
    vectors() == "AVX-512"
}

fn name() -> String {
    let name = if cfg!(target_os = "linux") {
        let described = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let name = described.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        name.map(|(_, name)| name.to_owned())
    } else if cfg!(target_os = "macos") {
        process::read(Command::new("sysctl").args(["-n", "machdep.cpu.brand_string"])).ok()
    } else {
        std::env::var("PROCESSOR_IDENTIFIER").ok()
    };
    name.unwrap_or_else(|| format!("a processor without a name ({})", std::env::consts::ARCH))
}

#[cfg(target_arch = "x86_64")]
fn vectors() -> &'static str {
    if is_x86_feature_detected!("avx512f") {
        "AVX-512"
    } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        "AVX2 with FMA"
    } else {
        "neither AVX-512 nor AVX2 with FMA"
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn vectors() -> &'static str {
    if cfg!(target_arch = "aarch64") { "NEON" } else { "vectors unknown" }
}
