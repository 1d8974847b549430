//! The connection file: where Jupyter wants its five sockets, and where we want evcxr's.

use super::message::{Key, unique};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use tokio::net::TcpSocket;

/// Five sockets and the key that signs what passes through them.
pub struct Connection {
    /// Signs and checks.
    pub key: Key,
    fields: Value,
    /// Keep evcxr's ports free until it listens there.
    _reserved: Vec<TcpSocket>,
}

/// Which of the five.
#[derive(Clone, Copy)]
pub enum Port {
    /// Requests: execute, complete, …
    Shell,
    /// Requests that do not wait: interrupt, shutdown.
    Control,
    /// Questions to the person.
    Stdin,
    /// What everybody sees.
    Iopub,
    /// Whether we live.
    Heartbeat,
}

impl Connection {
    /// Reads the file that Jupyter wrote.
    ///
    /// # Errors
    /// Names the file, and the field that is missing.
    pub fn read(path: &Path) -> Result<Connection> {
        let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let fields: Value =
            serde_json::from_slice(&text).with_context(|| format!("{}: not a connection file", path.display()))?;
        for port in [Port::Shell, Port::Control, Port::Stdin, Port::Iopub, Port::Heartbeat] {
            let valid = fields[port.field()].as_u64().is_some_and(|port| u16::try_from(port).is_ok());
            valid.then_some(()).with_context(|| format!("{}: no {}", path.display(), port.field()))?;
        }
        let key = Key::new(fields["key"].as_str().with_context(|| format!("{}: no key", path.display()))?)?;
        Ok(Connection { key, fields, _reserved: Vec::new() })
    }

    /// Writes a file for evcxr to `path`, which nobody else may read: free ports on loopback, a key that nobody knows.
    pub fn for_evcxr(path: &Path) -> Result<Connection> {
        let reserved: Result<Vec<TcpSocket>, _> = (0..5).map(|_| reserve()).collect();
        let mut reserved = reserved.context("no free ports on 127.0.0.1")?;
        let mut fields = json!({
            "transport": "tcp",
            "ip": "127.0.0.1",
            "signature_scheme": "hmac-sha256",
            "key": format!("{}{}", unique(), unique()),
        });
        let ports = [Port::Shell, Port::Control, Port::Stdin, Port::Iopub, Port::Heartbeat];
        for (port, socket) in ports.iter().zip(&reserved) {
            fields[port.field()] = socket.local_addr().context("a socket without an address")?.port().into();
        }
        if !SHARES_RESERVED {
            reserved.clear();
        }
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(path).and_then(|mut file| file.write_all(fields.to_string().as_bytes()));
        written.with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Connection { key: Key::new(fields["key"].as_str().unwrap_or(""))?, fields, _reserved: reserved })
    }

    /// `tcp://127.0.0.1:40123`, or `ipc://path-1`.
    pub fn address(&self, port: Port) -> String {
        let transport = self.fields["transport"].as_str().unwrap_or("tcp");
        let ip = self.fields["ip"].as_str().unwrap_or("127.0.0.1");
        let number = &self.fields[port.field()];
        let separator = if transport == "ipc" { '-' } else { ':' };
        format!("{transport}://{ip}{separator}{number}")
    }
}

/// Whether another process may listen on a port that we have and do not listen on.
const SHARES_RESERVED: bool = cfg!(target_os = "linux");

/// A socket with a port that nobody else is given in the second until evcxr listens there.
fn reserve() -> std::io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(SHARES_RESERVED)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    Ok(socket)
}

impl Port {
    fn field(self) -> &'static str {
        match self {
            Port::Shell => "shell_port",
            Port::Control => "control_port",
            Port::Stdin => "stdin_port",
            Port::Iopub => "iopub_port",
            Port::Heartbeat => "hb_port",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temporary(name: &str) -> std::path::PathBuf {
        let path = std::env::temp_dir().join(format!("nn-kernel-{name}-{}.json", std::process::id()));
        let _ = fs::remove_file(&path);
        path
    }

    #[test]
    fn evcxr_s_connection_is_for_us_alone() {
        let path = temporary("ours");
        let connection = Connection::for_evcxr(&path).unwrap();
        let read = Connection::read(&path).unwrap();
        assert_eq!(read.address(Port::Shell), connection.address(Port::Shell));
        assert!(connection.address(Port::Iopub).starts_with("tcp://127.0.0.1:"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::remove_file(path).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn evcxr_s_ports_are_kept_for_it() {
        use std::net::TcpListener;
        let path = temporary("reserved");
        let connection = Connection::for_evcxr(&path).unwrap();
        fs::remove_file(path).unwrap();
        let address = connection.address(Port::Shell).replace("tcp://", "");
        let other = TcpSocket::new_v4().unwrap();
        assert!(other.bind(address.parse().unwrap()).is_err(), "somebody else was given evcxr's port");
        // As evcxr listens: std and tokio both allow that an address is used again.
        assert!(TcpListener::bind(&address).is_ok());
    }

    #[test]
    fn a_file_without_a_port_is_refused_by_the_port_s_name() {
        let path = temporary("broken");
        fs::write(&path, r#"{"shell_port": 1, "control_port": 2, "stdin_port": 3, "hb_port": 5, "key": ""}"#).unwrap();
        let error = format!("{:#}", Connection::read(&path).err().unwrap());
        fs::remove_file(&path).unwrap();
        assert!(error.ends_with("no iopub_port") && error.starts_with(&path.display().to_string()), "{error}");
    }
}
