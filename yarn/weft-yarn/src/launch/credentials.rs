//! What a container is trusted with.

use bytes::Bytes;
use weft_common::trust::SecretKey;
use weft_hadoop_rpc::{Credentials, CredentialsFormat};
use weft_yarn_client::AM_RM_TOKEN;

use crate::DeployError;

/// The name of the cluster's secret in a container's credentials.
pub const SECRET_ALIAS: &str = "weft.cluster.secret";

/// The name of the word by which the cluster's REST knows its owner.
pub const BEARER_ALIAS: &str = "weft.rest.bearer";

/// The credentials of a container: Hadoop's tokens, and the secret that the processes of the cluster know each other by. They travel
/// in the launch context, which the NodeManager writes to a file that the container's user can read, and nowhere else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterCredentials(Credentials);

impl ClusterCredentials {
    /// Of a new cluster: the client's tokens, a new secret, and the word that its REST is to be told.
    pub fn new(mut tokens: Credentials, secret: &[u8; SecretKey::BYTES], bearer: &str) -> Self {
        tokens.secrets.insert(SECRET_ALIAS.to_owned(), Bytes::copy_from_slice(secret));
        tokens.secrets.insert(BEARER_ALIAS.to_owned(), Bytes::copy_from_slice(bearer.as_bytes()));
        ClusterCredentials(tokens)
    }

    /// As a container finds them in the file that `HADOOP_TOKEN_FILE_LOCATION` names.
    ///
    /// # Errors
    /// [`DeployError::Credentials`] for anything that is no token file.
    pub fn read(file: &[u8]) -> Result<Self, DeployError> {
        Ok(ClusterCredentials(Credentials::read(file)?))
    }

    /// The secret of the cluster, if it is in them.
    pub fn secret(&self) -> Option<SecretKey> {
        let secret = self.0.secrets.get(SECRET_ALIAS)?;
        Some(SecretKey::new(secret.as_ref().try_into().ok()?))
    }

    /// The word that REST is to be told, if it is in them.
    pub fn bearer(&self) -> Option<&str> {
        std::str::from_utf8(self.0.secrets.get(BEARER_ALIAS)?).ok()
    }

    /// Everything.
    pub fn all(&self) -> &Credentials {
        &self.0
    }

    /// For a worker's container: without the token that makes an ApplicationMaster, and without REST's word.
    pub fn for_worker(&self) -> Self {
        let mut credentials = self.0.clone();
        credentials.tokens.retain(|_, token| token.kind != AM_RM_TOKEN);
        credentials.secrets.remove(BEARER_ALIAS);
        ClusterCredentials(credentials)
    }

    /// As launch contexts carry them.
    pub fn write(&self) -> Vec<u8> {
        self.0.write(CredentialsFormat::Writable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_hadoop_rpc::Token;

    fn token(kind: &str) -> Token {
        Token { kind: kind.to_owned(), ..Token::default() }
    }

    #[test]
    fn a_secret_travels_and_the_masters_token_does_not() {
        let mut tokens = Credentials::default();
        tokens.tokens.insert("hdfs".to_owned(), token("HDFS_DELEGATION_TOKEN"));
        tokens.tokens.insert(String::new(), token(AM_RM_TOKEN));
        let of_master = ClusterCredentials::new(tokens, &[7; 32], "word");
        let found = ClusterCredentials::read(&of_master.write()).unwrap();
        assert_eq!(found, of_master);
        assert_eq!((found.secret(), found.bearer()), (Some(SecretKey::new([7; 32])), Some("word")));
        let of_worker = ClusterCredentials::read(&found.for_worker().write()).unwrap();
        assert_eq!((of_worker.secret(), of_worker.bearer()), (Some(SecretKey::new([7; 32])), None));
        let kinds: Vec<_> = of_worker.all().tokens.values().map(|token| token.kind.as_str()).collect();
        assert_eq!(kinds, ["HDFS_DELEGATION_TOKEN"]);
    }

    #[test]
    fn a_secret_of_another_length_is_none() {
        let mut credentials = Credentials::default();
        credentials.secrets.insert(SECRET_ALIAS.to_owned(), Bytes::from_static(b"short"));
        assert_eq!(ClusterCredentials(credentials).secret(), None);
        assert!(ClusterCredentials::read(b"rubbish").is_err());
    }
}
