//! What kind of file something is, by its first bytes, and what to do with one that is not the kind that was wanted.
//!
//! Every reader of this crate asks here before it shows bytes to a person: tables, IDX files, pictures, networks.

/// So many first bytes are enough to tell a kind.
pub(crate) const ENOUGH: usize = 512;

/// What the reader that asks can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A table of digits, csv.
    Table,
    /// A file of images or labels, IDX.
    Idx,
    /// A PNG or JPEG picture.
    Picture,
    /// A network, safetensors.
    Network,
}

/// A kind of file.
struct Kind {
    /// Where its mark stands.
    at: usize,
    /// By what it is known. Text is compared without regard to case.
    mark: &'static [u8],
    /// What it is called.
    name: &'static str,
    family: Family,
}

/// Kinds for which the same helps.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Web,
    Pointer,
    Packed,
    Archive,
    Workbook,
    Pickle,
    Npz,
    Npy,
    Torch,
    Hdf5,
    Matlab,
    Parquet,
    Arff,
    Picture,
    CameraPicture,
    Document,
    Film,
    Idx,
    Onnx,
}

const fn kind(at: usize, mark: &'static [u8], name: &'static str, family: Family) -> Kind {
    Kind { at, mark, name, family }
}

/// Every kind that is known by a mark at one place; the first that fits counts.
///
/// # Source
/// The formats' own specifications; those of ISO media files (HEIC, AVIF) in ISO/IEC 23008-12 and AV1's.
const KINDS: &[Kind] = &[
    kind(0, b"<!doctype html", WEB, Family::Web),
    kind(0, b"<html", WEB, Family::Web),
    kind(0, b"<head", WEB, Family::Web),
    kind(0, b"<body", WEB, Family::Web),
    kind(0, b"<meta", WEB, Family::Web),
    kind(0, b"<title", WEB, Family::Web),
    kind(0, b"<script", WEB, Family::Web),
    kind(0, b"<!--", WEB, Family::Web),
    kind(0, b"<svg", SVG, Family::Picture),
    kind(0, b"<?xml", "an XML document, often a server's error message saved under this name", Family::Web),
    kind(0, b"version https://git-lfs", "a Git LFS pointer, which only says where the file itself is", Family::Pointer),
    kind(0, b"@relation", "an ARFF table, as OpenML and Weka write it", Family::Arff),
    kind(0, &[0x1f, 0x8b], "a gzip file", Family::Packed),
    kind(0, b"BZh", "a bzip2 file", Family::Packed),
    kind(0, &[0xfd, b'7', b'z', b'X', b'Z', 0], "an xz file", Family::Packed),
    kind(0, &[0x28, 0xb5, 0x2f, 0xfd], "a Zstandard file", Family::Packed),
    kind(0, &[b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c], "a 7-Zip archive", Family::Archive),
    kind(0, b"Rar!\x1a\x07", "a RAR archive", Family::Archive),
    kind(257, b"ustar", "a tar archive", Family::Archive),
    kind(0, &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], "an old Excel workbook (.xls)", Family::Workbook),
    kind(0, &[0x93, b'N', b'U', b'M', b'P', b'Y'], "a numpy array (.npy)", Family::Npy),
    kind(0, &[0x89, b'H', b'D', b'F', b'\r', b'\n', 0x1a, b'\n'], "an HDF5 file, as Keras writes it", Family::Hdf5),
    kind(0, b"MATLAB 5.0 MAT-file", "a MATLAB file (.mat)", Family::Matlab),
    kind(0, b"PAR1", "a Parquet table", Family::Parquet),
    kind(0, b"ARROW1", "an Arrow table", Family::Parquet),
    kind(0, &[0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'], "a PNG picture", Family::Picture),
    kind(0, &[0xff, 0xd8, 0xff], "a JPEG picture", Family::Picture),
    kind(0, b"GIF8", "a GIF picture", Family::Picture),
    kind(0, &[b'I', b'I', b'*', 0], "a TIFF picture", Family::Picture),
    kind(0, &[b'M', b'M', 0, b'*'], "a TIFF picture", Family::Picture),
    kind(8, b"WEBP", "a WebP picture", Family::Picture),
    kind(0, b"8BPS", "a Photoshop picture", Family::Picture),
    kind(4, b"ftypavif", "an AVIF picture", Family::CameraPicture),
    kind(4, b"ftypavis", "an AVIF picture", Family::CameraPicture),
    kind(4, b"ftyphei", "a HEIC picture, as iPhones take them", Family::CameraPicture),
    kind(4, b"ftyphev", "a HEIC picture, as iPhones take them", Family::CameraPicture),
    kind(4, b"ftypmif1", "a HEIC picture, as iPhones take them", Family::CameraPicture),
    kind(4, b"ftypmsf1", "a HEIC picture, as iPhones take them", Family::CameraPicture),
    kind(4, b"ftyp", "a film", Family::Film),
    kind(0, b"%PDF", "a PDF document", Family::Document),
    kind(0, &[0, 0, 8, 1], "a file of labels (IDX)", Family::Idx),
    kind(0, &[0, 0, 8, 3], "a file of images (IDX)", Family::Idx),
];

const SVG: &str = "an SVG drawing";
const WEB: &str = "a web page (HTML), often a server's error or login page saved under this name";

/// What a file that starts like this is, and what to do, if it is of a kind that is known and not the one that is wanted.
pub(crate) fn foreign(start: &[u8], wanted: Wanted) -> Option<String> {
    let (name, family) = named(start)?;
    // Tables and IDX files were unpacked before they are looked at here.
    let inside = match (name, wanted) {
        ("a gzip file", Wanted::Table | Wanted::Idx) => " inside a gzip file",
        _ => "",
    };
    Some(format!("{name}{inside}: {}", cure(family, wanted)?))
}

fn named(start: &[u8]) -> Option<(&'static str, Family)> {
    if let Some(zip) = start.strip_prefix(b"PK\x03\x04") {
        return Some(zipped(zip));
    }
    if let [0x80, 2..=5, opcode, ..] = start {
        // A protocol's number is followed by a frame or by the first of a few opcodes; else these two bytes begin many files.
        if matches!(opcode, 0x95 | b'}' | b']' | b'(' | b'c' | b'X' | b'K' | b'N' | b'J' | b'M' | 0x8a | 0x8c) {
            return Some(("a Python pickle, such as mnist.pkl.gz (loading one can run code)", Family::Pickle));
        }
    }
    // ONNX: the field `ir_version`, then one of the model's texts or its graph.
    if let [0x08, 1..=20, 0x12 | 0x1a | 0x22 | 0x3a | 0x42, ..] = start {
        return Some(("an ONNX network", Family::Onnx));
    }
    // A BMP's size stands after its mark, then four bytes of 0: two letters alone could begin a text.
    if let [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] = start {
        return Some(("a BMP picture", Family::Picture));
    }
    let text = start.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(start).trim_ascii_start();
    if text.starts_with(b"<?xml") {
        // An SVG drawing or a web page may begin so too.
        if holds(text, b"<svg") {
            return Some((SVG, Family::Picture));
        }
        if holds(text, b"<html") {
            return Some((WEB, Family::Web));
        }
    }
    for kind in KINDS {
        let is_text = kind.mark.iter().all(|byte| matches!(byte, b' '..=b'~'));
        let content = if is_text && kind.at == 0 { text } else { start };
        let found = content.get(kind.at..).and_then(|rest| rest.get(..kind.mark.len()));
        if found.is_some_and(|found| found == kind.mark || is_text && found.eq_ignore_ascii_case(kind.mark)) {
            return Some((kind.name, kind.family));
        }
    }
    None
}

fn holds(text: &[u8], tag: &[u8]) -> bool {
    text.windows(tag.len()).any(|part| part.eq_ignore_ascii_case(tag))
}

/// What a zip archive is, by the name of the first file in it; `rest` follows the archive's mark.
fn zipped(rest: &[u8]) -> (&'static str, Family) {
    let length = rest.get(22..24).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u16::from_le_bytes(*bytes));
    let name = rest.get(26..).unwrap_or_default();
    let name = name.get(..usize::from(length)).unwrap_or(name);
    if name.ends_with(b".npy") {
        ("numpy arrays (.npz)", Family::Npz)
    } else if name.ends_with(b"/data.pkl") || name.ends_with(b"/.format_version") {
        ("a PyTorch file (.pt, .pth: loading one can run code)", Family::Torch)
    } else if name.starts_with(b"[Content_Types]") || name.starts_with(b"xl/") || name.starts_with(b"_rels/") {
        ("an Excel workbook (.xlsx)", Family::Workbook)
    } else {
        ("a zip archive", Family::Archive)
    }
}

/// What to do with a file of this family where another is wanted; nothing if it is the one that is wanted.
fn cure(family: Family, wanted: Wanted) -> Option<&'static str> {
    use Wanted::{Idx, Network, Picture, Table};
    Some(match (family, wanted) {
        (Family::Web, _) => "download the file again, and look at it",
        (Family::Pointer, _) => "fetch it with `git lfs pull`",
        (Family::Packed, _) => "unpack it",
        (Family::Archive, _) => "unpack it, and name the file that was inside",
        (Family::Picture | Family::CameraPicture | Family::Document | Family::Film, Table | Idx | Network) => {
            "pictures are read by data::handwriting, if they are PNG or JPEG"
        }
        (Family::Picture, Picture) => "save it as PNG or JPEG",
        (Family::CameraPicture, Picture) => {
            "export it as JPEG (iPhone: Settings, Camera, Formats, Most Compatible; or send it by e-mail)"
        }
        (Family::Document, Picture) => "take a picture of its page, a screenshot for instance, as PNG or JPEG",
        (Family::Film, Picture) => "stop it where the digit is seen, and take a screenshot as PNG or JPEG",
        (Family::Idx, Table) => "data::idx reads the two files of images and labels, data::mnist their folder",
        (Family::Idx, Idx) => return None,
        (Family::Idx, Network | Picture) => "data::idx reads it",
        (Family::Onnx, Network) => "ONNX is written, not read; load the safetensors file",
        (Family::Onnx, _) => "a network is no data",
        (Family::Torch, Network) => {
            "in Python, safetensors.torch.save_file(model.state_dict(), \"network.safetensors\") writes one that \
             Network::from_safetensors reads"
        }
        (Family::Workbook, Table | Idx) => "save it as CSV",
        (Family::Pickle, Table | Idx) => {
            "in Python, numpy.savetxt(\"mnist_train.csv\", numpy.column_stack([y, (255 * x).round()]), fmt=\"%d\", \
             delimiter=\",\") writes its labels y and pixels x from 0 to 1 as a table"
        }
        (Family::Npz | Family::Npy | Family::Hdf5 | Family::Matlab | Family::Torch, Table | Idx) => {
            "in Python, numpy.savetxt(\"mnist_train.csv\", numpy.column_stack([y, x.reshape(len(x), 784)]), fmt=\"%d\", \
             delimiter=\",\") writes its labels y and pixels x from 0 to 255 as a table"
        }
        (Family::Parquet, Table | Idx) => {
            "in Python, pandas.read_parquet(…).to_csv(\"mnist_train.csv\", index=False) writes it as a table, if it has a \
             column for every pixel"
        }
        (Family::Arff, Table | Idx) => {
            "take the CSV of the same data, or put the names of its columns before its lines"
        }
        (Family::Pickle | Family::Npz | Family::Npy | Family::Hdf5 | Family::Matlab, Network) => {
            "save the weights with Python's safetensors package"
        }
        (_, Picture) => "data::mnist and data::csv read data; a picture is a PNG or JPEG file",
        (_, Network) => "a network is a safetensors file",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A zip archive's start, whose first file has this name.
    fn zip(name: &str) -> Vec<u8> {
        let length = (name.len() as u16).to_le_bytes();
        [b"PK\x03\x04".as_slice(), &[0; 22], &length, &[0; 2], name.as_bytes(), b"content"].concat()
    }

    fn found(start: &[u8], wanted: Wanted) -> String {
        foreign(start, wanted).unwrap_or_else(|| panic!("{start:02x?} is of no known kind"))
    }

    #[test]
    fn every_kind_has_a_name_and_a_cure_for_every_reader() {
        for kind in KINDS {
            let mut start = vec![b' '; kind.at];
            start.extend(kind.mark);
            for wanted in [Wanted::Table, Wanted::Idx, Wanted::Picture, Wanted::Network] {
                match foreign(&start, wanted) {
                    Some(found) => assert!(found.starts_with(kind.name), "{found}"),
                    None => assert!(kind.name.ends_with("(IDX)") && wanted == Wanted::Idx),
                }
            }
        }
    }

    #[test]
    fn pictures_that_are_not_read_are_named_with_the_cure() {
        let heic = b"\0\0\0\x24ftypheic\0\0\0\0mif1heic";
        assert!(found(heic, Wanted::Picture).starts_with("a HEIC picture, as iPhones take them: export it as JPEG"));
        let avif = b"\0\0\0\x1cftypavif\0\0\0\0avifmif1";
        assert!(found(avif, Wanted::Picture).starts_with("an AVIF picture: export it as JPEG"));
        assert!(found(b"%PDF-1.7\n", Wanted::Picture).starts_with("a PDF document: take a picture of its page"));
        assert!(found(b"\xef\xbb\xbf\n <!DOCTYPE HTML>", Wanted::Picture).starts_with("a web page (HTML)"));
        let svg = b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\">";
        assert!(found(svg, Wanted::Picture).starts_with("an SVG drawing: save it as PNG or JPEG"));
        assert!(found(b"\0\0\0\x18ftypmp42", Wanted::Picture).starts_with("a film: stop it where the digit is seen"));
        assert!(found(&[0x1f, 0x8b, 8], Wanted::Picture).starts_with("a gzip file: unpack it"));
        assert!(found(b"BM\x36\x10\0\0\0\0\0\0\x36", Wanted::Picture).starts_with("a BMP picture: save it as PNG"));
    }

    #[test]
    fn archives_are_known_by_what_is_in_them() {
        assert!(
            found(&zip("x_train.npy"), Wanted::Table).starts_with("numpy arrays (.npz): in Python, numpy.savetxt(")
        );
        assert!(found(&zip("archive/data.pkl"), Wanted::Network).starts_with("a PyTorch file (.pt, .pth"));
        assert!(
            found(&zip("[Content_Types].xml"), Wanted::Table).starts_with("an Excel workbook (.xlsx): save it as CSV")
        );
        assert!(found(&zip("mnist_train.csv"), Wanted::Table).starts_with("a zip archive: unpack it"));
        assert!(found(b"PK\x03\x04", Wanted::Table).starts_with("a zip archive"));
    }

    /// The first eight bytes of a safetensors file are its header's length: 640, which is 80 02, also begins a Python pickle.
    #[test]
    fn what_is_of_no_known_kind_stays_unnamed() {
        let starts: [&[u8]; 8] =
            [b"", b"\0", b"label,1x1,1x2", b"5,0,0,0", b"BMI,weight", b"\x80\x02\0\0\0\0\0\0{", b"<a", b"\0\0\x0d\x03"];
        for start in starts {
            for wanted in [Wanted::Table, Wanted::Idx, Wanted::Picture, Wanted::Network] {
                assert_eq!(foreign(start, wanted), None, "{start:?}");
            }
        }
    }
}
