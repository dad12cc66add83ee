//! Which NameNodes serve an HDFS.

use crate::{Address, HadoopConf, HadoopConfError};

#[cfg(test)]
mod tests;

/// The port of a NameNode where none is named.
const NAMENODE_PORT: u16 = 8020;

const HDFS_SITE: &str = "hdfs-site.xml";

/// An HDFS, and the NameNodes that serve it, of which one at most is active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nameservice {
    /// The name service, or else `host:port` of its only NameNode: what comes after `hdfs://`.
    pub name: String,
    /// Its NameNodes, in the order of configuration; at least one.
    pub namenodes: Vec<NameNode>,
}

/// A NameNode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameNode {
    /// Its id within the name service; nothing where there is only one and it needs no id.
    pub id: Option<String>,
    /// Where it takes calls of clients.
    pub rpc_address: Address,
}

impl Nameservice {
    /// Whether this is a name for several NameNodes rather than the address of one.
    pub fn is_logical(&self) -> bool {
        self.namenodes.iter().any(|namenode| namenode.id.is_some())
    }
}

impl HadoopConf {
    /// The file system of paths that name none: `fs.defaultFS`.
    pub fn default_fs(&self) -> &str {
        self.get("fs.defaultFS").filter(|value| !value.is_empty()).unwrap_or("file:///")
    }

    /// The name services that `dfs.nameservices` lists.
    pub fn nameservice_names(&self) -> Vec<&str> {
        self.list("dfs.nameservices")
    }

    /// The NameNodes of an address: `hdfs://nameservice`, `hdfs://host`, `hdfs://host:port`, each perhaps with a path
    /// after it, or the same without `hdfs://`. Without a host (an empty text, a path, `hdfs:///path`) it is that of
    /// the default file system.
    ///
    /// # Errors
    ///
    /// The address, or the default file system, is no HDFS; a name service has a NameNode without an address, or none.
    pub fn nameservice(&self, address: &str) -> Result<Nameservice, HadoopConfError> {
        let authority = match authority(address)? {
            "" => self.default_authority(address)?,
            authority => authority,
        };
        let (name, port) = split_port(authority);
        let ids = self.list(&format!("dfs.ha.namenodes.{name}"));
        if ids.is_empty() {
            return self.without_ids(authority, name, port);
        }
        if let Some(port) = port.filter(|port| *port != NAMENODE_PORT.to_string()) {
            let problem = format!("{name} is a name service, which has no port: leave out :{port}");
            return Err(HadoopConfError::NotAnHdfs { address: address.to_owned(), problem });
        }
        let namenode = |id: &str| self.namenode(name, id);
        Ok(Nameservice { name: name.to_owned(), namenodes: ids.into_iter().map(namenode).collect::<Result<_, _>>()? })
    }

    fn default_authority(&self, address: &str) -> Result<&str, HadoopConfError> {
        match authority(self.default_fs()) {
            Ok(authority) if !authority.is_empty() => Ok(authority),
            _ => Err(HadoopConfError::NotAnHdfs {
                address: if address.is_empty() { self.default_fs().to_owned() } else { address.to_owned() },
                problem: format!(
                    "it names no NameNode, and fs.defaultFS is {} (from {}): write hdfs://HOST:PORT/ or set \
                     fs.defaultFS in core-site.xml",
                    self.default_fs(),
                    self.get_with_origin("fs.defaultFS").map_or_else(String::new, |(_, origin)| origin.to_string()),
                ),
            }),
        }
    }

    fn namenode(&self, nameservice: &str, id: &str) -> Result<NameNode, HadoopConfError> {
        let key = format!("dfs.namenode.rpc-address.{nameservice}.{id}");
        let reason = || format!("dfs.ha.namenodes.{nameservice} lists {id}");
        Ok(NameNode {
            id: Some(id.to_owned()),
            rpc_address: self.required_address(&key, NAMENODE_PORT, HDFS_SITE, reason)?,
        })
    }

    /// A name that has no list of NameNodes: a name service with one, or a host.
    fn without_ids(&self, authority: &str, name: &str, port: Option<&str>) -> Result<Nameservice, HadoopConfError> {
        let is_listed = port.is_none() && self.nameservice_names().contains(&name);
        if is_listed {
            let key = format!("dfs.namenode.rpc-address.{name}");
            let reason = || format!("dfs.nameservices lists {name}, and there is no dfs.ha.namenodes.{name} either");
            let rpc_address = self.required_address(&key, NAMENODE_PORT, HDFS_SITE, reason)?;
            return Ok(Nameservice { name: name.to_owned(), namenodes: vec![NameNode { id: None, rpc_address }] });
        }
        let Some(rpc_address) = Address::parse(authority, NAMENODE_PORT) else {
            let problem = "what follows hdfs:// is no host and port: write hdfs://HOST:PORT/".to_owned();
            return Err(HadoopConfError::NotAnHdfs { address: authority.to_owned(), problem });
        };
        Ok(Nameservice { name: rpc_address.to_string(), namenodes: vec![NameNode { id: None, rpc_address }] })
    }

    /// The address at a key.
    pub(crate) fn address(&self, key: &str, default_port: u16) -> Result<Option<Address>, HadoopConfError> {
        self.typed(key, |text| Address::parse(text, default_port), "an address: write HOST:PORT")
    }

    pub(crate) fn required_address(
        &self,
        key: &str,
        default_port: u16,
        file: &'static str,
        reason: impl FnOnce() -> String,
    ) -> Result<Address, HadoopConfError> {
        let not_set = || HadoopConfError::NotSet { key: key.to_owned(), reason: reason(), file };
        self.address(key, default_port)?.ok_or_else(not_set)
    }
}

/// What stands between `hdfs://` and the path; nothing if no host is named.
fn authority(address: &str) -> Result<&str, HadoopConfError> {
    let address = address.trim();
    let rest = match address.split_once(":/") {
        // Without a second slash there is a path and no host.
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("hdfs") => rest.strip_prefix('/').unwrap_or_default(),
        Some((scheme, _)) => {
            let problem = format!("its scheme is {scheme}: write hdfs://HOST:PORT/");
            return Err(HadoopConfError::NotAnHdfs { address: address.to_owned(), problem });
        }
        None => address,
    };
    Ok(rest.split('/').next().unwrap_or_default())
}

/// The name and the port, as they are written.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (authority, None),
    }
}
