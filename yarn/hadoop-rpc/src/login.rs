//! Who calls, and how he proves it.

/// Who calls, and how he proves it: an argument of every client.
#[derive(Clone, Debug)]
pub struct Login {
    user: String,
    real_user: Option<String>,
}

impl Login {
    /// A user whom the server believes (`hadoop.security.authentication=simple`).
    pub fn simple(user: impl Into<String>) -> Self {
        Login { user: user.into(), real_user: None }
    }

    /// Lets `real_user`, whom the server must allow to impersonate, act for the user.
    pub fn on_behalf(mut self, real_user: impl Into<String>) -> Self {
        self.real_user = Some(real_user.into());
        self
    }

    /// The user in whose name calls are made.
    pub fn user(&self) -> &str {
        &self.user
    }

    pub(crate) fn real_user(&self) -> Option<&str> {
        self.real_user.as_deref()
    }
}
