//! What an executable file says of itself, read before it is run.
//!
//! A program that is linked with Weft carries a [note](super::note), so a file that is no such program is never executed to find that out.
//! Beside it stand which machine the file is for, and which version of glibc it needs at least.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};

use super::note::{NOTE_BYTES, NOTE_OWNER, NOTE_TYPE, PROTOCOL};
use object::elf::{self, FileHeader64};
use object::read::elf::{FileHeader as _, ProgramHeader as _, SectionHeader as _};
use object::{Endianness, FileKind, ReadCache, ReadRef};

/// What a program's file says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramImage {
    /// The version of what it and its parents tell each other.
    pub protocol: u32,
    /// The version of Weft that it was built with.
    pub version: String,
    /// The machine it is for, by the ELF number.
    pub machine: Machine,
    /// The glibc that it needs at least; `None` when it needs none.
    pub glibc: Option<GlibcVersion>,
}

/// A processor architecture, by its ELF number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Machine(pub u16);

/// A version of glibc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GlibcVersion {
    /// The 2 of 2.17.
    pub major: u32,
    /// The 17 of 2.17.
    pub minor: u32,
}

/// Why a file is not run.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// It cannot be read.
    #[error("cannot read the program {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// It is no executable of this kind of machine, or a broken one.
    #[error(
        "{path} is not a Weft program: {found}; give the executable that `cargo build --release` made of a `main` using the weft crate"
    )]
    NotAnExecutable {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        found: String,
    },
    /// It is an executable and nothing says that it is a Weft program.
    #[error(
        "{path} is not a Weft program, so it was not run: it is an executable without the note that the weft crate leaves in programs"
    )]
    NoNote {
        /// The file.
        path: PathBuf,
    },
    /// It is for another kind of machine.
    #[error("{path} is a program for {program}, and this machine is {here}: build it for {here}")]
    OtherMachine {
        /// The file.
        path: PathBuf,
        /// What it is for.
        program: Machine,
        /// What runs here.
        here: Machine,
    },
    /// It was built with a Weft that speaks otherwise.
    #[error(
        "{path} was built with Weft {version}, which speaks program protocol {program}; this Weft speaks {PROTOCOL}: build it with the \
         weft crate of the same release"
    )]
    OtherProtocol {
        /// The file.
        path: PathBuf,
        /// The Weft it was built with.
        version: String,
        /// What it speaks.
        program: u32,
    },
    /// It needs a newer glibc.
    #[error(
        "{path} needs glibc {needs} and {place} has {has}: build it with `weft build`, which makes programs for glibc 2.17"
    )]
    NewerGlibc {
        /// The file.
        path: PathBuf,
        /// What it needs.
        needs: GlibcVersion,
        /// What there is.
        has: GlibcVersion,
        /// Where.
        place: String,
    },
}

impl ImageError {
    /// The same, found on a machine of this name, for whoever is on another.
    pub fn at(self, machine: &str) -> Self {
        match self {
            ImageError::NewerGlibc { path, needs, has, .. } => {
                ImageError::NewerGlibc { path, needs, has, place: machine.to_owned() }
            }
            other => other,
        }
    }
}

impl ProgramImage {
    /// Reads what the file says, and nothing else of it.
    pub fn read(path: &Path) -> Result<Self, ImageError> {
        let unreadable = |source| ImageError::Unreadable { path: path.to_owned(), source };
        let file = File::open(path).map_err(unreadable)?;
        if !file.metadata().map_err(unreadable)?.is_file() {
            return Err(ImageError::NotAnExecutable {
                path: path.to_owned(),
                found: "it is no regular file".to_owned(),
            });
        }
        let file = ReadCache::new(file);
        let broken =
            |what: &dyn fmt::Display| ImageError::NotAnExecutable { path: path.to_owned(), found: what.to_string() };
        match FileKind::parse(&file) {
            Ok(FileKind::Elf64) => {}
            Ok(FileKind::Elf32) => return Err(broken(&"it is a 32-bit executable")),
            Ok(_) | Err(_) => return Err(broken(&"it is no Linux executable")),
        }
        let read = read_elf(&file).map_err(|e| broken(&format!("its ELF structures are broken ({e})")))?;
        read.ok_or_else(|| ImageError::NoNote { path: path.to_owned() })
    }

    /// Whether it can run on this machine and under this version of Weft. `path` is for the error.
    pub fn check(&self, path: &Path) -> Result<(), ImageError> {
        let path = path.to_owned();
        if self.machine != Machine::HERE {
            return Err(ImageError::OtherMachine { path, program: self.machine, here: Machine::HERE });
        }
        if self.protocol != PROTOCOL {
            return Err(ImageError::OtherProtocol { path, version: self.version.clone(), program: self.protocol });
        }
        match (self.glibc, GlibcVersion::here()) {
            (Some(needs), Some(has)) if needs > has => {
                Err(ImageError::NewerGlibc { path, needs, has, place: "this machine".to_owned() })
            }
            _ => Ok(()),
        }
    }
}

fn read_elf<'d, R: ReadRef<'d>>(data: R) -> object::read::Result<Option<ProgramImage>> {
    let header = FileHeader64::<Endianness>::parse(data)?;
    let endian = header.endian()?;
    let mut note = None;
    for segment in header.program_headers(endian, data)? {
        let Some(mut notes) = segment.notes(endian, data)? else { continue };
        while let Some(found) = notes.next()? {
            if found.name() == NOTE_OWNER && found.n_type(endian).0 == NOTE_TYPE {
                note = note.or_else(|| read_note(endian, found.desc()));
            }
        }
    }
    let Some((protocol, version)) = note else { return Ok(None) };
    let glibc = needed_glibc(header, endian, data)?;
    Ok(Some(ProgramImage { protocol, version, machine: Machine(header.e_machine(endian).0), glibc }))
}

fn read_note(endian: Endianness, content: &[u8]) -> Option<(u32, String)> {
    use object::Endian as _;
    let (protocol, version) = content.split_first_chunk::<4>()?;
    let version = version.get(..NOTE_BYTES - 4)?;
    let version = version.split(|byte| *byte == 0).next().unwrap_or_default();
    Some((endian.read_u32(*protocol), String::from_utf8_lossy(version).into_owned()))
}

/// The newest version of glibc's symbols that the file asks for.
fn needed_glibc<'d, R: ReadRef<'d>>(
    header: &FileHeader64<Endianness>,
    endian: Endianness,
    data: R,
) -> object::read::Result<Option<GlibcVersion>> {
    let sections = header.sections(endian, data)?;
    let needs = sections.iter().find(|s| s.sh_type(endian) == elf::SHT_GNU_VERNEED);
    let Some((mut libraries, link)) = needs.map(|s| s.gnu_verneed(endian, data)).transpose()?.flatten() else {
        return Ok(None);
    };
    let strings = sections.strings(endian, data, link)?;
    let mut newest = None;
    while let Some((_, mut versions)) = libraries.next()? {
        while let Some(version) = versions.next()? {
            newest = newest.max(GlibcVersion::of_symbol(version.name(endian, strings)?));
        }
    }
    Ok(newest)
}

impl Machine {
    /// The one this code was compiled for.
    pub const HERE: Machine = Machine(if cfg!(target_arch = "aarch64") { elf::EM_AARCH64.0 } else { elf::EM_X86_64.0 });
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match elf::Machine(self.0) {
            elf::EM_X86_64 => f.write_str("x86-64"),
            elf::EM_AARCH64 => f.write_str("aarch64"),
            elf::EM_RISCV => f.write_str("RISC-V"),
            elf::EM_PPC64 => f.write_str("ppc64"),
            elf::Machine(other) => write!(f, "ELF machine {other}"),
        }
    }
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl GlibcVersion {
    /// From the name of a symbol version, such as `GLIBC_2.17`.
    fn of_symbol(name: &[u8]) -> Option<Self> {
        Self::parse(std::str::from_utf8(name).ok()?.strip_prefix("GLIBC_")?)
    }

    fn parse(version: &str) -> Option<Self> {
        let mut parts = version.trim().split('.').map(str::parse);
        Some(GlibcVersion { major: parts.next()?.ok()?, minor: parts.next()?.ok()? })
    }

    /// This machine's; `None` where nobody can tell.
    pub fn here() -> Option<Self> {
        let told = std::process::Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
        Self::parse(std::str::from_utf8(&told.stdout).ok()?.strip_prefix("glibc ")?)
    }
}

impl fmt::Display for GlibcVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}
