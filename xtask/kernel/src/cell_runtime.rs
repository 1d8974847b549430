// Compiled into every cell, after evcxr's code and the person's: see `source.rs`. It needs nothing but std.
use std::io::Write;
use std::panic::Location;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

static FAILED: AtomicBool = AtomicBool::new(false);
static PANIC: Mutex<Option<(bool, String)>> = Mutex::new(None);

fn quoted(text: &str) -> String {
    let mut json = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => json.extend(['\\', letter]),
            '\0'..='\x1f' | '\x7f' => json.push_str(&format!("\\u{:04x}", letter as u32)),
            _ => json.push(letter),
        }
    }
    json.push('"');
    json
}

fn record(json: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "\x1e{json}");
    let _ = stdout.flush();
}

fn failure(name: &str, message: &str, file: &str, line: u32, backtrace: &str) -> String {
    let [message, file, backtrace] = [message, file, backtrace].map(quoted);
    format!("{{\"error\":{{\"name\":\"{name}\",\"message\":{message},\"file\":{file},\"line\":{line},\"backtrace\":{backtrace}}}}}")
}

pub fn begin(with_backtrace: bool) {
    FAILED.store(false, Ordering::SeqCst);
    let cell = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        let (file, line) = panic.location().map_or(("", 0), |place| (place.file(), place.line()));
        let message = panic.payload_as_str().unwrap_or("a value that is no text");
        let backtrace = if with_backtrace { std::backtrace::Backtrace::force_capture().to_string() } else { String::new() };
        let ours = std::thread::current().id() == cell;
        if !ours {
            let name = std::thread::current().name().unwrap_or("without a name").to_owned();
            eprintln!("thread {name} panicked at {file}:{line}: {message}\n{backtrace}");
        }
        if let Ok(mut last) = PANIC.lock() {
            if ours || last.is_none() {
                *last = Some((ours, failure("Panic", message, file, line, &backtrace)));
            }
        }
    }));
}

pub fn line() {
    record("");
}

pub fn error(message: &str, place: &Location<'_>) {
    FAILED.store(true, Ordering::SeqCst);
    record(&failure("Error", message, place.file(), place.line(), ""));
}

pub fn panicked() {
    FAILED.store(true, Ordering::SeqCst);
    let last = PANIC.lock().ok().and_then(|mut last| last.take());
    record(&last.map_or_else(|| failure("Panic", "", "", 0, ""), |(_, json)| json));
}

pub fn failed() -> bool {
    FAILED.load(Ordering::SeqCst)
}

pub fn end() {
    record("{\"end\":true,\"of\":\"stdout\"}");
    if !end_of_stderr() && one_stream() {
        end_of_stderr();
    }
}

fn end_of_stderr() -> bool {
    writeln!(std::io::stderr(), "\x1e{{\"end\":true,\"of\":\"stderr\"}}").is_ok()
}

#[cfg(unix)]
fn one_stream() -> bool {
    unsafe extern "C" {
        fn dup2(old: i32, new: i32) -> i32;
    }
    unsafe { dup2(1, 2) == 2 }
}

#[cfg(not(unix))]
fn one_stream() -> bool {
    false
}
