//! How command lines are read.

use super::*;

fn words(line: &str) -> Vec<OsString> {
    line.split_whitespace().map(OsString::from).collect()
}

fn rewritten(line: &str) -> String {
    let rewritten = rewrite::rewrite(words(line), &Parsed::command()).unwrap();
    rewritten.iter().map(|word| word.to_str().unwrap()).collect::<Vec<_>>().join(" ")
}

fn refused(line: &str) -> String {
    match parse(words(line)).unwrap_err() {
        Refusal::Later(error) => error.to_string(),
        Refusal::Clap(error) => error.to_string(),
    }
}

fn run(line: &str) -> RunArguments {
    match parse(words(line)).unwrap().verb {
        Some(Verb::Run(arguments)) => arguments,
        other => panic!("{other:?}"),
    }
}

#[test]
fn several_letters_behind_one_dash_are_a_long_name() {
    for (given, read) in [
        ("weft", "weft"),
        ("weft run -sae p", "weft run --sae -- p"),
        ("weft run -p 4 -sae -d p -sae -p 3", "weft run -p 4 --sae -d -- p -sae -p 3"),
        ("weft run -detached p", "weft run --detached -- p"),
        ("weft run -parallelism=3 p", "weft run --parallelism=3 -- p"),
        ("weft run -p4 -Dk=v -D k=v p x", "weft run -p4 -Dk=v -D k=v -- p x"),
        ("weft run -dp 4 p", "weft run -dp 4 -- p"),
        ("weft run --jobmanager h:1 p", "weft run --jobmanager h:1 -- p"),
        ("weft run -j p -a -x -a y z -p 2", "weft run -j p -a -x -a y -- z -p 2"),
        ("weft run -- p -sae", "weft run -- p -sae"),
        ("weft run -d -", "weft run -d -- -"),
        ("weft list -all -r", "weft list --all -r"),
        ("weft cancel abc -m h:1", "weft cancel abc -m h:1"),
        ("weft jobmanager --host h -x", "weft jobmanager --host h -x"),
        ("weft run -yid application_1_2 -p 2 p -yd", "weft run -D yarn.application.id=application_1_2 -p 2 -- p -yd"),
        (
            "weft run -m yarn-cluster -yjm 512 -ytm 1g -ys 2 -yqu q -ynm n -yD a=b -yd -yn 4 p",
            "weft run -t yarn-application -D jobmanager.memory.process.size=512m -D taskmanager.memory.process.size=1g \
             -D taskmanager.numberOfTaskSlots=2 -D yarn.application.queue=q -D yarn.application.name=n -D a=b -d -- p",
        ),
        (
            "weft run -yt lib -p 2 -yt more -yz ns --yarnship=third p -yt other",
            "weft run -D yarn.ship-files=lib;more;third -p 2 -D high-availability.cluster-id=ns -- p -yt other",
        ),
        (
            "weft run -m yarn-cluster -yDa=b=c -yid application_1_2 -yq p",
            "weft run -t yarn-session -D a=b=c -D yarn.application.id=application_1_2 -- p",
        ),
        (
            "weft run -yid application_1_2 -m yarn-cluster -yD=a=b p -yq",
            "weft run -D yarn.application.id=application_1_2 -t yarn-session -D a=b -- p -yq",
        ),
        ("weft list -yid=application_1_2 -a", "weft list -D yarn.application.id=application_1_2 -a"),
        ("weft yarn-session -jm 512 -tm 1g -nm n", "weft yarn-session --jm 512 --tm 1g --nm n"),
        ("weft fs -ls -r", "weft fs ls -r"),
        ("weft fs -nothing -ls", "weft fs -nothing -ls"),
        ("weft -v", "weft -v"),
        ("weft nothing -sae", "weft nothing -sae"),
    ] {
        assert_eq!(rewritten(given), read, "{given}");
    }
}

#[test]
fn what_follows_the_program_is_the_programs() {
    let arguments = run("weft run -p 4 -sae -c a.B -C file:x ./program -p 8 --help -D a=b -- -d");
    assert_eq!(arguments.program.program, ["./program", "-p", "8", "--help", "-D", "a=b", "--", "-d"]);
    assert_eq!((arguments.program.parallelism, arguments.shutdown_on_exit, arguments.detached), (Some(4), true, false));
    let arguments = run("weft run -j ./program -a --one -a 2 three -d");
    assert_eq!(arguments.program.arguments, ["--one", "2"]);
    assert_eq!(arguments.program.program, ["three", "-d"]);
    assert!(!arguments.detached);
}

#[test]
fn what_comes_later_is_refused_by_name() {
    for (line, parts) in [
        ("weft run -s hdfs:///s p", ["`-s`", "savepoints"]),
        ("weft run -cm CLAIM p", ["`-cm`", "savepoints"]),
        ("weft run -py x.py", ["`-py`", "Python"]),
        ("weft run -yx p", ["`-yx`", "YARN"]),
        ("weft run -z ns p", ["`-z`", "ZooKeeper"]),
        ("weft run -t yarn-per-job p", ["yarn-per-job", "use yarn-application"]),
        ("weft run -t moon p", ["moon", "remote, local, yarn-session"]),
        ("weft cancel -s x id", ["`-s`", "weft cancel"]),
        ("weft stop id", ["`stop`", "weft cancel"]),
        ("weft sql-client", ["`sql-client`", "SQL"]),
        ("weft run --nonsense p", ["--nonsense", "Usage"]),
        ("weft run -p 0 p", ["0", "1.."]),
    ] {
        let refused = refused(line);
        assert!(parts.iter().all(|part| refused.contains(part)), "{line}: {refused}");
    }
    assert_eq!(run("weft run p -s -yid").program.program, ["p", "-s", "-yid"]);
    assert!(matches!(parse(words("weft list -s")).unwrap().verb, Some(Verb::List(list)) if list.scheduled));
}

#[test]
fn the_definitions_are_sound() {
    Parsed::command().debug_assert();
}
