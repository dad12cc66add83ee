//! Who may look at an application by way of the ResourceManager's proxy.

#![allow(clippy::unwrap_used, clippy::panic)]

mod command;

use std::net::TcpStream;

use command::yarn::{Yarn, ask};

/// Whom the ResourceManager takes everybody for who does not say who he is.
const SOMEBODY: &str = "dr.who";

#[test]
fn users_and_groups_may_look_who_are_named() {
    let groups = format!("core-site:hadoop.user.group.static.mapping.overrides={SOMEBODY}=visitors,others");
    let yarn = Yarn::up(&["--set", &groups]);
    let proxy = yarn.rig.address("rm1", "http").unwrap();
    for (acl, may_look) in [
        (SOMEBODY, true),
        ("anna,bert", false),
        ("anna visitors", true),
        (" visitors", true),
        ("anna admins,others", true),
        ("anna admins", false),
        ("*", true),
    ] {
        let session = yarn.session(&[&format!("-Dyarn.view.acls={acl}")]);
        let path = format!("GET /proxy/{}/overview", session.application);
        let (status, body) = ask(TcpStream::connect(proxy).unwrap(), &path, "");
        assert_eq!(status, if may_look { 200 } else { 401 }, "{acl:?}: {body}");
        assert_eq!(body.contains("slots-total"), may_look, "{acl:?}: {body}");
        session.stop();
    }
}
