//! Trains the notebook's network and writes two pages, each one file, to open or to send to a friend: `pad.html` to draw
//! on, and `epochs.html` to follow the training on.
//!
//! ```sh
//! cargo run -p nn-core --example live_pages folder
//! ```

use std::path::Path;

use nn_core::prelude::*;

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder? For instance target/pages")?;
    let folder = Path::new(&folder);
    let mnist = data::mnist("data")?;
    let mut network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7)?;
    let training = Training::new(Loss::CrossEntropy).keep_networks();
    let history = training.run(&mut network, &mnist.train, &mnist.test)?;
    network.drawing_pad()?.save(folder.join("pad.html"))?;
    history.scrubber(&mnist.test)?.save(folder.join("epochs.html"))?;
    for name in ["pad.html", "epochs.html"] {
        println!("{name}: {} kB", std::fs::metadata(folder.join(name))?.len() / 1000);
    }
    Ok(())
}
