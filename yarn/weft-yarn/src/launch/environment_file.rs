//! Environment variables as a file: each is `NAME=VALUE` and a NUL, as the kernel has them.

use std::collections::BTreeMap;

use crate::DeployError;

/// Writes variables down. They may be secret: store the file for its owner alone.
///
/// # Errors
/// [`DeployError::Refused`] for what no environment can hold: a NUL, or a name that is empty or has an equals sign.
pub fn write_environment(variables: &BTreeMap<String, String>) -> Result<String, DeployError> {
    let is_none =
        |(name, value): &(&String, &String)| name.is_empty() || name.contains(['=', '\0']) || value.contains('\0');
    if let Some((name, _)) = variables.iter().find(is_none) {
        return Err(DeployError::Refused(format!("{name:?} cannot be in an environment: name another with --env")));
    }
    Ok(variables.iter().map(|(name, value)| format!("{name}={value}\0")).collect())
}

/// Reads what [`write_environment`] wrote.
///
/// # Errors
/// [`DeployError::Refused`] when it is something else.
pub fn read_environment(text: &str) -> Result<BTreeMap<String, String>, DeployError> {
    let variable = |part: &str| {
        let (name, value) = part.strip_suffix('\0')?.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    };
    let broken =
        || DeployError::Refused("the file of the program's environment breaks off: submit it again".to_owned());
    text.split_inclusive('\0').map(|part| variable(part).ok_or_else(broken)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_come_back() {
        let table = [("A", ""), ("PATH_OF", "/a:$HOME/\"b\""), ("LINES", "one\ntwo=2\n"), ("\u{e4}", "'`\\")];
        let variables = table.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        assert_eq!(read_environment(&write_environment(&variables).unwrap()).unwrap(), variables);
        assert_eq!(read_environment("").unwrap(), BTreeMap::new());
        for broken in ["A=1", "A=1\0B", "A\0"] {
            assert!(read_environment(broken).is_err(), "{broken:?}");
        }
        for (name, value) in [("", "x"), ("a=b", "x"), ("a", "x\0y")] {
            let variables = BTreeMap::from([(name.to_owned(), value.to_owned())]);
            assert!(write_environment(&variables).is_err(), "{name:?}");
        }
    }
}
