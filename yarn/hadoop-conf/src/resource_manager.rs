//! Where the ResourceManagers are.

use crate::{Address, HadoopConf, HadoopConfError};

#[cfg(test)]
mod tests;

const YARN_SITE: &str = "yarn-site.xml";

/// Where one ResourceManager listens. On standby it takes calls at the last two addresses only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceManagerAddresses {
    /// Its id, where there are several.
    pub id: Option<String>,
    /// For clients; port 8032 unless set.
    pub client: Address,
    /// For ApplicationMasters; port 8030 unless set.
    pub scheduler: Address,
    /// For administrators, and for asking whether it is active; port 8033 unless set.
    pub admin: Address,
    /// Its web pages; port 8088, or 8090 with TLS, unless set.
    pub webapp: Address,
    /// Whether the web pages are served with TLS only (`yarn.http.policy` is `HTTPS_ONLY`).
    pub webapp_tls: bool,
}

/// What a ResourceManager listens for: the middle of the key, and the port.
#[derive(Clone, Copy)]
enum Service {
    Client,
    Scheduler,
    Admin,
    Webapp,
    WebappTls,
}

impl Service {
    const ALL: [Service; 5] =
        [Service::Client, Service::Scheduler, Service::Admin, Service::Webapp, Service::WebappTls];

    fn key(self) -> &'static str {
        match self {
            Service::Client => "yarn.resourcemanager.address",
            Service::Scheduler => "yarn.resourcemanager.scheduler.address",
            Service::Admin => "yarn.resourcemanager.admin.address",
            Service::Webapp => "yarn.resourcemanager.webapp.address",
            Service::WebappTls => "yarn.resourcemanager.webapp.https.address",
        }
    }

    fn port(self) -> u16 {
        match self {
            Service::Client => 8032,
            Service::Scheduler => 8030,
            Service::Admin => 8033,
            Service::Webapp => 8088,
            Service::WebappTls => 8090,
        }
    }
}

impl HadoopConf {
    /// The ResourceManagers: those of `yarn.resourcemanager.ha.rm-ids`, in that order, if
    /// `yarn.resourcemanager.ha.enabled` is true, else the one. With ids, an address that is not set has the host
    /// `yarn.resourcemanager.hostname.<id>`, or else that of another address of the same id.
    ///
    /// # Errors
    ///
    /// High availability is on and there are no ids, or nothing says where one of them is.
    pub fn resource_managers(&self) -> Result<Vec<ResourceManagerAddresses>, HadoopConfError> {
        if self.boolean("yarn.resourcemanager.ha.enabled")? != Some(true) {
            return Ok(vec![self.resource_manager(None)?]);
        }
        let key = "yarn.resourcemanager.ha.rm-ids";
        let ids = self.list(key);
        if ids.is_empty() {
            let reason =
                "yarn.resourcemanager.ha.enabled is true and asks for the ids of the ResourceManagers".to_owned();
            return Err(HadoopConfError::NotSet { key: key.to_owned(), reason, file: YARN_SITE });
        }
        ids.into_iter().map(|id| self.resource_manager(Some(id))).collect()
    }

    fn resource_manager(&self, id: Option<&str>) -> Result<ResourceManagerAddresses, HadoopConfError> {
        let webapp_tls = self.get("yarn.http.policy").is_some_and(|policy| policy.eq_ignore_ascii_case("HTTPS_ONLY"));
        let webapp = if webapp_tls { Service::WebappTls } else { Service::Webapp };
        Ok(ResourceManagerAddresses {
            id: id.map(str::to_owned),
            client: self.service(Service::Client, id)?,
            scheduler: self.service(Service::Scheduler, id)?,
            admin: self.service(Service::Admin, id)?,
            webapp: self.service(webapp, id)?,
            webapp_tls,
        })
    }

    fn service(&self, service: Service, id: Option<&str>) -> Result<Address, HadoopConfError> {
        let Some(id) = id else {
            let reason = || "it has no default without yarn.resourcemanager.hostname".to_owned();
            return self.required_address(service.key(), service.port(), YARN_SITE, reason);
        };
        if let Some(address) = self.address(&format!("{}.{id}", service.key()), service.port())? {
            return Ok(address);
        }
        Ok(Address { host: self.host_of(id)?, port: service.port() })
    }

    fn host_of(&self, id: &str) -> Result<String, HadoopConfError> {
        let key = format!("yarn.resourcemanager.hostname.{id}");
        if let Some(address) = self.address(&key, Service::Client.port())? {
            return Ok(address.host);
        }
        for service in Service::ALL {
            if let Some(address) = self.address(&format!("{}.{id}", service.key()), service.port())? {
                return Ok(address.host);
            }
        }
        let reason = format!("yarn.resourcemanager.ha.rm-ids lists {id}, and it has no address either");
        Err(HadoopConfError::NotSet { key, reason, file: YARN_SITE })
    }
}
