//! How files are created and deleted.

/// What to do when the file to be created exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CreateMode {
    /// Refuse: of several that create one name, exactly one succeeds.
    New,
    /// Give up the old content at once: it is lost even when the new file is never finished.
    Overwrite,
}

/// The access rights of a new file: nine bits, as `chmod` takes them. The file system's umask still applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Permission(u16);

impl Permission {
    /// Only the owner reads and writes.
    pub const OWNER_ONLY: Permission = Permission(0o600);

    /// From the lower nine bits of `mode`.
    pub const fn from_mode(mode: u16) -> Self {
        Self(mode & 0o777)
    }

    /// The nine bits.
    pub const fn mode(self) -> u16 {
        self.0
    }
}

/// How a file is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CreateOptions {
    /// What to do when it exists.
    pub mode: CreateMode,
    /// Its access rights; the file system's default when absent.
    pub permission: Option<Permission>,
}

impl CreateOptions {
    /// A file that must not exist yet.
    pub const NEW: CreateOptions = CreateOptions { mode: CreateMode::New, permission: None };

    /// A file that takes the place of an older one.
    pub const OVERWRITE: CreateOptions = CreateOptions { mode: CreateMode::Overwrite, permission: None };

    /// The same with these access rights.
    #[must_use]
    pub const fn with_permission(self, permission: Permission) -> Self {
        Self { permission: Some(permission), ..self }
    }
}

/// Whether a directory goes with all that is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Recursive {
    /// Only when it is empty.
    No,
    /// With everything below it.
    Yes,
}
