//! How much memory a container used when its node killed it.

/// What a NodeManager measured, each with its unit as it was written: `1.0 GB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryUse<'a> {
    /// Physical memory in use.
    pub physical: &'a str,
    /// What the container may use of it.
    pub physical_limit: &'a str,
    /// Virtual memory in use.
    pub virtual_: &'a str,
    /// What the container may use of that.
    pub virtual_limit: &'a str,
}

impl<'a> MemoryUse<'a> {
    /// Reads `Current usage: A of B physical memory used; C of D virtual memory used` out of diagnostics.
    pub fn of(diagnostics: &'a str) -> Option<Self> {
        let (_, rest) = diagnostics.split_once("Current usage: ")?;
        let (physical, rest) = rest.split_once(" of ")?;
        let (physical_limit, rest) = rest.split_once(" physical memory used; ")?;
        let (virtual_, rest) = rest.split_once(" of ")?;
        let (virtual_limit, _) = rest.split_once(" virtual memory used")?;
        let all = [physical, physical_limit, virtual_, virtual_limit];
        all.iter().all(|size| is_size(size)).then_some(MemoryUse { physical, physical_limit, virtual_, virtual_limit })
    }
}

/// A number and a unit, or a number alone.
fn is_size(text: &str) -> bool {
    let number = text.split(' ').next().unwrap_or_default();
    number.parse::<f64>().is_ok() && text.len() < 16 && text.split(' ').count() <= 2
}
