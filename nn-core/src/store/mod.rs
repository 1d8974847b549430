//! Networks and trainings in files.
//!
//! | file | what it holds |
//! |---|---|
//! | `safetensors` | a network as a file: [`Network::save`](crate::Network::save), [`Network::load`](crate::Network::load) |
//! | `pytorch` | a network that PyTorch trained: [`Network::from_safetensors`](crate::Network::from_safetensors) |
//! | `onnx` | a network for other programs: [`Network::save`](crate::Network::save) to a name that ends in `.onnx` |
//! | `checkpoint` | a training as a file, to go on from: [`Training::checkpoint`](crate::Training::checkpoint) |
//! | `recipe` | how a network came to be, in words; part of a checkpoint and of a receipt |
//! | `kind` | what kind of file something is, by its first bytes; data and pictures use it too |
//! | `whole_file` | files read and written as a whole; data and figures use it too |

mod checkpoint;
pub(crate) mod kind;
mod onnx;
mod pytorch;
pub(crate) mod recipe;
mod safetensors;
pub(crate) mod whole_file;
