//! A disk that is full, a folder that is read-only, files that others left: an error, and nothing in memory or on disk is lost.
#![cfg(unix)]

mod common;

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use common::{easy_data, message};
use nn_core::prelude::*;

const CHILD_FOLDER: &str = "NN_CORE_CHILD_FOLDER";
const CHILD_ERROR: &str = "NN_CORE_CHILD_ERROR";

fn network(seed: u64) -> Network {
    Network::new(&[20, 30, 3], &[Relu, Softmax], seed).unwrap()
}

fn training() -> Training {
    Training::new(Loss::CrossEntropy).mini_batch_size(10).epochs(1).quiet()
}

/// Not a test of its own: what the tests below start, with a folder where no file can be written, and the reason for that.
#[test]
fn child_that_cannot_write() {
    let Some(folder) = std::env::var_os(CHILD_FOLDER) else { return };
    let (folder, reason) = (Path::new(&folder), std::env::var(CHILD_ERROR).unwrap());
    let assert_refused = |name: &str, result: Result<()>| {
        let (message, path) = (message(result), folder.join(name));
        assert!(message.starts_with(&format!("{}: cannot write: {reason}", path.display())), "{message}");
    };
    let data = easy_data(100, 20, 3, 1);
    let (mut trained, mut expected) = (network(7), network(7));
    training().run(&mut expected, &data, &data).unwrap();
    let result = training().checkpoint(folder.join("checkpoint")).run(&mut trained, &data, &data);
    assert_refused("checkpoint", result.map(|_| ()));
    assert_eq!(trained, expected, "what was learned is lost");
    assert_refused("network", trained.save(folder.join("network")));
    let figure = trained.layers()[0].activation.plot();
    assert_refused("figure.svg", figure.save(folder.join("figure.svg")));
    assert_refused("figure.png", figure.save(folder.join("figure.png")));
    println!("\nthe child came to its end");
}

const FILES: [&str; 4] = ["checkpoint", "network", "figure.svg", "figure.png"];

/// Runs the child in a folder with an older file of every name; these must be as before, and nothing else be there.
fn run_child(mut command: Command, folder: &Path, reason: &str) {
    command.args(["--exact", "child_that_cannot_write", "--nocapture"]);
    let output = command.env(CHILD_FOLDER, folder).env(CHILD_ERROR, reason).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("the child came to its end"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    for name in FILES {
        assert_eq!(fs::read_to_string(folder.join(name)).unwrap(), "older", "{name}");
    }
    assert_eq!(fs::read_dir(folder).unwrap().count(), FILES.len());
}

fn folder_of_older_files() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    FILES.iter().for_each(|name| fs::write(folder.path().join(name), "older").unwrap());
    folder
}

/// The shell takes a limit of one block, 512 bytes or 1024, for every file; a write beyond that fails as on a full disk.
#[test]
fn a_disk_without_room_is_an_error_and_nothing_is_lost() {
    let folder = folder_of_older_files();
    let mut command = Command::new("sh");
    // Otherwise the system ends the process at such a write.
    command.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\""]).arg(std::env::current_exe().unwrap());
    run_child(command, folder.path(), "File too large");
}

/// Root may write everywhere, unless `setpriv` takes that privilege away.
#[test]
fn a_read_only_folder_is_an_error_and_nothing_is_lost() {
    let folder = folder_of_older_files();
    let allow = |mode| fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
    allow(0o555);
    let (this, probe) = (std::env::current_exe().unwrap(), folder.path().join("probe"));
    let mut command = Command::new(&this);
    if fs::write(&probe, "").is_ok() {
        fs::remove_file(&probe).unwrap();
        command = Command::new("setpriv");
        command.args(["--bounding-set", "-dac_override,-dac_read_search"]).arg(this);
    }
    run_child(command, folder.path(), "Permission denied");
    allow(0o755);
}

/// A folder where not even root may make a file, and the device that is always full.
#[cfg(target_os = "linux")]
#[test]
fn folders_of_the_system_are_errors() {
    let error = message(network(7).save("/proc/network"));
    assert!(error.starts_with("/proc/network: cannot write: "), "{error}");
    let error = message(network(7).save("/dev/full"));
    assert_eq!(error, "/dev/full: cannot write: it is a folder or a device, not a file");
}

/// What a killed process was writing is removed by the next one that writes the same file; anything else stays.
#[test]
fn temporary_files_of_dead_processes_do_not_pile_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let ours = std::process::id();
    for dead in ["a.1.0.tmp".into(), "a.4194000.17.tmp".into(), format!("a.{ours}.4000000000.tmp")] {
        fs::write(path(&dead), "half a netw").unwrap();
    }
    let stay = ["a.2.0.tmp", "a.tmp", "a.1.tmp", "a.1.x.tmp", "a.1.0.tmp.1", "b.1.0.tmp", "ab.1.0.tmp"];
    stay.iter().for_each(|name| fs::write(path(name), "").unwrap());
    // A process that is still writing.
    let living = File::open(path(stay[0])).unwrap();
    living.lock().unwrap();
    // Would keep waiting whoever opens it.
    assert!(Command::new("mkfifo").arg(path("a.3.0.tmp")).status().unwrap().success());

    network(7).save(path("a")).unwrap();
    let mut found: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let mut expected = [&stay[..], &["a", "a.3.0.tmp"]].concat();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

/// Each save is whole before the file has its name, however many save at once.
#[test]
fn threads_that_save_to_one_file_do_not_mix() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("network");
    let (one, other) = (network(1), network(2));
    one.save(&path).unwrap();
    std::thread::scope(|scope| {
        for network in [&one, &other, &one, &other] {
            scope.spawn(|| (0..50).for_each(|_| network.save(&path).unwrap()));
        }
        for _ in 0..200 {
            let found = Network::load(&path).unwrap();
            assert!(found == one || found == other);
        }
    });
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}
