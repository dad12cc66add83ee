//! The names of files that hold what programs wrote, among the logs of the processes that started them.

use crate::JobId;

/// Whether a file holds what a worker, the coordinators of a job or a program beside its JobManager wrote: `…-worker-<job>.err`,
/// `…-coordinator-<job>.out`, `…-program-<number>-<name>.err`, perhaps with the number of an earlier file. Names of processes end with that
/// of their machine, which may well be `hadoop-worker-7`: what counts is what comes last.
pub fn is_output_of_program(name: &str) -> bool {
    let numbered = name.rsplit_once('.').filter(|(_, number)| is_number(number));
    let name = numbered.map_or(name, |(name, _)| name);
    let Some(stem) = name.strip_suffix(".out").or_else(|| name.strip_suffix(".err")) else { return false };
    let of_a_job = |kind: &str| stem.rsplit_once(kind).is_some_and(|(_, job)| job.parse::<JobId>().is_ok());
    let of_a_program = |rest: &str| rest.split_once('-').is_some_and(|(number, _)| is_number(number));
    of_a_job("-worker-") || of_a_job("-coordinator-") || stem.split("-program-").skip(1).any(of_a_program)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_of_programs_is_told_from_that_of_processes() {
        let job = JobId(0x4f0c);
        for (name, is) in [
            (format!("weft-etl-taskexecutor-0-host-worker-{job}.out"), true),
            (format!("weft-etl-taskexecutor-0-host-worker-{job}.err"), true),
            (format!("weft-etl-taskexecutor-0-host-worker-{job}.err.12"), true),
            (format!("weft-etl-taskexecutor-0-hadoop-worker-7-worker-{job}.err"), true),
            (format!("weft-etl-standalonesession-0-host-coordinator-{job}.err"), true),
            ("weft-etl-standalonesession-0-host-program-3-word_count.out".to_owned(), true),
            ("weft-etl-standalonesession-0-host-program-3-word-count.err.1".to_owned(), true),
            (format!("weft-etl-taskexecutor-0-host-worker-{job}.core"), false),
            (format!("weft-etl-taskexecutor-0-host-worker-{job}.err.x"), false),
            ("weft-etl-taskexecutor-0-hadoop-worker-7.out".to_owned(), false),
            ("weft-etl-taskexecutor-0-hadoop-worker-7.log".to_owned(), false),
            ("weft-etl-taskexecutor-0-program-host.out".to_owned(), false),
            ("weft-etl-standalonesession-0-host.log.12".to_owned(), false),
        ] {
            assert_eq!(is_output_of_program(&name), is, "{name}");
        }
    }
}
