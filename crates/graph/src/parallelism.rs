//! Who decides a parallelism.

/// The parallelism by precedence: the operator's own, else the environment's, else the client's (`-p`), else the
/// configuration's `parallelism.default`.
pub fn resolve_parallelism(
    operator: Option<u32>,
    environment: Option<u32>,
    client: Option<u32>,
    configuration: u32,
) -> u32 {
    operator.or(environment).or(client).unwrap_or(configuration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_setting_wins() {
        let rows = [
            (Some(5), Some(4), Some(3), 5),
            (None, Some(4), Some(3), 4),
            (None, None, Some(3), 3),
            (Some(5), None, None, 5),
            (None, None, None, 2),
        ];
        for (operator, environment, client, expected) in rows {
            assert_eq!(resolve_parallelism(operator, environment, client, 2), expected);
        }
    }
}
