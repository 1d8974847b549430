//! Jupyter's messages: parts on a socket, signed with the connection's key.
//!
//! ```text
//! identity …, "<IDS|MSG>", HMAC-SHA256 of the rest, header, parent header, metadata, content, buffer …
//! ```

use super::OURS;
use anyhow::{Context, Result, bail};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::time::SystemTime;
use zeromq::ZmqMessage;

const DELIMITER: &[u8] = b"<IDS|MSG>";
/// The version of the messages that we send.
pub const PROTOCOL: &str = "5.3";

/// Signs and checks messages with the key of a connection file; an empty key signs nothing.
#[derive(Clone)]
pub struct Key(Option<Hmac<Sha256>>);

impl Key {
    /// The key that stands in a connection file.
    pub fn new(key: &str) -> Result<Key> {
        if key.is_empty() {
            return Ok(Key(None));
        }
        Ok(Key(Some(Hmac::new_from_slice(key.as_bytes()).context("the connection file's key cannot sign")?)))
    }

    fn sign(&self, parts: &[Bytes]) -> String {
        let Some(mac) = &self.0 else { return String::new() };
        let mut mac = mac.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Compared in constant time: the time of a comparison must not tell the signature.
    fn is_signature(&self, signature: &[u8], parts: &[Bytes]) -> bool {
        let Some(mac) = &self.0 else { return true };
        let Some(signature) = from_hex(signature) else { return false };
        let mut mac = mac.clone();
        for part in parts {
            mac.update(part);
        }
        mac.verify_slice(&signature).is_ok()
    }
}

fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    if !text.is_ascii() || text.len() % 2 == 1 {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

/// One message, its identities apart.
#[derive(Clone, Debug)]
pub struct Message {
    /// Who it came from or goes to; on iopub, its topic.
    pub identities: Vec<Bytes>,
    /// `msg_id`, `msg_type`, `session`, …
    pub header: Value,
    /// The header of the request that this belongs to.
    pub parent: Value,
    /// Rarely anything.
    pub metadata: Value,
    /// What it says.
    pub content: Value,
    /// Bytes that widgets add.
    pub buffers: Vec<Bytes>,
}

impl Message {
    /// Reads what came from a socket.
    ///
    /// # Errors
    /// Says which part is missing or not JSON, or that the signature is wrong.
    pub fn read(parts: ZmqMessage, key: &Key) -> Result<Message> {
        let mut parts = parts.into_vec();
        let delimiter = parts.iter().position(|part| &part[..] == DELIMITER).context("a message without <IDS|MSG>")?;
        let rest = parts.split_off(delimiter);
        let [_, signature, signed @ ..] = rest.as_slice() else { bail!("a message without a signature") };
        if !key.is_signature(signature, signed) {
            bail!("a message whose signature is wrong");
        }
        let [header, parent, metadata, content, buffers @ ..] = signed else {
            bail!("a message of {} parts, expected at least 4 after its signature", signed.len());
        };
        let header = object("header", header)?;
        if header["msg_type"].as_str().is_none() || header["msg_id"].as_str().is_none() {
            bail!("a message whose header has no msg_type or msg_id");
        }
        Ok(Message {
            identities: parts,
            header,
            parent: object("parent header", parent)?,
            metadata: object("metadata", metadata)?,
            content: object("content", content)?,
            buffers: buffers.to_vec(),
        })
    }

    /// Whether nobody but us asked this.
    pub fn is_ours(&self) -> bool {
        self.header["session"] == OURS
    }

    /// Whether nobody is to see it run.
    pub fn is_silent(&self) -> bool {
        self.content["silent"].as_bool().unwrap_or(false)
    }

    /// Whether it counts: it gets a number in the notebook, and a place in the history.
    pub fn is_stored(&self) -> bool {
        !self.is_silent() && self.content["store_history"].as_bool().unwrap_or(true)
    }

    /// Whether this belongs to what nobody but us asked.
    pub fn is_about_ours(&self) -> bool {
        self.parent["session"] == OURS
    }

    /// The parts of this message, signed with `key`.
    pub fn to_parts(&self, key: &Key) -> ZmqMessage {
        let json = [&self.header, &self.parent, &self.metadata, &self.content].map(|part| part.to_string().into());
        let signed: Vec<Bytes> = json.into_iter().chain(self.buffers.iter().cloned()).collect();
        let mut parts = self.identities.clone();
        parts.extend([Bytes::from_static(DELIMITER), key.sign(&signed).into()]);
        parts.extend(signed);
        ZmqMessage::try_from(parts).expect("a message has more parts than none")
    }

    /// A message about this request, for iopub.
    pub fn about(&self, kind: &str, content: Value) -> Message {
        Message {
            identities: Vec::new(),
            header: json!({
                "msg_id": unique(),
                "msg_type": kind,
                "session": self.header["session"],
                "username": "kernel",
                "date": now(),
                "version": PROTOCOL,
            }),
            parent: self.header.clone(),
            metadata: json!({}),
            content,
            buffers: Vec::new(),
        }
    }

    /// The answer to this request, for the socket that it came from.
    pub fn reply(&self, content: Value) -> Message {
        let kind = self.kind().replace("_request", "_reply");
        Message { identities: self.identities.clone(), ..self.about(&kind, content) }
    }

    /// `execute_request`, say.
    pub fn kind(&self) -> &str {
        self.header["msg_type"].as_str().unwrap_or("")
    }

    /// The identity of this message.
    pub fn id(&self) -> &str {
        self.header["msg_id"].as_str().unwrap_or("")
    }

    /// The identity of the request that this message belongs to; empty if there is none.
    pub fn parent_id(&self) -> &str {
        self.parent["msg_id"].as_str().unwrap_or("")
    }

    /// The cell of an execute, complete or inspect request.
    pub fn code(&self) -> &str {
        self.content["code"].as_str().unwrap_or("")
    }
}

fn object(name: &str, part: &Bytes) -> Result<Value> {
    let value: Value = serde_json::from_slice(part).with_context(|| format!("a message whose {name} is not JSON"))?;
    if !value.is_object() {
        bail!("a message whose {name} is not a JSON object");
    }
    Ok(value)
}

/// A name that nobody else has.
pub fn unique() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// The time as messages hold it.
pub fn now() -> String {
    humantime::format_rfc3339_micros(SystemTime::now()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Message {
        let header = json!({ "msg_id": "1", "msg_type": "execute_request", "session": "s" });
        Message {
            identities: vec![Bytes::from_static(b"client")],
            header,
            parent: json!({}),
            metadata: json!({}),
            content: json!({ "code": "1 + 1" }),
            buffers: vec![Bytes::from_static(b"\xff\x00")],
        }
    }

    #[test]
    fn a_signed_message_is_read_back() {
        let key = Key::new("secret").unwrap();
        let read = Message::read(request().to_parts(&key), &key).unwrap();
        assert_eq!((read.kind(), read.id(), read.code()), ("execute_request", "1", "1 + 1"));
        assert_eq!((read.identities, read.buffers), (request().identities, request().buffers));
    }

    /// HMAC-SHA256 by Python's `hmac.new(b"secret", b"{}{}{}{}", "sha256").hexdigest()`.
    #[test]
    fn the_signature_is_python_s() {
        let parts = vec![Bytes::from_static(b"{}"); 4];
        let signature = "34982f0bfec60e7b933ffde06c1ecab0fba073717a95ab943d1dd06f82c2d5e4";
        assert_eq!(Key::new("secret").unwrap().sign(&parts), signature);
    }

    #[test]
    fn another_key_and_a_changed_part_are_refused() {
        let (key, other) = (Key::new("secret").unwrap(), Key::new("other").unwrap());
        let error = Message::read(request().to_parts(&other), &key).unwrap_err();
        assert!(error.to_string().contains("signature is wrong"), "{error}");
        let mut parts = request().to_parts(&key).into_vec();
        *parts.iter_mut().nth_back(1).unwrap() = Bytes::from_static(b"{\"code\":\"2\"}");
        assert!(Message::read(ZmqMessage::try_from(parts).unwrap(), &key).is_err());
    }

    #[test]
    fn what_is_no_message_is_an_error_and_no_panic() {
        let key = Key::new("").unwrap();
        let signed = |content: &'static [u8]| {
            let header = Bytes::from_static(b"{\"msg_id\":\"1\",\"msg_type\":\"x_request\"}");
            let empty = Bytes::from_static(b"{}");
            vec![Bytes::from_static(DELIMITER), Bytes::new(), header, empty.clone(), empty, Bytes::from_static(content)]
        };
        assert!(Message::read(ZmqMessage::try_from(signed(b"{}")).unwrap(), &key).is_ok());
        for content in [&b"not JSON"[..], b"[1]", b"\xff\xfe", b""] {
            assert!(Message::read(ZmqMessage::try_from(signed(content)).unwrap(), &key).is_err());
        }
        for count in 1..6 {
            let parts: Vec<_> = signed(b"{}").into_iter().take(count).collect();
            assert!(Message::read(ZmqMessage::try_from(parts).unwrap(), &key).is_err(), "{count} parts");
        }
        assert!(Message::read(ZmqMessage::from("hello"), &key).is_err());
    }
}
