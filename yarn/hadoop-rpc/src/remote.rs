//! Exceptions of servers: Java class names made into something to match on.

use std::fmt;

/// An exception that a server answered with instead of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteException {
    /// What kind of exception it is, as far as this client knows it.
    pub kind: ExceptionKind,
    /// The Java class, as sent.
    pub class: String,
    /// The server's message without its stack trace. May have several lines.
    pub message: String,
}

impl RemoteException {
    /// Reads what a reply said. `text` may end with a Java stack trace, which is cut off; a message that repeats the class
    /// of an exception inside (as a `RetriableException` around a safe mode does) keeps it.
    pub fn new(class: &str, text: &str) -> Self {
        let message = text.find("\n\tat ").map_or(text, |end| text.get(..end).unwrap_or(text)).trim_end();
        RemoteException { kind: ExceptionKind::of(class), class: class.to_owned(), message: message.to_owned() }
    }

    /// The class without its package.
    pub fn simple_class(&self) -> &str {
        let after = self.class.rfind(['.', '$']).map_or(0, |at| at + 1);
        self.class.get(after..).unwrap_or(&self.class)
    }
}

impl fmt::Display for RemoteException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.class.is_empty(), self.message.is_empty()) {
            (true, true) => f.write_str("an error without a name"),
            (true, false) => f.write_str(&self.message),
            (false, true) => f.write_str(self.simple_class()),
            (false, false) => write!(f, "{}: {}", self.simple_class(), self.message),
        }
    }
}

macro_rules! exception_kinds {
    ($($(#[$doc:meta])* $name:ident = [$($class:literal),+ $(,)?],)*) => {
        /// What an exception means, by its Java class.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ExceptionKind {
            $($(#[$doc])* $name,)*
            /// Any other exception of YARN.
            OtherYarn,
            /// Any other exception.
            Other,
        }

        impl ExceptionKind {
            fn of(class: &str) -> Self {
                match class {
                    $($($class)|+ => ExceptionKind::$name,)*
                    _ if class.starts_with("org.apache.hadoop.yarn.") => ExceptionKind::OtherYarn,
                    _ => ExceptionKind::Other,
                }
            }
        }
    };
}

exception_kinds! {
    /// This server is not the active one of its pair: ask the other.
    Standby = ["org.apache.hadoop.ipc.StandbyException", "org.apache.hadoop.ipc.ObserverRetryOnActiveException"],
    /// The server cannot answer now and can soon.
    Retriable = ["org.apache.hadoop.ipc.RetriableException"],
    /// The user may not do that, or may not log in this way.
    AccessControl = [
        "org.apache.hadoop.security.AccessControlException",
        "org.apache.hadoop.security.authorize.AuthorizationException",
    ],
    /// The token is unknown to the server, expired or replaced.
    InvalidToken = ["org.apache.hadoop.security.token.SecretManager$InvalidToken"],
    /// The authentication exchange failed: as a rule, the token's password is not the server's.
    Sasl = ["javax.security.sasl.SaslException"],
    /// The server is too old, or too new, for the method.
    NoSuchMethod = [
        "org.apache.hadoop.ipc.RpcNoSuchMethodException",
        "org.apache.hadoop.ipc.RpcNoSuchProtocolException",
        "org.apache.hadoop.ipc.RPC$VersionMismatch",
    ],
    /// HDFS is in safe mode and changes nothing.
    SafeMode = ["org.apache.hadoop.hdfs.server.namenode.SafeModeException"],
    /// There is no such path.
    FileNotFound = ["java.io.FileNotFoundException", "org.apache.hadoop.fs.PathNotFoundException"],
    /// The path exists and should not.
    FileAlreadyExists = [
        "org.apache.hadoop.fs.FileAlreadyExistsException",
        "org.apache.hadoop.fs.PathExistsException",
    ],
    /// A directory was needed and something else was found.
    NotADirectory = [
        "org.apache.hadoop.fs.ParentNotDirectoryException",
        "org.apache.hadoop.fs.PathIsNotDirectoryException",
    ],
    /// The directory has entries.
    DirectoryNotEmpty = ["org.apache.hadoop.fs.PathIsNotEmptyDirectoryException"],
    /// Somebody is writing the file.
    AlreadyBeingCreated = ["org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException"],
    /// The NameNode is bringing the file to an end after a writer that vanished.
    RecoveryInProgress = ["org.apache.hadoop.hdfs.protocol.RecoveryInProgressException"],
    /// The writer no longer owns the file.
    LeaseExpired = ["org.apache.hadoop.hdfs.server.namenode.LeaseExpiredException"],
    /// A block that precedes is not yet on enough DataNodes.
    NotReplicatedYet = ["org.apache.hadoop.hdfs.server.namenode.NotReplicatedYetException"],
    /// A quota of names or of space is used up.
    QuotaExceeded = [
        "org.apache.hadoop.hdfs.protocol.NSQuotaExceededException",
        "org.apache.hadoop.hdfs.protocol.DSQuotaExceededException",
        "org.apache.hadoop.hdfs.protocol.QuotaByStorageTypeExceededException",
        "org.apache.hadoop.hdfs.protocol.QuotaExceededException",
        "org.apache.hadoop.fs.ClusterStorageCapacityExceededException",
    ],
    /// A name the NameNode does not take.
    InvalidPath = [
        "org.apache.hadoop.fs.InvalidPathException",
        "org.apache.hadoop.hdfs.protocol.FSLimitException$PathComponentTooLongException",
        "org.apache.hadoop.hdfs.protocol.FSLimitException$MaxDirectoryItemsExceededException",
        "org.apache.hadoop.HadoopIllegalArgumentException",
        "java.lang.IllegalArgumentException",
    ],
    /// The server does not offer that operation.
    Unsupported = ["java.lang.UnsupportedOperationException"],
    /// The ResourceManager does not know the application.
    ApplicationNotFound = ["org.apache.hadoop.yarn.exceptions.ApplicationNotFoundException"],
    /// The attempt is over: replaced, or its application ended.
    ApplicationAttemptNotFound = ["org.apache.hadoop.yarn.exceptions.ApplicationAttemptNotFoundException"],
    /// The ResourceManager or the NodeManager does not know the container.
    ContainerNotFound = ["org.apache.hadoop.yarn.exceptions.ContainerNotFoundException"],
    /// The ResourceManager was restarted: register again and repeat what is outstanding.
    ApplicationMasterNotRegistered = [
        "org.apache.hadoop.yarn.exceptions.ApplicationMasterNotRegisteredException",
    ],
    /// A second registration, or a heartbeat with the wrong number.
    InvalidApplicationMasterRequest = [
        "org.apache.hadoop.yarn.exceptions.InvalidApplicationMasterRequestException",
    ],
    /// More resources than the cluster ever gives, or of an unknown sort.
    InvalidResourceRequest = [
        "org.apache.hadoop.yarn.exceptions.InvalidResourceRequestException",
        "org.apache.hadoop.yarn.exceptions.InvalidLabelResourceRequestException",
    ],
    /// The NodeManager takes no containers for a moment.
    NodeManagerNotReady = ["org.apache.hadoop.yarn.exceptions.NMNotYetReadyException"],
    /// The container's token does not fit this node, user or ResourceManager.
    InvalidContainer = ["org.apache.hadoop.yarn.exceptions.InvalidContainerException"],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stack_traces_are_cut_off() {
        let found = RemoteException::new(
            "java.io.FileNotFoundException",
            "File does not exist: /a\nsecond line\n\tat org.apache.X.y(X.java:1)\n\tat more",
        );
        assert_eq!(found.kind, ExceptionKind::FileNotFound);
        assert_eq!(found.to_string(), "FileNotFoundException: File does not exist: /a\nsecond line");
    }

    #[test]
    fn kinds_by_class() {
        let table = [
            ("org.apache.hadoop.ipc.StandbyException", ExceptionKind::Standby, "StandbyException"),
            (
                "org.apache.hadoop.security.token.SecretManager$InvalidToken",
                ExceptionKind::InvalidToken,
                "InvalidToken",
            ),
            ("org.apache.hadoop.yarn.exceptions.YarnException", ExceptionKind::OtherYarn, "YarnException"),
            ("java.lang.NullPointerException", ExceptionKind::Other, "NullPointerException"),
            ("", ExceptionKind::Other, ""),
        ];
        for (class, kind, simple) in table {
            let exception = RemoteException::new(class, "m");
            assert_eq!(exception.kind, kind, "{class}");
            assert_eq!(exception.simple_class(), simple);
        }
        assert_eq!(RemoteException::new("", "").to_string(), "an error without a name");
    }
}
