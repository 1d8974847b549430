//! Networks and trainings in files.
//!
//! | file | what it holds |
//! |---|---|
//! | `safetensors` | a network as a file: [`Network::save`](crate::Network::save), [`Network::load`](crate::Network::load) |
//! | `checkpoint` | a training as a file, to go on from: [`Training::checkpoint`](crate::Training::checkpoint) |
//! | `recipe` | how a network came to be, in words; part of a checkpoint and of a receipt |
//! | `whole_file` | files read and written as a whole; data and figures use it too |

mod checkpoint;
pub(crate) mod recipe;
mod safetensors;
pub(crate) mod whole_file;
